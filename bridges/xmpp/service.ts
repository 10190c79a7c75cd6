/**
 * What lives as long as an account is served: the component's stream, the rooms on it, and where each stanza goes.
 */
import type { Finding } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError, type GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { roomPasswordKind } from "../../core/secrets/room-password.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { Archive } from "./archive.ts";
import type { XmppConfig } from "./config.ts";
import { Echoes } from "./echoes.ts";
import { examineRooms } from "./examine.ts";
import { examineRights } from "./examine-rights.ts";
import { examineServer } from "./examine-server.ts";
import { FileStore } from "./file-store.ts";
import { DirectMessages } from "./direct-messages.ts";
import { GhostPictures } from "./ghost-pictures.ts";
import { invitationAnswer, invitationOf } from "./invitations.ts";
import { bare, listenerJid, NS } from "./names.ts";
import { transient } from "./outbound.ts";
import { OccupantPictures } from "./occupant-pictures.ts";
import { Performer } from "./performer.ts";
import { Portals } from "./portals.ts";
import { isThroughRoom, PrivateMessages } from "./private-messages.ts";
import { Prober } from "./prober.ts";
import { Questions } from "./questions.ts";
import { saysNotIn } from "./refusal.ts";
import { Room } from "./room.ts";
import { RoomPings } from "./room-pings.ts";
import { SignsOfLife } from "./signs-of-life.ts";
import { ComponentStream } from "./stream.ts";
import { attribute, type Element } from "./xml.ts";

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
  readonly signs: SignsOfLife;
  readonly pictures: GhostPictures;
  readonly looks: OccupantPictures;
  readonly #direct: DirectMessages;
  readonly #questions: Questions;
  readonly #privates: PrivateMessages;
  readonly #echoes = new Echoes();
  readonly #rooms = new Map<NativeRoom, Room>();
  #pending = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
    const { config, log, media, host } = options;
    const { service, domain, secret: password, upload = null } = config;
    const listener = listenerJid(domain);
    const stream = new ComponentStream(
      { service, domain, password },
      {
        stanza: (stanza) => this.#stanza(stanza),
        online: () => void this.#connected(),
        offline: (error) => this.#offline(error),
      },
    );
    const files = new FileStore({ stream, from: listener, domain, upload, media, log });
    this.#privates = new PrivateMessages({ stream, listener, gateway: host.gateway });
    this.#listener = listener;
    this.#stream = stream;
    this.#archive = new Archive(stream, listener);
    const [archive, room] = [this.#archive, (jid: NativeRoom) => this.room(jid)];
    const portals = new Portals({ stream, archive, listener, config, host, room });
    const around = { stream, listener, host, log };
    this.#direct = new DirectMessages({ ...around, portals });
    const wearer = (jid: NativeRoom, identity: string) => this.known(jid)?.people.wearer(identity) ?? null;
    this.looks = new OccupantPictures({ ...around, wearer });
    this.#files = files;
    this.#pings = new RoomPings(stream, listener, this.#rooms, log);
    this.signs = new SignsOfLife({ stream, domain, rooms: this.#rooms, pings: this.#pings });
    const pictures = new GhostPictures({ host, log, now: () => Date.now() });
    this.pictures = pictures;
    const isRoom = (jid: NativeRoom) => this.#rooms.has(jid);
    this.#questions = new Questions({ domain, direct: this.#direct, pictures, isRoom });
    const [echoes, { gateway }] = [this.#echoes, host];
    this.performer = new Performer({ stream, echoes, files, gateway, listener, log, pictures });
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
      const { config, log, host, media } = this.#options;
      room = new Room(jid, {
        stream: this.#stream,
        archive: this.#archive,
        echoes: this.#echoes,
        pictures: this.looks,
        media,
        log,
        host,
        domain: config.domain,
        listener: this.#listener,
        nick: config.nick,
        label: config.label,
        mostGhosts: config.ghosts_per_room,
        password: () => host.secrets.get(roomPasswordKind(jid)),
        now: () => Date.now(),
        pending: (change) => this.#count(change),
      });
      this.#rooms.set(jid, room);
    }
    return room;
  }

  /** Never rejects. */
  async examine(): Promise<readonly Finding[]> {
    const { config, media } = this.#options;
    const rooms = [...this.#rooms.values()];
    const [stream, listener] = [this.#stream, this.#listener];
    const services = [...new Set(rooms.map(({ jid }) => jid.slice(jid.indexOf("@") + 1)))];
    return [
      ...(this.online ? await examineServer({ stream, listener, config, media, services }) : []),
      ...(await examineRooms(rooms, this.#pings)),
      ...rooms.flatMap(({ jid, live, stay }) => (live ? examineRights(jid, stay.rights(), listener) : [])),
    ];
  }

  /** The room if it was met already. */
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
      case "iq":
        void this.#asked(stanza);
        return;
      default:
    }
  }

  #message(stanza: Element, from: NativeRoom, to: string): void {
    const type = attribute(stanza, "type") ?? "normal";
    if (type === "error") this.#bounced(stanza, from, to);
    // Every ghost gets its own copy of all that is said: only the listener's counts.
    else if (type === "groupchat") {
      if (to === this.#listener) this.#rooms.get(from)?.groupchat(stanza);
    } else if (to === this.#listener && this.#archive.take(stanza)) return;
    else if (this.#invited(stanza, to) || !stanza.getChild("body")) return;
    else if (isThroughRoom(stanza, this.#rooms.has(from)) || bare(to) !== bare(this.#listener))
      this.#privates.take(stanza, to);
    else this.#direct.take(stanza);
  }

  async #asked(iq: Element): Promise<void> {
    const reply = await this.#questions.answer(iq);
    if (reply && this.online) this.#stream.send(reply);
  }

  /** Whether it was an invitation. */
  #invited(stanza: Element, to: string): boolean {
    const invitation = invitationOf(stanza);
    if (invitation === null) return false;
    const reply = invitationAnswer(invitation, to, bare(to) === bare(this.#listener));
    if (reply && this.online && !stanza.getChild("delay", NS.delay)) this.#stream.send(reply);
    return true;
  }

  #bounced(stanza: Element, from: NativeRoom, to: string): void {
    if (saysNotIn(stanza)) this.#rooms.get(from)?.hasLost(to);
    this.#echoes.bounced(stanza);
  }

  #count(change: 1 | -1): void {
    this.#pending += change;
    if (change === 1 && this.#pending === MOST_PENDING) this.#stream.pause();
    if (change === -1 && this.#pending === MOST_PENDING / 2) this.#stream.resume();
  }
}
