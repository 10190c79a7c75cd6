/**
 * Pictures of ghosts, as clients without rights to a person's own address see them (XEP-0153): a hash in the presence, and the
 * picture in the vCard that they then ask for (XEP-0054), which a room passes on.
 */
import { createHash } from "node:crypto";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { limits } from "../../core/limits.ts";
import { AVATAR_PATH, parseAvatarToken } from "../../core/media/avatar-addresses.ts";
import type { Avatar } from "../../core/media/picture-type.ts";
import type { Milliseconds } from "../../core/time.ts";
import { bare, NS } from "./names.ts";
import type { Occupancy } from "./occupancy.ts";
import { MOST_IN_VCARD, photoElement } from "./vcards.ts";
import { attribute, type Element, xml } from "./xml.ts";

const MOST_GHOSTS = 10_000;

interface Look {
  readonly name: string;
  /** Where this gateway gives the picture out; empty: he has none. */
  readonly address: string;
  /** Of the picture; empty: there is none, or it can't be had. The picture itself is fetched again when somebody asks for it. */
  readonly hash: Promise<string>;
  /** Until when that stands. */
  until: Milliseconds;
}

export interface GhostPicturesOptions {
  readonly host: Pick<BridgeHost, "avatar">;
  readonly log: Logger;
  readonly now: () => Milliseconds;
}

export class GhostPictures {
  readonly #options: GhostPicturesOptions;
  /** By bare JID. */
  readonly #looks = new Map<string, Look>();
  /** The hash that each ghost shows in each room. */
  readonly #shown = new WeakMap<Occupancy, Look["hash"]>();

  constructor(options: GhostPicturesOptions) {
    this.#options = options;
  }

  /**
   * A ghost that is in a room shows there the picture of whom it stands for. Not waited for: nobody's words wait for his picture. One
   * that can't be had is tried again after a while, when he says something.
   */
  wear(room: NativeRoom, ghost: Occupancy, { name, avatar: address = "" }: Speaker): void {
    const { hash } = this.#look(bare(ghost.jid), name, address);
    const shown = this.#shown.get(ghost);
    if (shown === hash || (shown === undefined && address === "")) return;
    this.#shown.set(ghost, hash);
    void this.#show(room, ghost, hash);
  }

  /** The answer to a question for a vCard; null: it is none, or not of a ghost whose look is known. */
  async vcard(iq: Element): Promise<Element | null> {
    const to = attribute(iq, "to") ?? "";
    const look = this.#looks.get(bare(to));
    if (!look || attribute(iq, "type") !== "get" || !iq.getChild("vCard", NS.vcard)) return null;
    const picture = await this.#fetched(look.address);
    const photo = picture === null ? undefined : photoElement(picture);
    const card = xml("vCard", { xmlns: NS.vcard }, xml("FN", {}, look.name), photo);
    return xml("iq", { type: "result", id: attribute(iq, "id"), from: to, to: attribute(iq, "from") }, card);
  }

  #look(jid: string, name: string, address: string): Look {
    const known = this.#looks.get(jid);
    const stands = known?.address === address && known.until > this.#options.now();
    if (stands && known.name === name) return known;
    if (known === undefined && this.#looks.size >= MOST_GHOSTS) this.#looks.clear();
    const hash = stands ? known.hash : this.#hashed(address);
    const look: Look = { name, address, hash, until: stands ? known.until : Infinity };
    this.#looks.set(jid, look);
    if (!stands && address !== "")
      void hash.then((text) => {
        if (text === "") look.until = this.#options.now() + limits.avatarAgainMs;
      });
    return look;
  }

  async #show(room: NativeRoom, ghost: Occupancy, hash: Look["hash"]): Promise<void> {
    const text = await hash;
    // Another picture was asked for meanwhile.
    if (this.#shown.get(ghost) !== hash) return;
    ghost.update(xml("x", { xmlns: NS.vcardUpdate }, xml("photo", {}, text)));
    this.#options.log.trace({ room, ghost: ghost.jid }, "a ghost has shown its picture");
  }

  async #hashed(address: string): Promise<string> {
    const picture = await this.#fetched(address);
    return picture === null ? "" : createHash("sha1").update(picture.bytes).digest("hex");
  }

  /** null: there is none, or it can't be shown. Never rejects. */
  async #fetched(address: string): Promise<Avatar | null> {
    const at = address.lastIndexOf(AVATAR_PATH);
    const token = at < 0 ? null : parseAvatarToken(address.slice(at + AVATAR_PATH.length));
    try {
      const picture = token === null ? null : await this.#options.host.avatar(token);
      return picture !== null && picture.bytes.length <= MOST_IN_VCARD ? picture : null;
    } catch (thrown) {
      this.#options.log.warn({ err: thrown }, "a ghost's picture can't be had");
      return null;
    }
  }
}
