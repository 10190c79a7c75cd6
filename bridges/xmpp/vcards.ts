/** vCards (XEP-0054) that are asked for in the listener's name, one soon after the other, and the pictures in them. */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { GatewayError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import { type Avatar, pictureType } from "../../core/media/picture-type.ts";
import { type Bucket, LocalPace } from "../../core/pace.ts";
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { type Element, xml } from "./xml.ts";

/** vCards that are asked for at one time, and how soon one after the other. */
const AT_ONCE = 3;
const PACE: Bucket = { name: "vcards", aMinute: 240, burst: 20 };
/** Octets of pictures that are kept at hand, so that each is asked for once, also where its owner leaves. */
const MOST_KEPT = 16 * 1024 * 1024;
/** Octets of a picture in a vCard of ours. A larger one would not get through every server: some take stanzas of 128 KiB from others. */
export const MOST_IN_VCARD = 64 * 1024;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export class Vcards {
  readonly #stream: Pick<ComponentStream, "request">;
  readonly #listener: string;
  readonly #pace = new LocalPace();
  /** In each, one vCard after the other is asked for. */
  readonly #lines: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  #asked = 0;
  /** By hash; the one that was used longest ago comes first. */
  readonly #kept = new Map<string, Buffer>();
  #keptBytes = 0;

  constructor(stream: Pick<ComponentStream, "request">, listener: string) {
    this.#stream = stream;
    this.#listener = listener;
  }

  /**
   * Does what asks for a vCard when its turn comes. `isWanted` is called before, and ends it by throwing: then nobody behind waits
   * for it.
   */
  inLine<T>(work: () => Promise<T>, isWanted: () => unknown = () => undefined): Promise<T> {
    const line = (this.#asked += 1) % AT_ONCE;
    const paced = async (): Promise<T> => {
      isWanted();
      const wait = await this.#pace.take([PACE], Infinity);
      if (wait > 0) await setTimeout(wait, undefined, { ref: false });
      return work();
    };
    const done = (this.#lines[line] ?? Promise.resolve()).then(paced);
    this.#lines[line] = done.catch(() => undefined);
    return done;
  }

  /** The vCard at an address; to be called in line. Rejects as the stream's requests do. */
  async ask(to: string): Promise<Element | undefined> {
    const question = xml("iq", { type: "get", from: this.#listener, to }, xml("vCard", { xmlns: NS.vcard }));
    return (await this.#stream.request(question, limits.avatarMs)).getChild("vCard", NS.vcard);
  }

  /** A picture that is at hand, by its hash. */
  kept(photo: string): Buffer | undefined {
    const kept = this.#kept.get(photo);
    if (kept === undefined) return undefined;
    this.#kept.delete(photo);
    this.#kept.set(photo, kept);
    return kept;
  }

  keep(photo: string, bytes: Buffer): void {
    if (!this.#kept.has(photo)) this.#keptBytes += bytes.length;
    this.#kept.set(photo, bytes);
    for (const [oldest, { length }] of this.#kept) {
      if (this.#keptBytes <= MOST_KEPT) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= length;
    }
  }
}

/** The picture's hash, as the mappings read it in presences (XEP-0153). */
export const photoHash = (bytes: Uint8Array): string =>
  `sha1:${createHash("sha1").update(bytes).digest("hex")}`;

/**
 * The picture in a vCard, which is no larger than a stanza may be. `photo`: its hash; null: whichever it is. Throws media_refused where
 * there is none of that hash that can be read.
 */
export function pictureIn(card: Element | undefined, photo: string | null): Buffer {
  const text = (card?.getChild("PHOTO")?.getChildText("BINVAL") ?? "").replaceAll(/\s+/g, "");
  // What lies elsewhere (EXTVAL) is not fetched from there.
  if (text === "" || !BASE64.test(text))
    throw new GatewayError("media_refused", "the vCard has no picture that can be read");
  const bytes = Buffer.from(text, "base64");
  if (photo !== null && photoHash(bytes) !== photo)
    throw new GatewayError("media_refused", "the picture is another one than the presence says");
  if (pictureType(bytes) === null)
    throw new GatewayError("media_refused", "what came is no picture of a kind that is given out");
  return bytes;
}

/** A picture as a vCard has it. */
export const photoElement = ({ type, bytes }: Avatar): Element =>
  xml("PHOTO", {}, xml("TYPE", {}, type), xml("BINVAL", {}, bytes.toString("base64")));
