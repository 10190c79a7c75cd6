/** The vCard of a room's own address (XEP-0486): asked for, and sent back with another picture in it. */
import { GatewayError } from "../../core/errors.ts";
import type { Avatar } from "../../core/media/picture-type.ts";
import { type Bucket, LocalPace } from "../../core/pace.ts";
import { NS } from "./names.ts";
import { certain } from "./refusal.ts";
import type { RoomContext } from "./room-context.ts";
import type { Stay } from "./stay.ts";
import { StanzaError } from "./stream.ts";
import { photoElement, photoHash, pictureIn } from "./vcards.ts";
import { type Element, serializeXml, xml } from "./xml.ts";

/**
 * Octets of a stanza with a vCard. Servers end the whole stream at a stanza that is too large for them, and whoever owns the room
 * writes what else the vCard says.
 */
const MOST_SENT = 120 * 1024;
/** How often others have the room asked for a picture that is not at hand. */
const FOR_OTHERS: Bucket = { name: "others", aMinute: 6, burst: 6 };
/** What the vCard of a room is known by where a gateway has set its picture. */
const MARK = /^\S+ sha1:[0-9a-f]{40}$/;

export interface RoomCardOptions extends Pick<RoomContext, "stream" | "listener" | "pictures" | "host"> {
  readonly stay: Pick<Stay, "room">;
}

export class RoomCard {
  readonly #options: RoomCardOptions;
  readonly #pace = new LocalPace();
  /** The question that others wait for. */
  #asked: Promise<Element | undefined> | null = null;

  constructor(options: RoomCardOptions) {
    this.#options = options;
  }

  /** undefined: the room has none. Rejects as the stream's requests do. */
  async ask(): Promise<Element | undefined> {
    const { pictures, stay } = this.#options;
    try {
      return await pictures.vcards.inLine(() => pictures.vcards.ask(stay.room));
    } catch (thrown) {
      if (thrown instanceof StanzaError && thrown.condition === "item-not-found") return undefined;
      throw thrown;
    }
  }

  /**
   * The same for others, as often as they like: one question for all who ask meanwhile, and not too many. Rejects with
   * media_unreachable, too.
   */
  async askForOthers(): Promise<Element | undefined> {
    if (this.#asked) return this.#asked;
    const asked = this.#askPaced();
    this.#asked = asked;
    try {
      return await asked;
    } finally {
      this.#asked = null;
    }
  }

  /**
   * Puts the picture of that hash there; null and empty: none. What else the vCard says stays. Rejects with DeliveryError where it is
   * too large with all that, else as the stream's requests do.
   */
  async set(picture: Avatar | null, photo: string): Promise<void> {
    const { stay, stream, listener: from, pictures } = this.#options;
    const before = await this.ask();
    if ((hasPhoto(before) ? hashIn(before) : "") === photo) return;
    const rest = (before?.getChildElements() ?? []).filter(
      (field) => field.name !== "PHOTO" && !isMark(field),
    );
    const ours = picture && [photoElement(picture), ...this.#mark(rest, photo)];
    const card = xml("vCard", { xmlns: NS.vcard }, ...rest, ...(ours ?? []));
    const request = xml("iq", { type: "set", from, to: stay.room }, card);
    refuseTooLarge(request);
    if (picture) pictures.vcards.keep(photo, picture.bytes);
    await stream.request(request);
  }

  /** Whether this gateway has set the picture of that hash. */
  isOurs(card: Element | undefined, photo: string): boolean {
    return card?.getChildText("UID") === this.#markOf(photo);
  }

  /** None beside an id that somebody has given the room: a vCard has one. */
  #mark(rest: readonly Element[], photo: string): readonly Element[] {
    return rest.some(({ name }) => name === "UID") ? [] : [xml("UID", {}, this.#markOf(photo))];
  }

  /** By which a picture that we have set is known again. It names the picture, since others keep what they don't know. */
  #markOf(photo: string): string {
    return `${this.#options.host.gateway} ${photo}`;
  }

  async #askPaced(): Promise<Element | undefined> {
    const wait = await this.#pace.take([FOR_OTHERS], 0);
    if (wait > 0)
      throw new GatewayError("media_unreachable", `${this.#options.stay.room} was asked too often of late`);
    return this.ask();
  }
}

export const hasPhoto = (card: Element | undefined): boolean =>
  (card?.getChild("PHOTO")?.getChildElements().length ?? 0) > 0;

const isMark = (field: Element): boolean => field.name === "UID" && MARK.test(field.getText());

/** null: there is no picture in it that can be read. */
function hashIn(card: Element | undefined): string | null {
  try {
    return photoHash(pictureIn(card, null));
  } catch {
    return null;
  }
}

function refuseTooLarge(request: Element): void {
  const length = Buffer.byteLength(serializeXml(request));
  if (length <= MOST_SENT) return;
  const detail = `the room's vCard would have ${length} bytes in XML with it, and servers take about ${MOST_SENT}`;
  throw certain("delivery_refused", `the room's picture can't be set there: ${detail}`, "never");
}
