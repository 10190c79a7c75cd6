/** Everybody in a room: its occupants as the listener sees them, and our ghosts among them. */
import type { Milliseconds } from "../../core/time.ts";
import type { Receipt, Speaker } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { parseUserUri } from "../../mappings/ids.ts";
import type { People } from "./inbound-context.ts";
import { ghostJid, resource } from "./names.ts";
import { type Entry, Occupancy } from "./occupancy.ts";
import type { OccupantPictures } from "./occupant-pictures.ts";
import { Occupants, type Wearer } from "./occupants.ts";
import { type PasswordKeeper, withPassword } from "./room-password.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, type Element } from "./xml.ts";

export interface RoomPeopleOptions {
  readonly stream: ComponentStream;
  readonly room: NativeRoom;
  /** The component's domain, which ghosts are of. */
  readonly domain: string;
  readonly now: () => Milliseconds;
  /** What is added to a nick that is taken already. */
  readonly label: string;
  /** How many ghosts may be in the room at a time. */
  readonly mostGhosts: number;
  readonly pictures: Pick<OccupantPictures, "changed">;
  /** What the room asks for there. */
  readonly door: PasswordKeeper;
  /** Whether occupant-ids are the room's own word; asked each time. */
  readonly vouched: () => boolean;
}

interface Ghost {
  readonly occupancy: Occupancy;
  speaker: Speaker;
  spokeAt: Milliseconds;
}

/** A ghost that has been silent for so long may make room for another one. */
const SILENT_FOR_MS = 3_600_000;
const FULL: Entry = { entered: false, condition: "ghosts_per_room", detail: "there are enough ghosts" };

export class RoomPeople implements People {
  readonly #options: RoomPeopleOptions;
  readonly #occupants: Occupants;
  /** By JID. */
  readonly #ghosts = new Map<string, Ghost>();
  /** By nick; null: to be made anew. */
  #ghostNicks: ReadonlyMap<string, Speaker> | null = null;

  constructor(options: RoomPeopleOptions) {
    this.#options = options;
    this.#occupants = new Occupants(options.vouched);
  }

  /**
   * The occupant who speaks for a user, entering first if need be; the reason where he can't. `beyond`: also where there are as many
   * ghosts as may be.
   */
  async speaker(
    speaker: Speaker,
    beyond = false,
  ): Promise<{ readonly ghost: Occupancy; readonly entry: Entry }> {
    const ghost = this.#ghost(speaker);
    if (ghost.occupancy.nick === null && !this.#makesRoom() && !beyond)
      return { ghost: ghost.occupancy, entry: FULL };
    ghost.spokeAt = this.#options.now();
    const { door, label } = this.#options;
    const entry = await withPassword(door, () => ghost.occupancy.enter(speaker.name, label));
    ghost.speaker = speaker;
    this.#ghostNicks = null;
    return { ghost: ghost.occupancy, entry };
  }

  /** The ghost of a user if he is in the room now, under his present name. */
  present(speaker: Speaker): Occupancy | null {
    const ghost = this.#ghosts.get(ghostJid(this.#options.domain, speaker.uri));
    const isIn = ghost && ghost.occupancy.nick !== null && ghost.occupancy.isCalled(speaker.name);
    if (!isIn) return null;
    ghost.spokeAt = this.#options.now();
    return ghost.occupancy;
  }

  /** A presence from the room to the listener: `to` null, or to one of the ghosts. */
  presence(stanza: Element, to: string | null, at: Milliseconds): void {
    if (to === null) return this.#occupant(stanza, at);
    this.#ghosts.get(to)?.occupancy.presence(stanza);
    this.#ghostNicks = null;
  }

  /** The ghosts leave, also those that a server has kept from an earlier stream. */
  leave(speakers: readonly Speaker[]): void {
    for (const speaker of speakers) this.#ghost(speaker);
    for (const { occupancy } of this.#ghosts.values()) occupancy.leave();
    this.#ghostNicks = null;
  }

  /** A user's ghost leaves, also one that a server has kept from an earlier stream. */
  out(user: string): Receipt {
    const uri = parseUserUri(user);
    if (uri !== null) this.#ghost({ uri, name: "" }).occupancy.leave();
    this.#ghostNicks = null;
    return { native: null, aux: null, at: Date.now() };
  }

  /** The room has lost a ghost without a word: he enters again before he next speaks. */
  hasLost(jid: string): void {
    this.#ghosts.get(jid)?.occupancy.lost();
    this.#ghostNicks = null;
  }

  /** The listener is out: whoever is there when it comes back may have gone meanwhile. */
  unseen(): void {
    this.#occupants.clear();
  }

  /** The stream ended: nobody can be seen any more. */
  lost(): void {
    this.unseen();
    for (const { occupancy } of this.#ghosts.values()) occupancy.lost();
    this.#ghostNicks = null;
  }

  identity(nick: string): string | null {
    return this.#occupants.identity(nick);
  }

  nickOf(identity: string): string | null {
    return this.#occupants.nickOf(identity);
  }

  /** Who has that identity and is in the room now; null: nobody. */
  wearer(identity: string): Wearer | null {
    return this.#occupants.wearer(identity);
  }

  /** The nick that an occupant has now, by the id or the nick under which he spoke. */
  nickFor(native: string, name: string): string {
    return this.nickOf(native.slice(this.#options.room.length + 1)) ?? name;
  }

  isModerator(nick: string): boolean {
    return this.#occupants.isModerator(nick);
  }

  /** Since when the occupant with this nick is in the room without a break; null: nobody is called so. */
  since(nick: string): Milliseconds | null {
    return this.#occupants.since(nick);
  }

  ghost(nick: string): Speaker | null {
    this.#ghostNicks ??= new Map(
      [...this.#ghosts.values()].flatMap(({ occupancy, speaker }) =>
        occupancy.nick === null ? [] : [[occupancy.nick, speaker] as const],
      ),
    );
    return this.#ghostNicks.get(nick) ?? null;
  }

  #occupant(stanza: Element, at: Milliseconds): void {
    if (!this.#occupants.presence(stanza, at)) return;
    const { room, pictures } = this.#options;
    const nick = resource(attribute(stanza, "from") ?? "");
    pictures.changed({ native: `${room}/${this.identity(nick) ?? ""}`, name: nick });
  }

  /** Whether one more ghost may come in, perhaps in the place of the one that has been silent for longest. */
  #makesRoom(): boolean {
    const { mostGhosts, now } = this.#options;
    const present = [...this.#ghosts.values()].filter(({ occupancy }) => occupancy.nick !== null);
    if (present.length < mostGhosts) return true;
    const [silent] = present.toSorted((one, other) => one.spokeAt - other.spokeAt);
    if (!silent || now() - silent.spokeAt < SILENT_FOR_MS) return false;
    silent.occupancy.leave();
    return true;
  }

  #ghost(speaker: Speaker): Ghost {
    const { stream, room, domain, door } = this.#options;
    const jid = ghostJid(domain, speaker.uri);
    let ghost = this.#ghosts.get(jid);
    if (!ghost) {
      ghost = { occupancy: new Occupancy(stream, room, jid, () => door.password), speaker, spokeAt: 0 };
      this.#ghosts.set(jid, ghost);
    }
    return ghost;
  }
}
