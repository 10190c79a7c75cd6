/**
 * One MUC that the gateway takes part in: one listener reads it, ghosts speak in it. After every (re)connection:
 * enter, read what was missed from the archive while what comes live waits, then live.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { Receipt, Speaker } from "../../core/bridge/outbound.ts";
import type { Capabilities, RoomFacts } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { XmppCapabilities } from "../../mappings/xmpp/outbound.ts";
import type { Archive } from "./archive.ts";
import type { Echoes } from "./echoes.ts";
import {
  isConfigured,
  isKept,
  isOwn,
  isSubject,
  rawMessage,
  rawState,
  stanzaId,
  typingOf,
} from "./kept-stanza.ts";
import { readUpTo } from "./markers.ts";
import { NS, resource } from "./names.ts";
import { Occupancy } from "./occupancy.ts";
import { RoomPeople } from "./people.ts";
import { unreachable } from "./refusal.ts";
import { ownSince, saidSince } from "./room-archive.ts";
import { destroyRoom } from "./room-form.ts";
import { askRoom, type RoomInfo, unknownRoom } from "./room-info.ts";
import { Intake } from "./room-intake.ts";
import type { ComponentStream } from "./stream.ts";
import { streamLimits } from "./stream-limits.ts";
import { attribute, type Element } from "./xml.ts";

export interface RoomContext {
  readonly stream: ComponentStream;
  readonly archive: Archive;
  readonly echoes: Echoes;
  readonly log: Logger;
  readonly host: BridgeHost;
  readonly domain: string;
  readonly listener: string;
  readonly nick: string;
  readonly label: string;
  readonly now: () => Milliseconds;
  /** Called with +1 for something handed to the core, with -1 when it is written. */
  readonly pending: (change: 1 | -1) => void;
}

/** How long the subject that ends a room's greeting is waited for. */
const GREETED_WITHIN_MS = 3_000;
/** A room that can't be entered is tried again after this, then after twice as long each time. */
const TRY_AGAIN_FIRST_MS = 500;
const TRY_AGAIN_MOST_MS = 30_000;

export class Room {
  readonly jid: NativeRoom;
  readonly #context: RoomContext;
  readonly #listener: Occupancy;
  readonly #intake: Intake;
  readonly people: RoomPeople;
  #state: "out" | "entering" | "live" = "out";
  #joined = false;
  /** Heard while the archive is being read. */
  #waiting: Element[] | null = null;
  #info: RoomInfo = unknownRoom;
  #subject: string | null = null;
  #greeted: (() => void) | null = null;
  #fault: string | null = null;
  #retry: NodeJS.Timeout | null = null;
  #pause = TRY_AGAIN_FIRST_MS;
  /** When the room was last heard, on the clock of `performance.now`. */
  heardAt = 0;

  constructor(jid: NativeRoom, context: RoomContext) {
    this.jid = jid;
    this.#context = context;
    this.#listener = new Occupancy(context.stream, jid, context.listener);
    this.#intake = new Intake({ ...context, room: jid });
    this.people = new RoomPeople({ ...context, room: jid });
  }

  get live(): boolean {
    return this.#state === "live";
  }

  get name(): string {
    return this.#info.name;
  }

  get subject(): string {
    return this.#subject ?? "";
  }

  get moderated(): boolean {
    return this.#info.moderated;
  }

  get mark(): ArchiveMark | null {
    return this.#intake.mark;
  }

  get listenerNick(): string | null {
    return this.#listener.nick;
  }

  /** Why the gateway is not in the room, if it should be. */
  get fault(): string | null {
    return this.#fault;
  }

  capabilities(): Capabilities {
    const { affiliation, role } = this.#listener;
    return {
      name: affiliation === "owner" ? "full" : "none",
      topic: role === "moderator" || this.#info.subjectOpen ? "full" : "none",
      archive: this.#info.archive,
      textBytes: streamLimits.messageBytes,
    };
  }

  /** What messages may be made of here. */
  mapping(): XmppCapabilities {
    const { name, topic } = this.capabilities();
    const { answer, vouched } = this.#info;
    return {
      roomJid: this.jid,
      // Deliveries are planned before the room is entered again, too: what has a stanza-id has got it from the room.
      stanzaId: answer === null || vouched.stanzaId,
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

  /** Enters without taking part. Throws room_unreachable. */
  async inspect(): Promise<RoomFacts> {
    await this.#enter();
    const mark = this.#info.archive ? await this.#context.archive.end(this.jid) : null;
    return { name: this.name, topic: this.subject, mark };
  }

  /** Takes part from the mark on, and keeps trying. */
  join(since: ArchiveMark | null): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#intake.begin(since);
    this.#start();
  }

  /** The room has lost us without a word. */
  enterAgain(): void {
    if (!this.#joined) return;
    this.#listener.lost();
    this.people.unseen();
    this.#state = "out";
    this.#intake.stop();
    this.#start();
  }

  /** Also takes out ghosts that a server has kept from an earlier stream. */
  leave(speakers: readonly Speaker[] = []): void {
    this.people.leave(speakers);
    this.#listener.leave();
    this.streamLost();
  }

  /** The stream ended: everybody is out, and what was heard but not written is read again from the archive. */
  streamLost(): void {
    this.#state = "out";
    this.#joined = false;
    this.#waiting = null;
    this.#intake.stop();
    if (this.#retry) clearTimeout(this.#retry);
    this.#listener.lost();
    this.people.lost();
  }

  /** The nick that an occupant has now, by the id or the nick under which he spoke. */
  nickFor(native: string, name: string): string {
    return this.people.nickOf(native.slice(this.jid.length + 1)) ?? name;
  }

  presence(stanza: Element, to: string): void {
    this.heardAt = performance.now();
    const listener = to === this.#context.listener;
    this.people.presence(stanza, listener ? null : to, this.#context.now());
    if (!listener) return;
    const out = this.#listener.presence(stanza);
    if (out === null || !this.#joined) return;
    this.#context.log.warn({ room: this.jid, out }, "the gateway was put out of a room");
    this.people.unseen();
    this.#state = "out";
    this.#fault = `the gateway was put out of the room: ${out}`;
    this.#tryAgain();
  }

  /** A groupchat message to the listener. */
  groupchat(message: Element): void {
    this.heardAt = performance.now();
    // The greeting ends with the subject; state is never replayed, so it need not wait for the archive.
    if (isSubject(message)) this.#heardSubject(message);
    else if (this.#waiting) this.#waiting.push(message);
    else if (this.live) this.#heard(message);
  }

  /** What others said after the mark, as the archive has it. */
  catchUp(since: ArchiveMark): AsyncIterable<AcceptBatch> {
    const reader = { gateway: this.#context.host.gateway, vouched: this.#info.vouched };
    return saidSince(this.#context.archive, this.jid, since, reader);
  }

  /** What we said since then, by the ids that we gave. */
  ownSince(since: { mark: ArchiveMark | null; at: Milliseconds }): Promise<ReadonlyMap<string, Receipt>> {
    return ownSince(this.#context.archive, this.jid, since, this.#context.host.gateway);
  }

  #heard(message: Element): void {
    const { host, echoes, now } = this.#context;
    const { vouched } = this.#info;
    const id = vouched.stanzaId ? stanzaId(message, this.jid) : null;
    if (id !== null) this.#intake.mark = id as ArchiveMark;
    if (isOwn(message, host.gateway)) {
      echoes.reflected(attribute(message, "id") ?? "", message, this.jid, now());
      this.#intake.heardOwn();
      return;
    }
    if (isConfigured(message)) void this.#askAgain();
    if (!isKept(message)) return this.#heardState(message);
    // History that the server sent although none was asked for; without an id it can't be told from new ones.
    if (id === null && message.getChild("delay", NS.delay)) return;
    const nick = resource(attribute(message, "from") ?? "");
    const said = { id, at: now(), since: vouched.occupantId ? null : this.people.since(nick) };
    this.#intake.heard(rawMessage(this.jid, message, said, vouched));
  }

  /** Somebody types or ceases to (XEP-0085), or has read something (XEP-0333). */
  #heardState(message: Element): void {
    const nick = resource(attribute(message, "from") ?? "");
    const identity = this.people.identity(nick);
    if (identity === null || message.getChild("delay", NS.delay)) return;
    const user = { native: `${this.jid}/${identity}`, name: nick };
    const typing = typingOf(message);
    if (typing !== null) this.#context.host.transient(this.jid, user, { kind: "typing", typing });
    const upTo = readUpTo(message);
    if (upTo !== null) this.#context.host.read(this.jid, user, upTo);
  }

  #heardSubject(message: Element): void {
    const { echoes, now } = this.#context;
    this.#subject = message.getChildText("subject") ?? "";
    this.#greeted?.();
    const nick = resource(attribute(message, "from") ?? "");
    if (nick !== "" && nick === this.#listener.nick) echoes.confirmed(`subject ${this.jid}`, now());
    else if (this.#joined) this.#intake.heard(rawState(message, now()));
  }

  /** The room's configuration has changed, perhaps its name (XEP-0045, section 10.2.1). */
  async #askAgain(): Promise<void> {
    const { stream, listener, log, now } = this.#context;
    try {
      this.#info = await askRoom(stream, listener, this.jid);
      if (this.#info.answer && this.live) this.#intake.heard(rawState(this.#info.answer, now()));
    } catch (thrown) {
      log.warn({ room: this.jid, err: asGatewayError(thrown) }, "a room did not say what has changed in it");
    }
  }

  #start(): void {
    void this.#takePart().catch((thrown: unknown) => {
      if (!this.#joined) return;
      const error = asGatewayError(thrown);
      this.#state = "out";
      this.#fault = error.detail;
      this.#context.log.warn({ room: this.jid, err: error }, "a room could not be entered");
      this.#tryAgain();
    });
  }

  #tryAgain(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#joined && this.#state === "out" && this.#context.stream.online) this.#start();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, TRY_AGAIN_MOST_MS);
  }

  async #takePart(): Promise<void> {
    const { host, archive, now } = this.#context;
    this.#state = "entering";
    this.#waiting = [];
    await this.#enter();
    const { mark } = this.#intake;
    if (this.#info.archive && mark === null) await this.#intake.page([], await archive.end(this.jid));
    else if (this.#info.archive && mark !== null)
      for await (const batch of this.catchUp(mark)) await this.#intake.page(batch.raws, batch.mark);
    if (this.#info.answer) this.#intake.heard(rawState(this.#info.answer, now()));
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#state = "live";
    this.#fault = null;
    this.#pause = TRY_AGAIN_FIRST_MS;
    for (const message of waiting) this.#heard(message);
    host.ready(this.jid);
  }

  /** In, asked, and greeted. Throws room_unreachable, or what the stream's requests reject with. */
  async #enter(): Promise<void> {
    const { stream, nick, label, listener } = this.#context;
    const { promise: greeted, resolve } = Promise.withResolvers<void>();
    this.#greeted = resolve;
    const entry = await this.#listener.enter(nick, label);
    if (!entry.entered) throw unreachable(this.jid, entry);
    if (entry.created) {
      // A room that nobody has opened is a mistake in the address, or was destroyed: it is not ours to open.
      await destroyRoom(stream, this.jid, listener);
      throw unreachable(this.jid, { entered: false, condition: "item-not-found", detail: "" });
    }
    const timer = setTimeout(resolve, GREETED_WITHIN_MS);
    try {
      this.#info = await askRoom(stream, listener, this.jid);
      if (this.#subject === null) await greeted;
    } finally {
      clearTimeout(timer);
    }
  }
}
