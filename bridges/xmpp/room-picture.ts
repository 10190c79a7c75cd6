/**
 * The picture of a room (XEP-0486): the one in the vCard of the room's own address, whose hash the room tells in a presence of its
 * own, or by saying that its configuration has changed.
 */
import type { Raw, Translated } from "../../core/bridge/inbound.ts";
import { type DeliveryContext, type Receipt, type Step, textArg } from "../../core/bridge/outbound.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { openPicture } from "../../core/media/open-picture.ts";
import type { Avatar } from "../../core/media/picture-type.ts";
import { photoOf } from "../../mappings/xmpp/presence-read.ts";
import { rawState } from "./kept-stanza.ts";
import { NS, resource } from "./names.ts";
import { certain, requestRefusal } from "./refusal.ts";
import type { RoomContext } from "./room-context.ts";
import type { Stay } from "./stay.ts";
import { StanzaError } from "./stream.ts";
import { MOST_IN_VCARD, photoElement, photoHash, pictureIn } from "./vcards.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** A room's picture as the log has it: its hash, and whose it is. */
const SOURCE = /^(sha1:[0-9a-f]{40}):([^/]+)$/;

export interface RoomPictureOptions extends Pick<
  RoomContext,
  "stream" | "listener" | "pictures" | "host" | "media" | "log" | "now"
> {
  readonly stay: Pick<Stay, "room" | "info">;
  /** Takes what was found, as the inbox keeps it. Whether it could: the room may be out again. */
  readonly heard: (raw: Raw) => boolean;
}

export class RoomPicture {
  readonly #options: RoomPictureOptions;
  /** The hash of what was last found or set; empty: none; null: not known. */
  #photo: string | null = null;
  /** The hash that the room has told since it was last looked at. */
  #told: string | null = null;
  /** How often it is still to be looked at since the room has told of a change. */
  #changes = 0;
  /** One after the other, so that nothing that we have set is taken for somebody else's. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RoomPictureOptions) {
    this.#options = options;
  }

  /** Whether a presence is the room's own word on its picture. In a room that is not `live` yet it is for when it is looked at. */
  tells(presence: Element, live: boolean): boolean {
    if (resource(attribute(presence, "from") ?? "") !== "" || !presence.getChild("x", NS.vcardUpdate))
      return false;
    this.#told = photoOf(presence) ?? this.#told;
    if (live) this.look("told");
    return true;
  }

  /** Finds out which picture the room has now. `read`: nobody has said that it is another one. Not waited for. */
  look(why: "read" | "told"): void {
    const { stay, log } = this.#options;
    if (!stay.info.pictured) return;
    const told = this.#told;
    this.#told = null;
    const change = why === "told" ? 1 : 0;
    this.#changes += change;
    this.#next(() => this.#look(told))
      .catch((thrown: unknown) => {
        log.warn({ room: stay.room, err: asGatewayError(thrown) }, "a room's picture can't be had");
      })
      .finally(() => (this.#changes -= change));
  }

  /** The picture of that hash, if it is the room's. Rejects with media_refused, or as the stream's requests do. */
  async bytes(photo: string): Promise<Buffer> {
    const { vcards } = this.#options.pictures;
    const kept = vcards.kept(photo);
    if (kept !== undefined) return kept;
    const bytes = pictureIn(await this.#card(), photo);
    vcards.keep(photo, bytes);
    return bytes;
  }

  /**
   * Makes a step `avatar`, as the room's owner. Rejects with DeliveryError; what is too large for a vCard, or can't be had, is refused for
   * good.
   */
  write(step: Step, { origin }: DeliveryContext): Promise<Receipt> {
    const source = textArg(step, "source");
    return this.#next(async () => {
      const picture = source === "" ? null : await this.#opened(source, origin);
      const shown = picture === null ? "" : photoHash(picture.bytes);
      try {
        await this.#set(picture, shown);
      } catch (thrown) {
        throw requestRefusal(thrown);
      }
      this.#photo = shown;
      return { native: null, aux: null, at: Date.now(), shown };
    });
  }

  async #look(told: string | null): Promise<void> {
    if (told !== null && told === this.#photo) return;
    const { stay, pictures, host, heard, now } = this.#options;
    const card = told === "" ? undefined : await this.#card();
    const bytes = hasPhoto(card) ? pictureIn(card, null) : null;
    const photo = bytes === null ? "" : photoHash(bytes);
    if (photo === this.#photo) return;
    if (bytes !== null) pictures.vcards.keep(photo, bytes);
    const isRead = this.#changes === 0;
    // Set by us before a restart: the group has it, and its receipt may not be noted yet.
    const isOurs = isRead && card?.getChildText("UID") === markOf(host.gateway, photo);
    if (isOurs || heard(rawState(pictureTold(stay.room, photo, isRead), now()))) this.#photo = photo;
  }

  /** What else the vCard says stays. */
  async #set(picture: Avatar | null, photo: string): Promise<void> {
    const { stay, stream, listener: from, host, pictures } = this.#options;
    const before = await this.#card();
    if ((hasPhoto(before) ? hashIn(before) : "") === photo) return;
    const rest = (before?.getChildElements() ?? []).filter(({ name }) => name !== "PHOTO" && name !== "UID");
    const ours = picture && [photoElement(picture), xml("UID", {}, markOf(host.gateway, photo))];
    const card = xml("vCard", { xmlns: NS.vcard }, ...rest, ...(ours ?? []));
    if (picture) pictures.vcards.keep(photo, picture.bytes);
    await stream.request(xml("iq", { type: "set", from, to: stay.room }, card));
  }

  /** undefined: the room has none. */
  async #card(): Promise<Element | undefined> {
    const { vcards } = this.#options.pictures;
    try {
      return await vcards.inLine(() => vcards.ask(this.#options.stay.room));
    } catch (thrown) {
      if (thrown instanceof StanzaError && thrown.condition === "item-not-found") return undefined;
      throw thrown;
    }
  }

  async #opened(source: string, origin: DeliveryContext["origin"]): Promise<Avatar> {
    const { media } = this.#options;
    const maxBytes = Math.min(MOST_IN_VCARD, media.maxBytes);
    try {
      return await openPicture(source, { ...media, maxBytes }, origin && { ...origin, sha256: null });
    } catch (thrown) {
      const { detail } = asGatewayError(thrown);
      throw certain("delivery_refused", `the room's picture can't be shown there: ${detail}`, "never");
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

/** By which a picture that we have set is known again. It names the picture, since others keep what they don't know. */
const markOf = (gateway: string, photo: string): string => `${gateway} ${photo}`;

const hasPhoto = (card: Element | undefined): boolean =>
  (card?.getChild("PHOTO")?.getChildElements().length ?? 0) > 0;

/** null: there is no picture in it that can be read. */
function hashIn(card: Element | undefined): string | null {
  try {
    return photoHash(pictureIn(card, null));
  } catch {
    return null;
  }
}
