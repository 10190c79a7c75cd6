/** The gateway's own stay in a room: how its listener enters, and what the room says of itself and lets the gateway do. */
import type { Capabilities } from "../../core/bridge/room.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { XmppCapabilities } from "../../mappings/xmpp/outbound.ts";
import type { RoomRights } from "./examine-rights.ts";
import { type MissingRight, missingRights } from "./missing-rights.ts";
import { bare } from "./names.ts";
import { type Entry, Occupancy } from "./occupancy.ts";
import { unreachable } from "./refusal.ts";
import { destroyRoom, openRoom } from "./room-form.ts";
import { askRoom, type RoomInfo, unknownRoom } from "./room-info.ts";
import { withPassword } from "./room-password.ts";
import type { PutOut } from "./put-out.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { streamLimits } from "./stream-limits.ts";
import type { Element } from "./xml.ts";

/** How long the subject that ends a room's greeting is waited for. */
const GREETED_WITHIN_MS = 3_000;
/** The answers of a room that does not know the question. */
const SAYS_NOTHING = new Set(["feature-not-implemented", "service-unavailable"]);

export interface StayOptions {
  readonly stream: ComponentStream;
  readonly listener: string;
  readonly nick: string;
  readonly label: string;
  /** The password that the operator has given for the room; null: none. */
  readonly password: () => Promise<string | null>;
}

export class Stay {
  readonly room: NativeRoom;
  readonly #options: StayOptions;
  readonly #listener: Occupancy;
  #info: RoomInfo = unknownRoom;
  #subject: string | null = null;
  /** With which the room let us in, or would not; null: none was asked for. */
  #password: string | null = null;
  #greeted: (() => void) | null = null;
  /** Why there is no such room any more; null: there may be one. */
  #gone: GatewayError | null = null;

  constructor(room: NativeRoom, options: StayOptions) {
    this.room = room;
    this.#options = options;
    this.#listener = new Occupancy(options.stream, room, options.listener, () => this.#password);
  }

  /** What the room last said of itself. */
  get info(): RoomInfo {
    return this.#info;
  }

  get subject(): string {
    return this.#subject ?? "";
  }

  /** The listener's nick; null: it is out. */
  get nick(): string | null {
    return this.#listener.nick;
  }

  get password(): string | null {
    return this.#password;
  }

  /** What the operator has given as the room's password by now, which is used from then on. Rejects as the host's secrets do. */
  async askPassword(): Promise<string | null> {
    this.#password = await this.#options.password();
    return this.#password;
  }

  /** Whether the gateway may make people members of the room. */
  get admits(): boolean {
    return ["owner", "admin"].includes(this.#listener.affiliation);
  }

  /** What the gateway lacks in the room; only of one that was entered. */
  missing(): readonly MissingRight[] {
    const { affiliation, role } = this.#listener;
    return missingRights(this.#info, { affiliation, role }, bare(this.#options.listener));
  }

  /** Only of a room that was entered. */
  capabilities(): Capabilities {
    const { affiliation, role } = this.#listener;
    return {
      name: affiliation === "owner" ? "full" : "none",
      topic: role === "moderator" || this.#info.subjectOpen ? "full" : "none",
      archive: this.#info.archive,
      textBytes: streamLimits.messageBytes,
      open: this.#info.open,
    };
  }

  /** What the gateway may do in the room, and lacks there; only of one that was entered. */
  rights(): RoomRights {
    return { ...this.capabilities(), pictured: this.#info.pictured, missing: this.missing() };
  }

  /** What messages may be made of here; only of a room that was entered. */
  mapping(): XmppCapabilities {
    const { name, topic } = this.capabilities();
    const { vouched } = this.#info;
    return {
      roomJid: this.room,
      stanzaId: vouched.stanzaId,
      occupantId: vouched.occupantId,
      textBytes: streamLimits.messageBytes,
      subject: topic !== "none",
      configuration: name !== "none",
      picture: this.#listener.affiliation === "owner" && this.#info.pictured,
      moderation: this.#listener.role === "moderator" && this.#info.moderation !== null,
      administration: false,
      typing: true,
      markers: true,
      presence: false,
      broadcasts: false,
    };
  }

  /** In, asked, and greeted. Throws room_unreachable, or what the stream's requests reject with. */
  async enter(): Promise<void> {
    const { stream, nick, label, listener } = this.#options;
    await this.#exists();
    const { promise: greeted, resolve } = Promise.withResolvers<void>();
    this.#greeted = resolve;
    const entry = await this.#letIn(nick, label);
    if (!entry.entered) throw unreachable(this.room, entry);
    if (entry.created) {
      // A room that nobody has opened is a mistake in the address, or was destroyed: it is not ours to open.
      await destroyRoom(stream, this.room, listener);
      this.#gone = unreachable(this.room, { entered: false, condition: "item-not-found", detail: "" });
      throw this.#gone;
    }
    const timer = setTimeout(resolve, GREETED_WITHIN_MS);
    try {
      await this.#askFirst();
      if (this.#subject === null) await greeted;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * In a room of the gateway's own that is open to everybody, made where there was none. Throws room_unreachable where it is somebody
   * else's, or what the stream's requests reject with.
   */
  async found(name: string): Promise<void> {
    const { stream, nick, label, listener: from } = this.#options;
    const entry = await this.#letIn(nick, label);
    if (!entry.entered) throw unreachable(this.room, entry);
    if (this.#listener.affiliation !== "owner") {
      this.leave();
      throw new GatewayError("room_unreachable", `${this.room} is there already, and is somebody else's`);
    }
    await openRoom(stream, { room: this.room, from, name });
    this.#gone = null;
    await this.ask();
  }

  /** Lets the room say again what it is. Rejects as the stream's requests do. */
  async ask(): Promise<void> {
    const { stream, listener } = this.#options;
    this.#info = await askRoom(stream, listener, this.room);
  }

  /** The greeting ends with the subject. */
  heardSubject(subject: string): void {
    this.#subject = subject;
    this.#greeted?.();
  }

  /** A presence from the room to the listener. Returns why it is out, if this one says so. */
  presence(stanza: Element): PutOut | null {
    const out = this.#listener.presence(stanza);
    if (out?.destroyed) this.#gone = new GatewayError("room_unreachable", `${this.room}: ${out.detail}`);
    return out;
  }

  leave(): void {
    this.#listener.leave();
  }

  /** The room or the stream has lost us. */
  lost(): void {
    this.#listener.lost();
  }

  /** With the room's password, where it asks for one and we know it. */
  async #letIn(nick: string, label: string): Promise<Entry> {
    // It may have been changed or forgotten since.
    if (this.#password !== null) await this.askPassword();
    return withPassword(this, () => this.#listener.enter(nick, label));
  }

  /** Entering would make a room anew that is no more, so that is asked for first. */
  async #exists(): Promise<void> {
    if (this.#gone === null) return;
    try {
      await this.ask();
    } catch (thrown) {
      throw thrown instanceof StanzaError ? this.#gone : thrown;
    }
    this.#gone = null;
  }

  /** Some rooms say nothing of themselves; one that did is not taken for one of them. */
  async #askFirst(): Promise<void> {
    try {
      await this.ask();
    } catch (thrown) {
      const isMute = thrown instanceof StanzaError && SAYS_NOTHING.has(thrown.condition);
      if (!isMute || this.#info !== unknownRoom) throw thrown;
    }
  }
}
