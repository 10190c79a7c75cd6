/** A homeserver while the account is served: its rooms, and what comes from it on its way to them. */
import type { Lookups, Raw } from "../../core/bridge/inbound.ts";
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { MatrixApi, path, type Reach } from "./api.ts";
import type { AppServiceDoor } from "./app-service.ts";
import type { MatrixConfig } from "./config.ts";
import { EditMemory } from "./edit-memory.ts";
import { Entrances } from "./entrances.ts";
import { Ephemeral } from "./ephemeral.ts";
import { GhostPictures } from "./ghost-pictures.ts";
import { Ghosts } from "./ghosts.ts";
import { History } from "./history.ts";
import { translate } from "./inbound.ts";
import type { Around } from "./inbound-context.ts";
import { Invitations } from "./invitations.ts";
import { byRoom, type Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";
import { People } from "./people.ts";
import { Performer } from "./performer.ts";
import { Prober } from "./prober.ts";
import { renamed } from "./renamed.ts";
import { asGatewayFault } from "./refusal.ts";
import { Room } from "./room.ts";
import { RoomCommands } from "./room-commands.ts";
import { RoomDoor } from "./room-door.ts";
import { RoomStateWriter } from "./room-state-writer.ts";
import type { Transaction } from "./transaction.ts";
import { TransactionCount } from "./transaction-count.ts";
import { Upgrades } from "./upgrades.ts";
import { Uploads } from "./uploads.ts";

export interface HomeserverOptions {
  readonly config: MatrixConfig;
  readonly own: OwnUsers;
  readonly host: BridgeHost;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly reach: Reach;
}

export class Homeserver {
  readonly performer: Performer;
  readonly prober: Prober;
  readonly ephemeral: Ephemeral;
  readonly #options: HomeserverOptions;
  readonly #api: MatrixApi;
  readonly #ghosts: Ghosts;
  readonly #entrances: Entrances;
  readonly #people: People;
  readonly #history: History;
  readonly #door: RoomDoor;
  readonly #invitations: Invitations;
  readonly #commands: RoomCommands;
  readonly #upgrades: Upgrades;
  readonly #count = new TransactionCount();
  readonly #around: Around;
  readonly #rooms = new Map<NativeRoom, Room>();
  /** Resolves when the rooms are known that what comes may be for. */
  readonly #known = Promise.withResolvers<void>();

  constructor(options: HomeserverOptions) {
    const { config, own, host, log, media, reach } = options;
    this.#options = options;
    const { homeserver, asToken } = config;
    const api = new MatrixApi(config, own.bot, reach);
    this.#api = api;
    this.#ghosts = new Ghosts({ api, own, log });
    this.#entrances = new Entrances({ api, own });
    this.#people = new People(api);
    this.#history = new History(api);
    const { gateway } = host;
    this.#door = new RoomDoor({ api, ghosts: this.#ghosts, own, gateway, log });
    const linked = (room: NativeRoom): boolean => this.#rooms.get(room)?.joined ?? false;
    const parts = { api, own, entrances: this.#entrances, linked };
    this.ephemeral = new Ephemeral({ ...parts, people: this.#people, host });
    this.#invitations = new Invitations({ ...parts, log });
    this.#commands = new RoomCommands({ ...parts, ghosts: this.#ghosts, host, log });
    const forget = (room: NativeRoom): void => void this.#rooms.delete(room);
    this.#upgrades = new Upgrades({ door: this.#door, host, forget, log });
    this.prober = new Prober(this.#history, own);
    const uploads = new Uploads({ api, homeserver, asToken, media });
    this.performer = new Performer({
      api,
      gateway,
      ghosts: this.#ghosts,
      entrances: this.#entrances,
      uploads,
      pictures: new GhostPictures({ api, uploads, host, log }),
      state: new RoomStateWriter(api),
      log,
    });
    this.#around = {
      gateway,
      own,
      people: this.#people,
      history: this.#history,
      edits: new EditMemory(),
      homeserver,
      bots: config.bots,
      room: (room) => this.#rooms.get(room)?.around ?? null,
    };
    this.#known.promise.catch(() => undefined);
  }

  /** What lets the homeserver's requests in. */
  get appService(): AppServiceDoor {
    const { config, log } = this.#options;
    return {
      hsToken: config.hsToken,
      deliver: (transaction) => this.#deliver(transaction),
      user: () => Promise.resolve(false),
      room: () => Promise.resolve(false),
      log,
    };
  }

  /** Resolves when the homeserver knows the gateway. Rejects with account_refused, request_refused, or request_timeout. */
  async greet(): Promise<void> {
    try {
      await this.#ghosts.bot();
    } catch (thrown) {
      throw asGatewayFault(thrown, "register");
    }
  }

  /** Takes part in the rooms that there are. */
  async enterRooms(): Promise<void> {
    for (const { room, mark } of await this.#options.host.rooms()) this.room(room).join(mark);
    this.#known.resolve();
  }

  /** Has the homeserver hand over at once what it could not while nobody listened; else it waits up to some minutes. Never rejects. */
  async askForMissed(): Promise<void> {
    const { config, log } = this.#options;
    try {
      const at = path("appservice", config.id, "ping");
      await this.#api.call({ method: "POST", path: at, prefix: "v1", body: {} });
    } catch (thrown) {
      log.warn(
        { err: thrown, url: config.url },
        "the homeserver does not reach the gateway, or does not say so",
      );
    }
  }

  /** It was away, and answers again: it may have given up something meanwhile. */
  back(): void {
    this.#repair("the rooms are read again");
    void this.askForMissed();
  }

  known(room: NativeRoom): Room | undefined {
    return this.#rooms.get(room);
  }

  /** The room, made where it is not known yet. */
  room(id: NativeRoom): Room {
    const known = this.#rooms.get(id);
    if (known) return known;
    const { own, host, log } = this.#options;
    const room = new Room(id, {
      own,
      host,
      log,
      history: this.#history,
      door: this.#door,
      replaced: (before, by) => this.#upgrades.replaced(before, by),
    });
    this.#rooms.set(id, room);
    return room;
  }

  translate(room: NativeRoom, raw: Raw, lookups: Lookups) {
    return translate(room, raw, this.#around, lookups);
  }

  /** The gateway's own user stays: the room may be linked again, and only people can invite it back. */
  async leave(id: NativeRoom, speakers: readonly Speaker[]): Promise<void> {
    this.#rooms.get(id)?.stop();
    this.#rooms.delete(id);
    for (const { uri } of speakers) {
      const ghost = this.#options.own.ghostOf(uri);
      try {
        await this.#entrances.leave(id, ghost);
      } catch (thrown) {
        this.#options.log.warn({ room: id, ghost, err: thrown }, "a ghost could not be taken out of a room");
      }
    }
  }

  stop(): void {
    this.#known.reject(new Error("stopped"));
    for (const room of this.#rooms.values()) room.stop();
    this.#api.stop();
  }

  /** Makes a call whose outcome says whether the homeserver answers. Never rejects. */
  async answers(): Promise<void> {
    const call = { method: "GET", path: path("account", "whoami") } as const;
    await this.#api.call(call).catch(() => undefined);
  }

  /** Resolves after the durable write. */
  async #deliver({ id, events, ephemeral }: Transaction): Promise<void> {
    await this.#known.promise;
    if (this.#count.skips(id))
      this.#repair("the homeserver has left out a transaction; the rooms are read again");
    const { rooms, unread } = byRoom(events);
    if (unread > 0)
      this.#options.log.warn({ unread }, "what the homeserver handed over is no event; it is left out");
    await Promise.all([...rooms].map(([room, told]) => this.#heard(room, told)));
    for (const edu of ephemeral) this.ephemeral.heard(edu);
  }

  #repair(why: string): void {
    this.#options.log.info(why);
    for (const room of this.#rooms.values()) if (room.joined) room.repair();
  }

  async #heard(id: NativeRoom, told: readonly Told[]): Promise<void> {
    const room = this.#rooms.get(id);
    for (const one of told) {
      this.#entrances.take(id, one);
      if (this.#people.take(id, one)) renamed(one, this.#options);
      // Not waited for: homeservers tell nothing more until they have their answer.
      void this.#invitations.heard(id, one);
      void this.#commands.heard(id, one);
      if (one.event.state === this.#options.own.bot && one.event.type === "m.room.member")
        this.#ownMembership(room, one);
    }
    await room?.heard(told);
  }

  #ownMembership(room: Room | undefined, { event }: Told): void {
    const { membership } = event.content;
    const { bot } = this.#options.own;
    if (membership === "leave" || membership === "ban")
      room?.putOut(`${bot} was put out of it: invite it again`);
    if (membership === "join") room?.letIn();
  }
}
