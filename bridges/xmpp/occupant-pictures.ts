/**
 * Pictures of the people in rooms, as clients without rights to a person's own address have them (XEP-0153): a hash in the
 * presence, and the picture in the vCard (XEP-0054), which is asked for at the occupant's address and passed on by the room.
 */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeUser, Translated } from "../../core/bridge/inbound.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { limits } from "../../core/limits.ts";
import type { Logger } from "../../core/log.ts";
import { pictureType } from "../../core/media/picture-type.ts";
import { type Bucket, LocalPace } from "../../core/pace.ts";
import type { Milliseconds } from "../../core/time.ts";
import { bare, NS, resource } from "./names.ts";
import type { Wearer } from "./occupants.ts";
import type { ComponentStream } from "./stream.ts";
import { type Element, xml } from "./xml.ts";

/** vCards that are asked for at one time, and how soon one after the other. */
const AT_ONCE = 3;
const PACE: Bucket = { name: "vcards", aMinute: 240, burst: 20 };
/** Who comes after so many is asked when he next says something. */
const MOST_WAITING = 500;
/** A picture that so often could not be had is not asked for again while the account is served. */
const MOST_TRIES = 4;
/** Of failures, of people and of hashes. */
const MOST_REMEMBERED = 10_000;
/** Octets of pictures that are kept at hand, so that each is asked for once, also where its owner leaves. */
const MOST_KEPT = 16 * 1024 * 1024;

/** A picture's address here: its hash as presences tell it, and whose it is. */
const SOURCE = /^(sha1:[0-9a-f]{40}):([^/]+\/.+)$/s;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export interface OccupantPicturesOptions {
  readonly stream: Pick<ComponentStream, "request">;
  /** The JID that is in every room, and asks. */
  readonly listener: string;
  readonly host: Pick<BridgeHost, "profile">;
  readonly log: Logger;
  /** Somebody who is in a room now, by his identity there; null: he is not. */
  readonly wearer: (room: NativeRoom, identity: string) => Wearer | null;
  /** For tests; left out: the time of day. */
  readonly now?: () => Milliseconds;
}

export class OccupantPictures {
  readonly #options: OccupantPicturesOptions;
  readonly #now: () => Milliseconds;
  readonly #pace = new LocalPace();
  /** Who has said something, by native id. */
  readonly #spoke = new Set<string>();
  /** Hashes of pictures that were had: they need not be asked for before somebody wants to see them. */
  readonly #had = new Set<string>();
  /** By hash; the one that was used longest ago comes first. */
  readonly #kept = new Map<string, Buffer>();
  #keptBytes = 0;
  /** By address. */
  readonly #underWay = new Map<string, Promise<Buffer>>();
  readonly #failed = new Map<string, { readonly tries: number; readonly until: Milliseconds }>();
  /** In each, one vCard after the other is asked for. */
  readonly #lines: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  #asked = 0;

  constructor(options: OccupantPicturesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The same, with where the picture of whoever said it is, if the room tells. Waits for nothing: it is asked for beside that. */
  pictured(event: Translated): Translated {
    if ((event.kind !== "message" && event.kind !== "property") || event.sender === null) return event;
    return { ...event, sender: this.#pictured(event.sender) };
  }

  /** An occupant shows another picture than before. Told of those alone who have said something. Not waited for. */
  changed(user: NativeUser): void {
    if (!this.#spoke.has(user.native)) return;
    this.#options.host.profile(this.#pictured(user)).catch((thrown: unknown) => {
      this.#options.log.warn({ err: asGatewayError(thrown) }, "a new picture could not be noted");
    });
  }

  /**
   * The picture at an address that was given to somebody here. Rejects with media_unreachable where it can't be had now: he is gone
   * and it was not asked for before, or it could not be had and its time has not come.
   */
  async picture(source: string): Promise<Buffer> {
    const [, photo = "", native = ""] = SOURCE.exec(source) ?? [];
    if (native === "") throw new GatewayError("media_refused", "it is no address of a picture here");
    const kept = this.#kept.get(photo);
    if (kept !== undefined) {
      this.#kept.delete(photo);
      this.#kept.set(photo, kept);
      return kept;
    }
    if ((this.#failed.get(source)?.until ?? 0) > this.#now()) throw unreachable("it could not be had lately");
    const fetched = this.#underWay.get(source) ?? this.#inLine(() => this.#fetch(source, photo, native));
    this.#underWay.set(source, fetched);
    try {
      return await fetched;
    } finally {
      this.#underWay.delete(source);
    }
  }

  #pictured(user: NativeUser): NativeUser {
    const { native } = user;
    if (this.#spoke.size >= MOST_REMEMBERED) this.#spoke.clear();
    this.#spoke.add(native);
    const photo = this.#wearer(native)?.photo ?? null;
    if (photo === null) return user;
    if (photo === "") return { ...user, avatar: null };
    const source = `${photo}:${native}`;
    if (!this.#had.has(photo)) this.#askEarly(source);
    return { ...user, avatar: source };
  }

  /** Its owner may be gone when somebody wants to see it. */
  #askEarly(source: string): void {
    this.picture(source).catch((thrown: unknown) => {
      this.#options.log.debug({ err: asGatewayError(thrown) }, "a picture can't be had");
    });
  }

  #wearer(native: string): Wearer | null {
    return this.#options.wearer(bare(native) as NativeRoom, resource(native));
  }

  #inLine(work: () => Promise<Buffer>): Promise<Buffer> {
    if (this.#underWay.size >= MOST_WAITING) return Promise.reject(unreachable("too many are asked for now"));
    const line = (this.#asked += 1) % AT_ONCE;
    const paced = async (): Promise<Buffer> => {
      const wait = await this.#pace.take([PACE], Infinity);
      if (wait > 0) await setTimeout(wait, undefined, { ref: false });
      return work();
    };
    const done = (this.#lines[line] ?? Promise.resolve()).then(paced);
    this.#lines[line] = done.catch(() => undefined);
    return done;
  }

  async #fetch(source: string, photo: string, native: string): Promise<Buffer> {
    const wearer = this.#wearer(native);
    if (wearer?.photo !== photo) throw unreachable("nobody shows it any more");
    try {
      const bytes = pictureIn(await this.#vcard(`${bare(native)}/${wearer.nick}`), photo);
      this.#failed.delete(source);
      this.#keep(photo, bytes);
      return bytes;
    } catch (thrown) {
      const { code, detail } = asGatewayError(thrown);
      // Who went meanwhile, or shows another one, may come back with it. Where the stream ended nobody is seen: it may be for this.
      if (code === "account_down" || this.#wearer(native)?.photo === photo) this.#hasFailed(source);
      throw new GatewayError("media_unreachable", detail, { cause: thrown });
    }
  }

  #hasFailed(source: string): void {
    const tries = (this.#failed.get(source)?.tries ?? 0) + 1;
    if (this.#failed.size >= MOST_REMEMBERED) this.#failed.clear();
    const until = tries < MOST_TRIES ? this.#now() + limits.avatarAgainMs : Infinity;
    this.#failed.set(source, { tries, until });
  }

  async #vcard(to: string): Promise<Element | undefined> {
    const { stream, listener: from } = this.#options;
    const question = xml("iq", { type: "get", from, to }, xml("vCard", { xmlns: NS.vcard }));
    return (await stream.request(question, limits.avatarMs)).getChild("vCard", NS.vcard);
  }

  #keep(photo: string, bytes: Buffer): void {
    if (this.#had.size >= MOST_REMEMBERED) this.#had.clear();
    this.#had.add(photo);
    if (!this.#kept.has(photo)) this.#keptBytes += bytes.length;
    this.#kept.set(photo, bytes);
    for (const [oldest, { length }] of this.#kept) {
      if (this.#keptBytes <= MOST_KEPT) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= length;
    }
  }
}

/** The picture of that hash in a vCard, which is no larger than a stanza may be. Throws media_refused. */
function pictureIn(card: Element | undefined, photo: string): Buffer {
  const text = (card?.getChild("PHOTO")?.getChildText("BINVAL") ?? "").replaceAll(/\s+/g, "");
  // What lies elsewhere (EXTVAL) is not fetched from there.
  if (text === "" || !BASE64.test(text))
    throw new GatewayError("media_refused", "the vCard has no picture that can be read");
  const bytes = Buffer.from(text, "base64");
  if (`sha1:${createHash("sha1").update(bytes).digest("hex")}` !== photo)
    throw new GatewayError("media_refused", "the picture is another one than the presence says");
  if (pictureType(bytes) === null)
    throw new GatewayError("media_refused", "what came is no picture of a kind that is given out");
  return bytes;
}

const unreachable = (reason: string): GatewayError => new GatewayError("media_unreachable", reason);
