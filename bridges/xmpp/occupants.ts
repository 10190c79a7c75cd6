/**
 * Who is in a room, as its presences tell the listener (XEP-0045, section 7): under which nick, by which occupant-id
 * (XEP-0421), and since when without a break.
 */
import type { Milliseconds } from "../../core/time.ts";
import { occupant } from "./kept-stanza.ts";
import { NS, resource } from "./names.ts";
import { attribute, type Element } from "./xml.ts";

interface Occupant {
  readonly id: string | null;
  readonly since: Milliseconds;
  readonly role: string;
}

export class Occupants {
  readonly #byNick = new Map<string, Occupant>();
  /** By occupant-id; kept after the occupant has gone, for what he said before. */
  readonly #nicks = new Map<string, string>();

  /** A presence from the room. A change of nick (status 303) is no break of the stay. */
  presence(stanza: Element, at: Milliseconds): void {
    const nick = resource(attribute(stanza, "from") ?? "");
    const type = attribute(stanza, "type");
    if (nick === "" || type === "error") return;
    const user = stanza.getChild("x", NS.mucUser);
    const item = user?.getChild("item");
    const known = this.#byNick.get(nick);
    if (type === "unavailable") {
      this.#byNick.delete(nick);
      const renamed = item && attribute(item, "nick");
      const moved = user?.getChildren("status").some((status) => attribute(status, "code") === "303");
      if (known && moved && renamed) this.#byNick.set(renamed, known);
      return;
    }
    const id = occupant(stanza);
    if (id !== null) this.#nicks.set(id, nick);
    const role = (item && attribute(item, "role")) ?? known?.role ?? "none";
    // Somebody else under the same nick begins a stay of his own.
    const stays = known && (known.id === id || id === null);
    this.#byNick.set(nick, { id, role, since: stays ? known.since : at });
  }

  /** The listener is out: whoever is there when it comes back may have come and gone meanwhile. */
  clear(): void {
    this.#byNick.clear();
  }

  /** The nick that an occupant has now, by the id or `nick:NICK` under which he spoke. */
  nickOf(identity: string): string | null {
    return this.#nicks.get(identity) ?? null;
  }

  /** The occupant under this nick: his id, or `nick:NICK` where the room gives none. null: nobody. */
  identity(nick: string): string | null {
    const found = this.#byNick.get(nick);
    return found ? (found.id ?? `nick:${nick}`) : null;
  }

  since(nick: string): Milliseconds | null {
    return this.#byNick.get(nick)?.since ?? null;
  }

  isModerator(nick: string): boolean {
    return this.#byNick.get(nick)?.role === "moderator";
  }
}
