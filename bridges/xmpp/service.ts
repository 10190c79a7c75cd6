/**
 * What lives as long as an account is served: the component's stream, the rooms on it, and where each stanza goes.
 */
import type { Finding } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError, type GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { Archive } from "./archive.ts";
import type { XmppConfig } from "./config.ts";
import { Echoes } from "./echoes.ts";
import { examineRooms } from "./examine.ts";
import { FileStore } from "./file-store.ts";
import { DirectMessages } from "./direct-messages.ts";
import { answer } from "./iq-answers.ts";
import { bare, listenerJid } from "./names.ts";
import { transient } from "./outbound.ts";
import { Performer } from "./performer.ts";
import { Prober } from "./prober.ts";
import { Room } from "./room.ts";
import { RoomPings } from "./room-pings.ts";
import { ComponentStream } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** Things handed to the core and not written yet, beyond which reading stops until half of them are. */
const MOST_PENDING = 2_000;

export interface ServiceOptions {
  readonly config: XmppConfig;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly host: BridgeHost;
  readonly online: () => void;
  /** null: it was ended by us. */
  readonly offline: (error: GatewayError | null) => void;
}

export class Service {
  readonly performer: Performer;
  readonly prober = new Prober();
  readonly #options: ServiceOptions;
  readonly #listener: string;
  readonly #stream: ComponentStream;
  readonly #archive: Archive;
  readonly #files: FileStore;
  readonly #pings: RoomPings;
  readonly #direct: DirectMessages;
  readonly #echoes = new Echoes();
  readonly #rooms = new Map<NativeRoom, Room>();
  #pending = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
    const { config, log, media, host } = options;
    const { service, domain, secret: password } = config;
    const listener = listenerJid(domain);
    const stream = new ComponentStream(
      { service, domain, password },
      {
        stanza: (stanza) => this.#stanza(stanza),
        online: () => void this.#connected(),
        offline: (error) => this.#offline(error),
      },
    );
    const files = new FileStore({
      stream,
      from: listener,
      domain,
      upload: config.upload ?? null,
      media,
      log,
    });
    this.#direct = new DirectMessages({ stream, listener, host, log });
    this.#listener = listener;
    this.#stream = stream;
    this.#archive = new Archive(stream, listener);
    this.#files = files;
    this.#pings = new RoomPings(stream, listener, this.#rooms, log);
    this.performer = new Performer({ stream, echoes: this.#echoes, files, gateway: host.gateway, listener });
  }

  get online(): boolean {
    return this.#stream.online;
  }

  /** Resolves when connected for the first time; rejects with account_refused. */
  start(): Promise<void> {
    return this.#stream.start();
  }

  async stop(): Promise<void> {
    for (const room of this.#rooms.values()) room.leave();
    this.#rooms.clear();
    this.#pings.stop();
    await this.#stream.stop();
  }

  /** Says in a room what nobody keeps. */
  show(from: string, room: NativeRoom, payload: readonly XmlElement[]): void {
    this.#stream.send(transient(from, room, payload, this.#options.host.gateway));
  }

  /** The room, whether the gateway is in it or not. */
  room(jid: NativeRoom): Room {
    let room = this.#rooms.get(jid);
    if (!room) {
      const { config, log, host } = this.#options;
      room = new Room(jid, {
        stream: this.#stream,
        archive: this.#archive,
        echoes: this.#echoes,
        log,
        host,
        domain: config.domain,
        listener: this.#listener,
        nick: config.nick,
        label: config.label,
        now: () => Date.now(),
        pending: (change) => this.#count(change),
      });
      this.#rooms.set(jid, room);
    }
    return room;
  }

  /** The room if it was met already. */
  examine(): Promise<readonly Finding[]> {
    return examineRooms([...this.#rooms.values()], this.#pings);
  }

  known(jid: NativeRoom): Room | undefined {
    return this.#rooms.get(jid);
  }

  forget(jid: NativeRoom): void {
    this.#rooms.delete(jid);
  }

  async #connected(): Promise<void> {
    const { host, online } = this.#options;
    online();
    this.#files.reconnected();
    try {
      for (const { room, mark } of await host.rooms()) if (this.online) this.room(room).join(mark);
    } catch (thrown) {
      this.#stream.reconnect(`the rooms to join could not be read: ${asGatewayError(thrown).message}`);
    }
  }

  #offline(error: GatewayError | null): void {
    this.#echoes.lose(error?.message ?? "stopped");
    for (const room of this.#rooms.values()) room.streamLost();
    this.#options.offline(error);
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
        const reply = answer(stanza, this.#options.config.domain);
        if (reply && this.online) this.#stream.send(reply);
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
    } else if (to === this.#listener && this.#archive.take(stanza)) return;
    else if (!stanza.getChild("body")) return;
    else if (bare(to) === bare(this.#listener)) this.#direct.take(stanza, this.#rooms.has(from));
    else this.#refusePrivate(stanza, to);
  }

  /** Private messages are never put into a room; whoever writes one is told so. */
  #refusePrivate(stanza: Element, to: string): void {
    const back = attribute(stanza, "from");
    if (!back || !this.online) return;
    const text = "Private messages are not carried to the linked rooms.";
    this.#stream.send(xml("message", { from: to, to: back, type: "chat" }, xml("body", {}, text)));
  }

  #count(change: 1 | -1): void {
    this.#pending += change;
    if (change === 1 && this.#pending === MOST_PENDING) this.#stream.pause();
    if (change === -1 && this.#pending === MOST_PENDING / 2) this.#stream.resume();
  }
}
