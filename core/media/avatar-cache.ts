/** Pictures of users, fetched when somebody first asks for them and kept in a folder of the data. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { UserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type { AvatarToken } from "../ids.ts";
import type { Limits } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { type AvatarSource, avatarSource } from "../store/units/avatars.ts";
import type { AllowedNetworks } from "./address-guard.ts";
import { parseAvatarToken } from "./avatar-addresses.ts";
import { checkedOctets } from "./checked-octets.ts";
import { requestFile } from "./file-request.ts";
import { type Avatar, pictureType } from "./picture-type.ts";
import { type FileAccess, isOnHost } from "./platform-file.ts";
import { announcedSize } from "./remote-file.ts";

const SWEEP_EVERY: Milliseconds = 3_600_000;
/** Failures that are remembered. */
const MOST_FAILED = 10_000;

type OpenPicture = (source: string, user: UserUri) => Promise<Buffer>;

export interface AvatarCacheOptions {
  /** Made when the first picture comes. */
  readonly folder: string;
  readonly store: Store;
  /** Networks that pictures may be fetched from beside the public internet. */
  readonly allow: AllowedNetworks;
  /** How a user's picture is asked for where that takes credentials. Left out: no picture does. */
  readonly access?: (source: string, user: UserUri) => Promise<FileAccess | null>;
  /** A user's picture that is on no host. Left out: all are on hosts. */
  readonly picture?: OpenPicture;
  readonly limits: Pick<
    Limits,
    "avatarBytes" | "avatarMs" | "avatarsKeptBytes" | "avatarsAtOnce" | "avatarAgainMs" | "avatarNamedMs"
  >;
  readonly now: () => Milliseconds;
  readonly log: Logger;
}

type Fetched = Promise<Avatar | null>;

export class AvatarCache {
  readonly #options: AvatarCacheOptions;
  /** From hosts, and from bridges: those that answer slowly hold up none of the others. */
  readonly #underWay = { host: new Map<AvatarToken, Fetched>(), bridge: new Map<AvatarToken, Fetched>() };
  /** When a picture that could not be had may be tried again. */
  readonly #failed = new Map<AvatarToken, Milliseconds>();
  /** Octets in the folder, as far as this process knows; null: not counted yet. */
  #kept: number | null = null;
  #sweptAt: Milliseconds = 0;

  constructor(options: AvatarCacheOptions) {
    this.#options = options;
  }

  /**
   * The picture; null where there is none of that name, where it can't be fetched now, or what came is none of the kinds that
   * every client draws and none can be harmed by.
   */
  async open(token: AvatarToken): Promise<Avatar | null> {
    try {
      return await this.#open(token);
    } catch (thrown) {
      this.#options.log.warn({ err: asGatewayError(thrown) }, "a picture could not be looked for");
      return null;
    }
  }

  async #open(token: AvatarToken): Promise<Avatar | null> {
    const { store, now, limits, picture } = this.#options;
    // Also of what is kept: who was erased is shown to nobody any more.
    const source = await store.read(avatarSource(token));
    if (source === null) return null;
    const kept = await readFile(this.#pathOf(token)).catch(() => null);
    const type = kept && pictureType(kept);
    if (kept && type) return { bytes: kept, type };
    if ((this.#failed.get(token) ?? 0) > now()) return null;
    const ofBridge = picture !== undefined && !isOnHost(source.source);
    const underWay = this.#underWay[ofBridge ? "bridge" : "host"];
    while (!underWay.has(token) && underWay.size >= limits.avatarsAtOnce)
      await Promise.race(underWay.values());
    const fetched =
      underWay.get(token) ??
      this.#fetch(token, () => (ofBridge ? this.#fromBridge(picture, source) : this.#fromHost(source)));
    underWay.set(token, fetched);
    try {
      return await fetched;
    } finally {
      underWay.delete(token);
    }
  }

  /** Throws away what is too much, and names that no profile has any more. Called again and again. */
  async sweep(): Promise<void> {
    const { store, now, limits, log } = this.#options;
    if (now() - this.#sweptAt < SWEEP_EVERY) return;
    this.#sweptAt = now();
    try {
      await store.write("dropAvatars", now() - limits.avatarNamedMs);
      await this.#dropUnnamed();
      await this.#makeRoom();
    } catch (thrown) {
      log.warn({ err: asGatewayError(thrown) }, "the pictures that are kept could not be looked through");
    }
  }

  /** Never rejects: whoever asks for a picture only learns whether there is one. */
  async #fetch(token: AvatarToken, download: () => Promise<Buffer>): Fetched {
    const { now, limits, log } = this.#options;
    try {
      const avatar = this.#checked(await download());
      await this.#keep(token, avatar.bytes).catch((thrown: unknown) =>
        log.warn({ err: asGatewayError(thrown) }, "a picture can't be kept; it is fetched again"),
      );
      return avatar;
    } catch (thrown) {
      log.debug({ err: asGatewayError(thrown) }, "a user's picture can't be given");
      if (this.#failed.size >= MOST_FAILED) this.#failed.clear();
      this.#failed.set(token, now() + limits.avatarAgainMs);
      return null;
    }
  }

  #checked(bytes: Buffer): Avatar {
    const type = bytes.length <= this.#options.limits.avatarBytes ? pictureType(bytes) : null;
    if (type !== null) return { bytes, type };
    throw new GatewayError("media_refused", "what came is no picture of a kind that is given out");
  }

  async #fromBridge(picture: OpenPicture, { source, user }: AvatarSource): Promise<Buffer> {
    const { avatarMs } = this.#options.limits;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new GatewayError("media_unreachable", `no picture came in ${String(avatarMs)} ms`));
    }, avatarMs);
    try {
      return await Promise.race([picture(source, user), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #fromHost({ source, user }: AvatarSource): Promise<Buffer> {
    const { allow, access, limits } = this.#options;
    const { avatarBytes: most, avatarMs: ms } = limits;
    const opened = (await access?.(source, user)) ?? null;
    const own = opened === null ? {} : { own: opened.headers };
    const { at, status, answer } = await requestFile(source, { allow, silentMs: ms, wholeMs: ms, ...own });
    const size = announcedSize(answer);
    if (status !== 200 || (size !== null && size > most)) {
      answer.destroy();
      const reason = status === 200 ? `a picture of ${String(size)} octets` : `status ${status}`;
      throw new GatewayError("media_refused", `${at.host}: ${reason}`);
    }
    return buffer(checkedOctets(answer, most));
  }

  async #keep(token: AvatarToken, bytes: Buffer): Promise<void> {
    const { folder, limits } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const part = join(folder, `${randomUUID()}.part`);
    try {
      await writeFile(part, bytes, { mode: 0o600 });
      await rename(part, this.#pathOf(token));
    } catch (thrown) {
      await rm(part, { force: true });
      throw thrown;
    }
    if (this.#kept === null || this.#kept + bytes.length > limits.avatarsKeptBytes) await this.#makeRoom();
    else this.#kept += bytes.length;
  }

  /** What has no name any more, since that is too old or somebody was erased, is given to nobody. */
  async #dropUnnamed(): Promise<void> {
    const { folder, store } = this.#options;
    for (const name of await readdir(folder).catch(() => [])) {
      const token = parseAvatarToken(name);
      if (token !== null && (await store.read(avatarSource(token))) === null)
        await rm(join(folder, name), { force: true });
    }
  }

  /** Counts the folder, and lets the oldest go where there is too much in it; they are fetched again when asked for. */
  async #makeRoom(): Promise<void> {
    const { folder, limits } = this.#options;
    const found: { readonly path: string; readonly size: number; readonly at: Milliseconds }[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const { size, mtimeMs: at } = (await stat(path).catch(() => null)) ?? {};
      if (size === undefined || at === undefined) continue;
      // One that another process writes just now is younger than that.
      if (parseAvatarToken(name) === null && at < Date.now() - SWEEP_EVERY) await rm(path, { force: true });
      else found.push({ path, size, at });
    }
    let kept = found.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of found.toSorted((a, b) => a.at - b.at)) {
      if (kept <= limits.avatarsKeptBytes) break;
      await rm(path, { force: true });
      kept -= size;
    }
    this.#kept = kept;
  }

  #pathOf(token: AvatarToken): string {
    return join(this.#options.folder, token);
  }
}
