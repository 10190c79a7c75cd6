/**
 * The picture of a room (XEP-0486): the one in the vCard of the room's own address, whose hash the room tells in a presence of its
 * own, or by saying that its configuration has changed.
 */
import type { Raw, Translated } from "../../core/bridge/inbound.ts";
import { type DeliveryContext, type Receipt, type Step, textArg } from "../../core/bridge/outbound.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { limits } from "../../core/limits.ts";
import { openPicture } from "../../core/media/open-picture.ts";
import type { Avatar } from "../../core/media/picture-type.ts";
import { type Bucket, LocalPace } from "../../core/pace.ts";
import type { Milliseconds } from "../../core/time.ts";
import { photoOf } from "../../mappings/xmpp/presence-read.ts";
import { rawState } from "./kept-stanza.ts";
import { NS, resource } from "./names.ts";
import { certain, countedRefusal } from "./refusal.ts";
import { hasPhoto, RoomCard } from "./room-card.ts";
import type { RoomContext } from "./room-context.ts";
import type { Stay } from "./stay.ts";
import { PICTURE_EVERY_MS } from "./told-photos.ts";
import { MOST_IN_VCARD, photoHash, pictureIn } from "./vcards.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** A room's picture as the log has it: its hash, and whose it is. */
const SOURCE = /^(sha1:[0-9a-f]{40}):([^/]+)$/;
/**
 * How often a room is looked at: whoever owns it chooses what it tells, and each change costs something everywhere it is shown. Most
 * rooms tell of a change twice, by its hash and as one of their configuration.
 */
const LOOKS: Bucket = { name: "looks", aMinute: 1, burst: 12 };

export interface RoomPictureOptions extends Pick<
  RoomContext,
  "stream" | "listener" | "pictures" | "host" | "media" | "log" | "now"
> {
  readonly stay: Pick<Stay, "room" | "info">;
  /** Takes what was found, as the inbox keeps it. Whether it could: the room may be out again. */
  readonly heard: (raw: Raw) => boolean;
}

/**
 * Why a room is looked at. `read`: nobody has said that its picture is another one; `changed`: something of it is, perhaps its picture;
 * `told`: its picture is.
 */
type Look = "read" | "changed" | "told";

export class RoomPicture {
  readonly #options: RoomPictureOptions;
  readonly #card: RoomCard;
  readonly #pace = new LocalPace();
  /** The hash of what was last found or set; empty: none; null: not known. */
  #photo: string | null = null;
  /** The hash that the room has told since it was last looked at. */
  #told: string | null = null;
  /** What else has been said since then. */
  readonly #said = new Set<Look>();
  /** Whether it is going to be looked at, or is being. What is said meanwhile is for one more look after that. */
  #looks = false;
  /** Whether the last look has failed, and is to be made again. */
  #failed = false;
  /** One after the other, so that nothing that we have set is taken for somebody else's. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RoomPictureOptions) {
    this.#options = options;
    this.#card = new RoomCard(options);
  }

  /** Whether a presence is the room's own word on its picture. In a room that is not `live` yet it is for when it is looked at. */
  tells(presence: Element, live: boolean): boolean {
    if (resource(attribute(presence, "from") ?? "") !== "" || !presence.getChild("x", NS.vcardUpdate))
      return false;
    const photo = photoOf(presence);
    // Mostly what we have set; where the room is looked at just now, it may have been found to have another one.
    if (photo !== null && photo === this.#photo && !this.#looks) return true;
    this.#told = photo ?? this.#told;
    if (live) this.look(photo === null ? "changed" : "told");
    return true;
  }

  /** Finds out which picture the room has now: at once, or in a minute where it has told of many. Not waited for. */
  look(why: Look): void {
    if (!this.#options.stay.info.pictured) return;
    this.#said.add(why);
    if (!this.#looks) void this.#lookSoon(0);
  }

  /** The picture of that hash, if it is the room's. Rejects with media_refused or media_unreachable, or as the stream's requests do. */
  async bytes(photo: string): Promise<Buffer> {
    const { vcards } = this.#options.pictures;
    const kept = vcards.kept(photo);
    if (kept !== undefined) return kept;
    if (this.#photo !== null && this.#photo !== photo)
      throw new GatewayError("media_refused", "the room has another picture, or none");
    const bytes = pictureIn(await this.#card.askForOthers(), photo);
    vcards.keep(photo, bytes);
    return bytes;
  }

  /**
   * Makes a step `avatar`, as the room's owner. Rejects with DeliveryError: what is too large for a vCard, or no picture, is refused for
   * good, and what can't be had or set now is not tried for ever, since all that is said in the room waits for it.
   */
  write(step: Step, { origin }: DeliveryContext): Promise<Receipt> {
    const source = textArg(step, "source");
    return this.#next(async () => {
      const picture = source === "" ? null : await this.#opened(source, origin);
      const shown = picture === null ? "" : photoHash(picture.bytes);
      try {
        await this.#card.set(picture, shown);
      } catch (thrown) {
        throw countedRefusal(thrown);
      }
      this.#photo = shown;
      // Of before: what the room has now is asked for.
      this.#told = null;
      return { native: null, aux: null, at: Date.now(), shown };
    });
  }

  /** Outside the line until its time has come: nothing that is to be set waits for that. Never rejects. */
  async #lookSoon(least: Milliseconds): Promise<void> {
    this.#looks = true;
    const wait = Math.max(least, await this.#pace.take([LOOKS], Infinity));
    const begin = () => void this.#next(() => this.#look());
    if (wait > 0) setTimeout(begin, wait).unref();
    else begin();
  }

  /** Where that fails it is done once more; after that when the room says something again. Never rejects. */
  async #look(): Promise<void> {
    const said = [...this.#said];
    // Whether that was before or after something changed can't be told here.
    const told = said.includes("changed") ? null : this.#told;
    const isAgain = this.#failed;
    this.#told = null;
    this.#said.clear();
    this.#failed = false;
    try {
      await this.#find(told, said);
    } catch (thrown) {
      const err = asGatewayError(thrown);
      this.#options.log.warn({ room: this.#options.stay.room, err }, "a room's picture can't be had");
      // What came is no picture: it would be the same the next time.
      this.#failed = !isAgain && err.code !== "media_refused";
    }
    if (this.#failed) {
      this.#told ??= told;
      for (const why of said) this.#said.add(why);
    }
    this.#looks = false;
    if (this.#said.size > 0) void this.#lookSoon(this.#failed ? PICTURE_EVERY_MS : 0);
  }

  async #find(told: string | null, said: readonly Look[]): Promise<void> {
    if (told !== null && told === this.#photo) return;
    const { stay, pictures, heard, now } = this.#options;
    const card = told === "" ? undefined : await this.#card.ask();
    const bytes = hasPhoto(card) ? pictureIn(card, null) : null;
    const photo = bytes === null ? "" : photoHash(bytes);
    if (photo === this.#photo) return;
    if (bytes !== null) pictures.vcards.keep(photo, bytes);
    // What was told while it was asked for counts, too.
    const isRead = !this.#isTold(new Set([...said, ...this.#said]));
    // Set by us before a restart: the group has it, and its receipt may not be noted yet.
    const isOurs = isRead && this.#card.isOurs(card, photo);
    if (isOurs || heard(rawState(pictureTold(stay.room, photo, isRead), now()))) this.#photo = photo;
  }

  /** That something of the room has changed says nothing of a picture that is seen for the first time. */
  #isTold(said: ReadonlySet<Look>): boolean {
    return said.has("told") || (said.has("changed") && this.#photo !== null);
  }

  async #opened(source: string, origin: DeliveryContext["origin"]): Promise<Avatar> {
    const { media } = this.#options;
    const most = { maxBytes: Math.min(MOST_IN_VCARD, media.maxBytes), wholeMs: limits.avatarMs };
    try {
      return await openPicture(source, { ...media, ...most }, origin && { ...origin, sha256: null });
    } catch (thrown) {
      const { code, detail } = asGatewayError(thrown);
      const retry = code === "media_refused" ? "never" : "backoff";
      throw certain("delivery_refused", `the room's picture can't be shown there: ${detail}`, retry);
    }
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** The address of a room's picture; null: it is none of those. */
export function parseRoomPicture(
  source: string,
): { readonly photo: string; readonly room: NativeRoom } | null {
  const [, photo, room] = SOURCE.exec(source) ?? [];
  return photo === undefined || room === undefined ? null : { photo, room: room as NativeRoom };
}

/** What a kept presence of the room's own says of its picture, whose hash (or nothing) the mappings have read in it. */
export function pictureSaid(
  presence: Element,
  photo: string,
): Pick<Extract<Translated, { kind: "property" }>, "value" | "shown" | "read"> {
  const value = photo === "" ? "" : `${photo}:${attribute(presence, "from") ?? ""}`;
  return { value, shown: photo, ...(presence.getChild("read", NS.mark) && { read: true }) };
}

/** What the room says, or would say, of its picture. */
const pictureTold = (room: NativeRoom, photo: string, isRead: boolean): Element =>
  xml(
    "presence",
    { from: room },
    xml("x", { xmlns: NS.vcardUpdate }, xml("photo", {}, photo.replace(/^sha1:/, ""))),
    ...(isRead ? [xml("read", { xmlns: NS.mark })] : []),
  );
