/** A homeserver while the account is served: its rooms, and what comes from it on its way to them. */
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { AnswersDue } from "./answers-due.ts";
import { MatrixApi, path } from "./api.ts";
import type { AppServiceDoor } from "./app-service.ts";
import { Carriers } from "./carriers.ts";
import type { MatrixConfig } from "./config.ts";
import { EditMemory } from "./edit-memory.ts";
import { Entrances } from "./entrances.ts";
import { Ephemeral } from "./ephemeral.ts";
import { examine } from "./examine.ts";
import { GhostLooks } from "./ghost-looks.ts";
import { GhostPictures } from "./ghost-pictures.ts";
import { Ghosts } from "./ghosts.ts";
import { History } from "./history.ts";
import type { Around } from "./inbound-context.ts";
import { Invitations } from "./invitations.ts";
import { byRoom, type Told } from "./kept-event.ts";
import { Lookout } from "./lookout.ts";
import type { OwnUsers } from "./names.ts";
import { takeLeave } from "./parting.ts";
import { People } from "./people.ts";
import { Performer } from "./performer.ts";
import { askForMissed } from "./ping.ts";
import { Portals } from "./portals.ts";
import { Prober } from "./prober.ts";
import { renamed } from "./renamed.ts";
import type { Reachability } from "./reachability.ts";
import { asGatewayFault } from "./refusal.ts";
import { Room } from "./room.ts";
import { RoomAvatars } from "./room-avatar.ts";
import { RoomCommands } from "./room-commands.ts";
import { RoomDoor } from "./room-door.ts";
import { RoomStateWriter } from "./room-state-writer.ts";
import { ownMembership } from "./shut-out.ts";
import type { Transaction } from "./transaction.ts";
import { Turns } from "./turns.ts";
import { Upgrades } from "./upgrades.ts";
import { Uploads } from "./uploads.ts";
import { Voices } from "./voices.ts";

/** Rooms that are entered and read at a time. */
const READ_AT_ONCE = 8;

export interface HomeserverOptions {
  readonly config: MatrixConfig;
  readonly own: OwnUsers;
  readonly host: BridgeHost;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly reach: Pick<Reachability, "answered" | "unanswered" | "away">;
}

export class Homeserver {
  readonly api: MatrixApi;
  readonly performer: Performer;
  readonly prober: Prober;
  readonly ephemeral: Ephemeral;
  /** What is known of its rooms and people, for understanding what is said there. */
  readonly around: Around;
  readonly #options: HomeserverOptions;
  readonly #ghosts: Ghosts;
  readonly #entrances: Entrances;
  readonly #people: People;
  readonly #history: History;
  readonly #door: RoomDoor;
  readonly #carriers: Carriers;
  readonly #invitations: Invitations;
  readonly #commands: RoomCommands;
  readonly #upgrades: Upgrades;
  readonly #portals: Portals;
  readonly #lookout: Lookout;
  readonly #due = new AnswersDue();
  readonly #rooms = new Map<NativeRoom, Room>();
  readonly #turns = new Turns(READ_AT_ONCE);
  /** Resolves when the rooms are known that what comes may be for. */
  readonly #known = Promise.withResolvers<void>();

  constructor(options: HomeserverOptions) {
    const { config, own, host, log, media, reach } = options;
    this.#options = options;
    const { homeserver, asToken } = config;
    const api = new MatrixApi(config, own.bot, reach);
    this.api = api;
    this.#ghosts = new Ghosts({ api, own, log });
    this.#entrances = new Entrances({ api, own });
    this.#people = new People(api);
    this.#history = new History(api);
    const { gateway } = host;
    this.#door = new RoomDoor({ api, ghosts: this.#ghosts, history: this.#history, own, gateway, log });
    this.#carriers = new Carriers({ api, host, bot: own.bot, log });
    const linked = (room: NativeRoom): boolean => this.#rooms.get(room)?.joined ?? false;
    const parts = { api, own, entrances: this.#entrances, linked };
    const uploads = new Uploads({ api, bot: own.bot, homeserver, asToken, media });
    const pictures = new GhostPictures({ api, uploads, host, log });
    const looks = new GhostLooks({ ghosts: this.#ghosts, pictures, log });
    this.ephemeral = new Ephemeral({ ...parts, people: this.#people, host, looks });
    this.#invitations = new Invitations({ ...parts, log });
    this.#commands = new RoomCommands({ ...parts, ghosts: this.#ghosts, host, log });
    this.#portals = new Portals({ ...parts, ghosts: this.#ghosts, door: this.#door, config, host, log });
    const forget = (room: NativeRoom): void => void this.#rooms.delete(room);
    const isKnown = (room: NativeRoom): boolean => this.#rooms.has(room);
    this.#upgrades = new Upgrades({ door: this.#door, host, forget, isKnown, log });
    this.prober = new Prober(this.#history, own);
    const state = new RoomStateWriter(api);
    const makes = { ...parts, gateway, ghosts: this.#ghosts, uploads, log };
    const avatars = new RoomAvatars(makes);
    const voices = new Voices({ bot: own.bot, state, log });
    this.performer = new Performer({ ...makes, looks, state, avatars, voices });
    this.around = {
      gateway,
      own,
      people: this.#people,
      history: this.#history,
      edits: new EditMemory(),
      homeserver,
      bots: config.bots,
      room: (room) => this.#rooms.get(room)?.around ?? null,
    };
    const asked = { rooms: () => this.#rooms.values(), answers: () => this.answers() };
    const seen = { ghosts: this.#ghosts, history: this.#history, reach, log };
    this.#lookout = new Lookout({ ...parts, ...asked, ...seen });
  }

  /** What lets the homeserver's requests in. */
  get appService(): AppServiceDoor {
    const { config, log } = this.#options;
    return {
      hsToken: config.hsToken,
      deliver: (transaction) => this.#due.to(this.#deliver(transaction)),
      user: () => Promise.resolve(false),
      room: (alias) => this.#due.to(this.#portals.asked(alias)),
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

  /** Takes part in the rooms that there are, and takes what the homeserver could not hand over before. */
  async enterRooms(): Promise<void> {
    for (const { room, mark } of await this.#options.host.rooms()) this.room(room).join(mark);
    this.#known.resolve();
    this.#lookout.begin();
    void this.#askForMissed();
    void this.#portals.linkHalfMade();
  }

  /** What `mimi-gateway doctor` is told of it. Never rejects. */
  examine(): Promise<readonly Finding[]> {
    const rooms = [...this.#rooms.values()].filter(({ joined }) => joined).map(({ id }) => id);
    return examine({ ...this.#options, api: this.api, ghosts: this.#ghosts, door: this.#door, rooms });
  }

  /** It was away, and answers again: it may have given up something meanwhile. */
  back(): void {
    this.#lookout.readAgain("the rooms are read again");
    void this.#askForMissed();
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
      carriers: this.#carriers,
      reads: (entered) => this.#entrances.forgetAbsent(entered),
      turns: this.#turns,
      replaced: (before, by) => this.#upgrades.replaced(before, by),
    });
    this.#rooms.set(id, room);
    return room;
  }

  async leave(id: NativeRoom, speakers: readonly Speaker[]): Promise<void> {
    this.#rooms.get(id)?.stop();
    this.#rooms.delete(id);
    await this.#carriers.giveUp(id);
    await takeLeave({ ...this.#options, entrances: this.#entrances, portals: this.#portals }, id, speakers);
  }

  stop(): void {
    this.#due.stop();
    this.#lookout.stop();
    for (const room of this.#rooms.values()) room.stop();
    this.#rooms.clear();
    this.#portals.stop();
    this.api.stop();
  }

  /** Makes a call whose outcome says whether the homeserver answers. Never rejects. */
  async answers(): Promise<void> {
    const call = { method: "GET", path: path("account", "whoami") } as const;
    await this.api.call(call).catch(() => undefined);
  }

  /** Resolves after the durable write. */
  async #deliver({ id, events, ephemeral }: Transaction): Promise<void> {
    await this.#known.promise;
    await this.#lookout.taking(id);
    const { rooms, unread } = byRoom(events);
    if (unread > 0)
      this.#options.log.warn({ unread }, "what the homeserver handed over is no event; it is left out");
    await Promise.all([...rooms].map(([room, told]) => this.#heard(room, told)));
    for (const edu of ephemeral) this.ephemeral.heard(edu);
  }

  #askForMissed(): Promise<void> {
    return askForMissed(this.api, this.#options.config, this.#options.log);
  }

  async #heard(id: NativeRoom, told: readonly Told[]): Promise<void> {
    const room = this.#rooms.get(id);
    const { own } = this.#options;
    for (const one of told) {
      this.#entrances.take(id, one);
      if (this.#people.take(id, one)) renamed(one, { ...this.#options, ...this.around });
      // Not waited for: homeservers tell nothing more until they have their answer.
      void this.#invitations.heard(id, one);
      void this.#portals.heard(id, one);
    }
    await room?.heard(told);
    for (const one of told) {
      if (room) ownMembership(room, one, own.bot);
      // Not before the write: the homeserver hands over again what could not be written.
      void this.#commands.heard(id, one);
    }
  }
}
