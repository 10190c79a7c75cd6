/**
 * Pictures of ghosts, as clients without rights to a person's own address see them (XEP-0153): a hash in the presence, and the
 * picture in the vCard that they then ask for (XEP-0054), which a room passes on.
 */
import { createHash } from "node:crypto";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { AVATAR_PATH, parseAvatarToken } from "../../core/media/avatar-addresses.ts";
import type { Avatar } from "../../core/media/picture-type.ts";
import { bare, NS } from "./names.ts";
import type { Occupancy } from "./occupancy.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** A larger one would not get through every server: some take stanzas of 128 KiB from others. */
const MOST_BYTES = 64 * 1024;
const MOST_GHOSTS = 10_000;

interface Look {
  readonly name: string;
  /** Where this gateway gives the picture out; empty: he has none. */
  readonly address: string;
  readonly picture: Promise<Avatar | null>;
}

export interface GhostPicturesOptions {
  readonly host: Pick<BridgeHost, "avatar">;
  readonly log: Logger;
}

export class GhostPictures {
  readonly #options: GhostPicturesOptions;
  /** By bare JID. */
  readonly #looks = new Map<string, Look>();
  /** The address of the picture that each ghost shows in each room. */
  readonly #shown = new WeakMap<Occupancy, string>();

  constructor(options: GhostPicturesOptions) {
    this.#options = options;
  }

  /** A ghost that is in a room shows there the picture of whom it stands for. Not waited for: nobody's words wait for his picture. */
  wear(room: NativeRoom, ghost: Occupancy, { name, avatar: address = "" }: Speaker): void {
    const jid = bare(ghost.jid);
    const look = this.#looks.get(jid);
    if (look?.address !== address || look.name !== name) {
      if (this.#looks.size >= MOST_GHOSTS) this.#looks.clear();
      const picture = look?.address === address ? look.picture : this.#fetched(address);
      this.#looks.set(jid, { name, address, picture });
    }
    if ((this.#shown.get(ghost) ?? "") === address) return;
    this.#shown.set(ghost, address);
    void this.#show(room, ghost);
  }

  /** The answer to a question for a vCard; null: it is none, or not of a ghost whose look is known. */
  async vcard(iq: Element): Promise<Element | null> {
    const to = attribute(iq, "to") ?? "";
    const look = this.#looks.get(bare(to));
    if (!look || attribute(iq, "type") !== "get" || !iq.getChild("vCard", NS.vcard)) return null;
    const picture = await look.picture;
    const photo =
      picture === null
        ? undefined
        : xml(
            "PHOTO",
            {},
            xml("TYPE", {}, picture.type),
            xml("BINVAL", {}, picture.bytes.toString("base64")),
          );
    const card = xml("vCard", { xmlns: NS.vcard }, xml("FN", {}, look.name), photo);
    return xml("iq", { type: "result", id: attribute(iq, "id"), from: to, to: attribute(iq, "from") }, card);
  }

  async #show(room: NativeRoom, ghost: Occupancy): Promise<void> {
    const picture = (await this.#looks.get(bare(ghost.jid))?.picture) ?? null;
    const hash = picture === null ? "" : createHash("sha1").update(picture.bytes).digest("hex");
    ghost.update(xml("x", { xmlns: NS.vcardUpdate }, xml("photo", {}, hash)));
    this.#options.log.trace({ room, ghost: ghost.jid }, "a ghost has shown its picture");
  }

  /** null: there is none, or it can't be shown. Never rejects. */
  async #fetched(address: string): Promise<Avatar | null> {
    const at = address.lastIndexOf(AVATAR_PATH);
    const token = at < 0 ? null : parseAvatarToken(address.slice(at + AVATAR_PATH.length));
    try {
      const picture = token === null ? null : await this.#options.host.avatar(token);
      return picture !== null && picture.bytes.length <= MOST_BYTES ? picture : null;
    } catch (thrown) {
      this.#options.log.warn({ err: thrown }, "a ghost's picture can't be had");
      return null;
    }
  }
}
