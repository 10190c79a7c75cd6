/**
 * Who is in a room, as its presences tell the listener (XEP-0045, section 7): under which nick, by which occupant-id
 * (XEP-0421), and since when without a break.
 */
import type { Milliseconds } from "../../core/time.ts";
import { photoOf } from "../../mappings/xmpp/presence-read.ts";
import { occupant } from "./kept-stanza.ts";
import { NS, resource } from "./names.ts";
import { attribute, type Element } from "./xml.ts";

interface Occupant {
  /** As his presence has it. */
  readonly id: string | null;
  readonly since: Milliseconds;
  readonly role: string;
  readonly photo: string | null;
}

/** Somebody who is in the room now, and what his presence says of his picture (XEP-0153). */
export interface Wearer {
  readonly nick: string;
  /** Its hash, as `sha1:HEX`; empty: he has none; null: it is not said. */
  readonly photo: string | null;
}

/** Before the nick of somebody to whom the room gives no id. */
const BY_NICK = "nick:";

export class Occupants {
  readonly #vouched: () => boolean;
  readonly #byNick = new Map<string, Occupant>();
  /** By occupant-id; kept after the occupant has gone, for what he said before. */
  readonly #nicks = new Map<string, string>();

  /**
   * `vouched`: whether the room writes the occupant-ids itself, else they are what anybody likes. Asked when one is used, since the
   * occupants come before the room has said it.
   */
  constructor(vouched: () => boolean) {
    this.#vouched = vouched;
  }

  /**
   * A presence from the room. A change of nick (status 303) is no break of the stay. Whether somebody who was there shows another
   * picture than before.
   */
  presence(stanza: Element, at: Milliseconds): boolean {
    const nick = resource(attribute(stanza, "from") ?? "");
    const type = attribute(stanza, "type");
    if (nick === "" || type === "error") return false;
    const id = occupant(stanza);
    // Somebody may be in under two nicks, and goes by the one that stays.
    const stillIn = id !== null && this.#byNick.has(this.#nicks.get(id) ?? "");
    if (id !== null && this.#vouched() && !(type === "unavailable" && stillIn)) this.#nicks.set(id, nick);
    const user = stanza.getChild("x", NS.mucUser);
    const item = user?.getChild("item");
    const known = this.#byNick.get(nick);
    if (type === "unavailable") {
      this.#byNick.delete(nick);
      const renamed = item && attribute(item, "nick");
      const moved = user?.getChildren("status").some((status) => attribute(status, "code") === "303");
      if (known && moved && renamed) this.#byNick.set(renamed, known);
      return false;
    }
    const role = (item && attribute(item, "role")) ?? known?.role ?? "none";
    // Somebody else under the same nick begins a stay of his own.
    const stays = known && (known.id === id || id === null || !this.#vouched());
    const photo = photoOf(stanza) ?? (stays ? known.photo : null);
    this.#byNick.set(nick, { id, role, photo, since: stays ? known.since : at });
    return stays === true && photo !== known.photo;
  }

  /** The listener is out: whoever is there when it comes back may have come and gone meanwhile. */
  clear(): void {
    this.#byNick.clear();
  }

  /** The nick that an occupant has now, by the id under which he spoke. */
  nickOf(identity: string): string | null {
    if (!this.#vouched()) return null;
    const known = this.#nicks.get(identity);
    if (known !== undefined) return known;
    // He came before the room was asked.
    for (const [nick, { id }] of this.#byNick) if (id === identity) return nick;
    return null;
  }

  /** The occupant under this nick: his id, or `nick:NICK` where the room gives none. null: nobody. */
  identity(nick: string): string | null {
    const found = this.#byNick.get(nick);
    if (!found) return null;
    return (this.#vouched() ? found.id : null) ?? BY_NICK + nick;
  }

  /** Who has that identity and is in the room now; null: nobody. */
  wearer(identity: string): Wearer | null {
    const nick = identity.startsWith(BY_NICK) ? identity.slice(BY_NICK.length) : this.nickOf(identity);
    const found = nick === null ? undefined : this.#byNick.get(nick);
    if (nick === null || !found || this.identity(nick) !== identity) return null;
    return { nick, photo: found.photo };
  }

  since(nick: string): Milliseconds | null {
    return this.#byNick.get(nick)?.since ?? null;
  }

  isModerator(nick: string): boolean {
    return this.#byNick.get(nick)?.role === "moderator";
  }
}
