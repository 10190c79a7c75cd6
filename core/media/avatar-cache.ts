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

export interface AvatarCacheOptions {
  /** Made when the first picture comes. */
  readonly folder: string;
  readonly store: Store;
  /** Networks that pictures may be fetched from beside the public internet. */
  readonly allow: AllowedNetworks;
  /** How a user's picture is asked for where that takes credentials. Left out: no picture does. */
  readonly access?: (source: string, user: UserUri) => Promise<FileAccess | null>;
  /** A user's picture that is on no host. Left out: all are on hosts. */
  readonly picture?: (source: string, user: UserUri) => Promise<Buffer>;
  readonly limits: Pick<
    Limits,
    "avatarBytes" | "avatarMs" | "avatarsKeptBytes" | "avatarsAtOnce" | "avatarAgainMs" | "avatarNamedMs"
  >;
  readonly now: () => Milliseconds;
  readonly log: Logger;
}

export class AvatarCache {
  readonly #options: AvatarCacheOptions;
  readonly #underWay = new Map<AvatarToken, Promise<Avatar | null>>();
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
    const kept = await readFile(this.#pathOf(token)).catch(() => null);
    const type = kept && pictureType(kept);
    if (kept && type) return { bytes: kept, type };
    const { store, now, limits } = this.#options;
    if ((this.#failed.get(token) ?? 0) > now()) return null;
    const source = await store.read(avatarSource(token));
    if (source === null) return null;
    while (!this.#underWay.has(token) && this.#underWay.size >= limits.avatarsAtOnce)
      await Promise.race(this.#underWay.values());
    const fetched = this.#underWay.get(token) ?? this.#fetch(token, source);
    this.#underWay.set(token, fetched);
    try {
      return await fetched;
    } finally {
      this.#underWay.delete(token);
    }
  }

  /** Throws away what is too much, and names that no profile has any more. Called again and again. */
  async sweep(): Promise<void> {
    const { store, now, limits, log } = this.#options;
    if (now() - this.#sweptAt < SWEEP_EVERY) return;
    this.#sweptAt = now();
    try {
      await store.write("dropAvatars", now() - limits.avatarNamedMs);
      await this.#makeRoom();
    } catch (thrown) {
      log.warn({ err: asGatewayError(thrown) }, "the pictures that are kept could not be looked through");
    }
  }

  /** Never rejects: whoever asks for a picture only learns whether there is one. */
  async #fetch(token: AvatarToken, source: AvatarSource): Promise<Avatar | null> {
    const { now, limits, log } = this.#options;
    try {
      const avatar = await this.#download(source);
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

  async #download({ source, user }: AvatarSource): Promise<Avatar> {
    const { picture, limits } = this.#options;
    const bytes =
      picture === undefined || isOnHost(source)
        ? await this.#fromHost({ source, user })
        : await picture(source, user);
    const type = bytes.length <= limits.avatarBytes ? pictureType(bytes) : null;
    if (type !== null) return { bytes, type };
    throw new GatewayError("media_refused", "what came is no picture of a kind that is given out");
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
