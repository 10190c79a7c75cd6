/**
 * One XMPP service as an account of the gateway: an external component (XEP-0114), its rooms, and what the core asks
 * of them.
 */
import type {
  Bridge,
  BridgeHost,
  Capabilities,
  DeliveryContext,
  Health,
  Lookups,
  Milliseconds,
  OutEvent,
  Plan,
  Raw,
  Receipt,
  RoomContext,
  RoomFacts,
  Speaker,
  Step,
  Transient,
  Translated,
} from "../../core/bridge.ts";
import { DeliveryError } from "../../core/bridge.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import { emptyContext } from "../../core/groups/room-context.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { fromMimi } from "../../mappings/xmpp/from-mimi.ts";
import { Archive } from "./archive.ts";
import type { XmppConfig } from "./config.ts";
import { Echoes } from "./echoes.ts";
import { translate } from "./inbound.ts";
import { refersTo } from "./kept-stanza.ts";
import { nobody } from "./inbound-context.ts";
import { answer } from "./iq-answers.ts";
import { bare, listenerJid, parseRoomJid } from "./names.ts";
import { FileStore } from "./file-store.ts";
import { plan, transient } from "./outbound.ts";
import { Performer } from "./performer.ts";
import { Prober } from "./prober.ts";
import { Room } from "./room.ts";
import { RoomPings } from "./room-pings.ts";
import { ComponentStream } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** Things handed to the core and not written yet, beyond which reading stops until half of them are. */
const MOST_PENDING = 2_000;

/** Lines that are remembered, so that nobody is told the same twice. */
const MOST_TOLD = 10_000;

/** What lives as long as the account is served. */
interface Parts {
  readonly host: BridgeHost;
  readonly stream: ComponentStream;
  readonly archive: Archive;
  readonly files: FileStore;
  readonly performer: Performer;
  readonly prober: Prober;
  readonly pings: RoomPings;
}

export class XmppAccount implements Bridge {
  readonly connected = true;
  readonly translatesAtOnce = true;
  /** The reflections come back in the order in which we spoke, on one stream. */
  readonly window = 50;
  /** A room's archive is asked on the stream on which the message went before: what it lacks then was not taken. */
  readonly settleMs = 0;
  readonly unclear: "repeat" | "hold";
  readonly #config: XmppConfig;
  readonly #log: Logger;
  readonly #media: MediaLimits;
  readonly #echoes = new Echoes();
  readonly #rooms = new Map<NativeRoom, Room>();
  readonly #listener: string;
  /** null: not started, or stopped. */
  #parts: Parts | null = null;
  #health: Health = { state: "down", since: Date.now(), reason: null };
  /** Lines that people were told since the account is served. */
  readonly #told = new Set<string>();
  #pending = 0;
  #firstTry: { resolve: () => void; reject: (error: GatewayError) => void } | null = null;

  constructor(config: XmppConfig, log: Logger, media: MediaLimits) {
    this.#config = config;
    this.#log = log;
    this.#media = media;
    this.unclear = config.unclear;
    this.#listener = listenerJid(config.domain);
  }

  async start(host: BridgeHost): Promise<void> {
    const parts = this.#assemble(host);
    this.#parts = parts;
    this.#setHealth("connecting", null);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#firstTry = { resolve, reject };
    // A service that is away now is waited for; only a refusal of the secret ends the start.
    parts.stream.start().then(resolve, reject);
    try {
      await promise;
    } finally {
      this.#firstTry = null;
    }
  }

  async stop(): Promise<void> {
    for (const room of this.#rooms.values()) room.leave();
    this.#rooms.clear();
    this.#parts?.pings.stop();
    await this.#parts?.stream.stop();
    this.#parts = null;
    this.#setHealth("down", "stopped");
  }

  health(): Health {
    return this.#health;
  }

  fault(jid: NativeRoom): string | null {
    return this.#rooms.get(jid)?.fault ?? null;
  }

  parseRoom(text: string): NativeRoom {
    return parseRoomJid(text);
  }

  inspect(jid: NativeRoom): Promise<RoomFacts> {
    if (!this.#online)
      return Promise.reject(
        new GatewayError("account_down", `account ${this.#config.name} is not connected`),
      );
    return this.#room(jid).inspect();
  }

  join(jid: NativeRoom, since: ArchiveMark | null): void {
    if (this.#online) this.#room(jid).join(since);
  }

  leave(jid: NativeRoom, speakers: readonly Speaker[]): Promise<void> {
    if (this.#online) this.#room(jid).leave(speakers);
    this.#rooms.delete(jid);
    return Promise.resolve();
  }

  capabilities(jid: NativeRoom): Capabilities {
    return this.#room(jid).capabilities();
  }

  mark(jid: NativeRoom): ArchiveMark | null {
    return this.#rooms.get(jid)?.mark ?? null;
  }

  catchUp(jid: NativeRoom, since: ArchiveMark) {
    return this.#room(jid).catchUp(since);
  }

  refers(raw: Raw): boolean {
    return refersTo(raw);
  }

  async toEvents(room: NativeRoom, raw: Raw, lookups: Lookups): Promise<readonly Translated[]> {
    const people = this.#rooms.get(room)?.people ?? nobody;
    const { events, losses } = await translate(room, raw, people, lookups);
    for (const loss of losses) this.#log.debug({ room, ...loss }, "something said loses something");
    return events.filter((event) => event.kind !== "reply" || this.#isNews(event));
  }

  plan(room: NativeRoom, event: OutEvent, context: RoomContext): Plan {
    return plan(event, this.#room(room).mapping(), context);
  }

  show(jid: NativeRoom, speaker: Speaker, { kind, typing }: Transient): void {
    const room = this.#rooms.get(jid);
    // Nobody enters a room only to be seen typing.
    const ghost = room?.live ? room.people.present(speaker) : null;
    if (!room || !ghost || !this.#parts || !this.#online) return;
    const { calls } = fromMimi({ kind, user: speaker, typing }, room.mapping(), emptyContext);
    const { stream, host } = this.#parts;
    for (const call of calls)
      if (call.kind === "message") stream.send(transient(ghost.jid, jid, call.payload, host.gateway));
  }

  perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    const room = this.#rooms.get(context.room);
    if (!this.#parts || !this.#online || !room?.live)
      return Promise.reject(
        new DeliveryError("account_down", `${context.room} is not entered yet`, {
          certainty: "certain",
          retry: "after",
          afterMs: 2_000,
        }),
      );
    return this.#parts.performer.perform(room, step, context);
  }

  async probe(
    step: Step,
    context: DeliveryContext,
    since: { mark: ArchiveMark | null; at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    const room = this.#rooms.get(context.room);
    if (!this.#parts || !this.#online || !room?.live)
      throw new DeliveryError("account_down", `${context.room} is not entered yet`, {
        certainty: "unknown",
        retry: "after",
        afterMs: 2_000,
      });
    return this.#parts.prober.probe(room, step, context, since);
  }

  /** Nobody is told the same again and again. */
  #isNews({ to, text }: Extract<Translated, { kind: "reply" }>): boolean {
    const line = `${to.native} ${text}`;
    if (this.#told.has(line)) return false;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(line);
    return true;
  }

  get #online(): boolean {
    return this.#parts?.stream.online ?? false;
  }

  #assemble(host: BridgeHost): Parts {
    const { service, domain, secret: password } = this.#config;
    const stream = new ComponentStream(
      { service, domain, password },
      {
        stanza: (stanza) => this.#stanza(stanza),
        online: () => void this.#connected(),
        offline: (error) => this.#offline(error),
      },
    );
    const listener = this.#listener;
    const upload = this.#config.upload ?? null;
    const files = new FileStore({
      stream,
      from: listener,
      domain,
      upload,
      media: this.#media,
      log: this.#log,
    });
    return {
      host,
      stream,
      archive: new Archive(stream, listener),
      files,
      performer: new Performer({ stream, echoes: this.#echoes, files, gateway: host.gateway, listener }),
      prober: new Prober(),
      pings: new RoomPings(stream, listener, this.#rooms, this.#log),
    };
  }

  #room(jid: NativeRoom): Room {
    let room = this.#rooms.get(jid);
    if (!room) {
      if (!this.#parts) throw new GatewayError("account_down", `account ${this.#config.name} is not started`);
      const { domain, nick, label } = this.#config;
      room = new Room(jid, {
        stream: this.#parts.stream,
        archive: this.#parts.archive,
        echoes: this.#echoes,
        log: this.#log,
        host: this.#parts.host,
        domain,
        listener: this.#listener,
        nick,
        label,
        now: () => Date.now(),
        pending: (change) => this.#count(change),
      });
      this.#rooms.set(jid, room);
    }
    return room;
  }

  async #connected(): Promise<void> {
    this.#setHealth("up", null);
    this.#parts?.files.reconnected();
    this.#log.info("connected to the XMPP service");
    try {
      for (const { room, mark } of (await this.#parts?.host.rooms()) ?? []) this.join(room, mark);
    } catch (thrown) {
      this.#parts?.stream.reconnect(`the rooms to join could not be read: ${asGatewayError(thrown).message}`);
    }
  }

  #offline(error: GatewayError | null): void {
    const reason = error?.message ?? "stopped";
    this.#echoes.lose(reason);
    for (const room of this.#rooms.values()) room.streamLost();
    if (error === null) return;
    if (this.#health.state !== "down" || this.#health.reason !== reason)
      this.#log.warn({ err: error }, "not connected");
    this.#setHealth("down", reason);
    if (error.code === "account_refused") this.#firstTry?.reject(error);
    else this.#firstTry?.resolve();
  }

  #stanza(stanza: Element): void {
    const to = attribute(stanza, "to") ?? "";
    const from = bare(attribute(stanza, "from") ?? "") as NativeRoom;
    switch (stanza.name) {
      case "message":
        this.#message(stanza, from, to);
        return;
      case "presence":
        this.#rooms.get(from)?.presence(stanza, to);
        return;
      case "iq": {
        const reply = answer(stanza, this.#config.domain);
        if (reply && this.#online) this.#parts?.stream.send(reply);
        return;
      }
      default:
    }
  }

  #message(stanza: Element, from: NativeRoom, to: string): void {
    const type = attribute(stanza, "type") ?? "normal";
    if (type === "error") this.#echoes.bounced(stanza);
    // Every ghost gets its own copy of all that is said: only the listener's counts.
    else if (type === "groupchat") {
      if (to === this.#listener) this.#rooms.get(from)?.groupchat(stanza);
    } else if (to === this.#listener && this.#parts?.archive.take(stanza)) return;
    else if (stanza.getChild("body")) this.#refusePrivate(stanza, to);
  }

  /** Private messages are never put into a room; whoever writes one is told so. */
  #refusePrivate(stanza: Element, to: string): void {
    const back = attribute(stanza, "from");
    if (!back || !this.#online) return;
    const text = "Private messages are not carried to the linked rooms.";
    this.#parts?.stream.send(xml("message", { from: to, to: back, type: "chat" }, xml("body", {}, text)));
  }

  #count(change: 1 | -1): void {
    this.#pending += change;
    if (change === 1 && this.#pending === MOST_PENDING) this.#parts?.stream.pause();
    if (change === -1 && this.#pending === MOST_PENDING / 2) this.#parts?.stream.resume();
  }

  #setHealth(state: Health["state"], reason: string | null): void {
    const since = this.#health.state === state ? this.#health.since : Date.now();
    this.#health = state === "up" ? { state, since } : { state, since, reason };
  }
}
