/** The gateway's own stay in a room: how its listener enters, and what the room says of itself and lets the gateway do. */
import type { Capabilities } from "../../core/bridge/room.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { XmppCapabilities } from "../../mappings/xmpp/outbound.ts";
import { Occupancy } from "./occupancy.ts";
import { unreachable } from "./refusal.ts";
import { destroyRoom } from "./room-form.ts";
import { askRoom, type RoomInfo, unknownRoom } from "./room-info.ts";
import type { ComponentStream } from "./stream.ts";
import { streamLimits } from "./stream-limits.ts";
import type { Element } from "./xml.ts";

/** How long the subject that ends a room's greeting is waited for. */
const GREETED_WITHIN_MS = 3_000;

export interface StayOptions {
  readonly stream: ComponentStream;
  readonly listener: string;
  readonly nick: string;
  readonly label: string;
}

export class Stay {
  readonly room: NativeRoom;
  readonly #options: StayOptions;
  readonly #listener: Occupancy;
  #info: RoomInfo = unknownRoom;
  #subject: string | null = null;
  #greeted: (() => void) | null = null;

  constructor(room: NativeRoom, options: StayOptions) {
    this.room = room;
    this.#options = options;
    this.#listener = new Occupancy(options.stream, room, options.listener);
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
      moderation: false,
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
    const { promise: greeted, resolve } = Promise.withResolvers<void>();
    this.#greeted = resolve;
    const entry = await this.#listener.enter(nick, label);
    if (!entry.entered) throw unreachable(this.room, entry);
    if (entry.created) {
      // A room that nobody has opened is a mistake in the address, or was destroyed: it is not ours to open.
      await destroyRoom(stream, this.room, listener);
      throw unreachable(this.room, { entered: false, condition: "item-not-found", detail: "" });
    }
    const timer = setTimeout(resolve, GREETED_WITHIN_MS);
    try {
      await this.ask();
      if (this.#subject === null) await greeted;
    } finally {
      clearTimeout(timer);
    }
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
  presence(stanza: Element): ReturnType<Occupancy["presence"]> {
    return this.#listener.presence(stanza);
  }

  leave(): void {
    this.#listener.leave();
  }

  /** The room or the stream has lost us. */
  lost(): void {
    this.#listener.lost();
  }
}
