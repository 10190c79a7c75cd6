/**
 * Portal rooms: whoever asks for the address that stands for a room of another account gets a public room that is linked with
 * it, made when it is first asked for (application service API, section 2.3.3, GET /rooms/{roomAlias}).
 *
 * The alias decides: the homeserver gives it to one room only, so that asking twice, at once or after a crash, finds the same
 * room. Where the gateway ended before that was linked, the homeserver has its alias and does not ask again: the link is made
 * up for when the gateway starts, or when somebody enters the room, and what was said there before is carried then.
 */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { MadeRoom, RoomFacts } from "../../core/bridge/room.ts";
import { type ErrorCode, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { RoomReference } from "../../core/link-reports.ts";
import type { Logger } from "../../core/log.ts";
import { NAME_CHARACTERS, TOPIC_CHARACTERS } from "../../mappings/matrix/limits.ts";
import { type MatrixApi, path } from "./api.ts";
import type { MatrixConfig } from "./config.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Told } from "./kept-event.ts";
import { beginningOf, type OwnUsers } from "./names.ts";
import { PortalAliases } from "./portal-aliases.ts";
import { asGatewayFault, isForbidden, isMissing, refusalOf } from "./refusal.ts";
import type { RoomDoor } from "./room-door.ts";

/** Portals that are opened at a time; whoever asks for more is told to come again. */
const MOST_UNDER_WAY = 8;
const LINK_AGAIN_FIRST_MS: Milliseconds = 1_000;
const LINK_AGAIN_MOST_MS: Milliseconds = 600_000;
/** What asking again does not cure by itself: there is no such room, or none is made for it. */
const NO_SUCH_ROOM: ReadonlySet<ErrorCode> = new Set([
  "account_unknown",
  "room_invalid",
  "room_unreachable",
  "room_linked",
  "portals_full",
  "request_refused",
]);

const roomForm = z.object({ room_id: z.string() });
const aliasesForm = z.object({ aliases: z.array(z.string()) });
const joinedForm = z.object({ joined_rooms: z.array(z.string()) });
const canonicalForm = z.object({ alias: z.string().optional().catch(undefined) });

export interface PortalsOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly own: OwnUsers;
  readonly ghosts: Pick<Ghosts, "bot">;
  readonly door: Pick<RoomDoor, "enter" | "refuseEncrypted">;
  readonly config: Pick<MatrixConfig, "aliasPrefix" | "serverName" | "portals">;
  readonly host: Pick<BridgeHost, "portal">;
  readonly linked: (room: NativeRoom) => boolean;
  readonly log: Logger;
}

export class Portals {
  readonly #options: PortalsOptions;
  readonly #aliases: PortalAliases;
  /** By alias, what is being made and linked. */
  readonly #underWay = new Map<string, Promise<NativeRoom>>();
  /** Rooms that are still to be linked, and when that is tried again. */
  readonly #half = new Map<NativeRoom, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: PortalsOptions) {
    this.#options = options;
    this.#aliases = new PortalAliases(options.config);
  }

  /** Whether there is a room of this alias from now on. Rejects where that can't be said now. */
  async asked(alias: string): Promise<boolean> {
    const { log } = this.#options;
    const other = this.#otherOf(alias);
    if (other === null) return false;
    try {
      const room = await this.#open(alias, other);
      log.info({ alias, room, other }, "a portal room was made");
      return true;
    } catch (thrown) {
      const error = asGatewayFault(thrown, "createRoom");
      if (!NO_SUCH_ROOM.has(error.code)) throw error;
      log.warn({ alias, err: error }, "a portal room can't be made");
      return false;
    }
  }

  /** Links what was made before the gateway ended and is not linked yet. Never rejects. */
  async linkHalfMade(): Promise<void> {
    const { api, linked, log } = this.#options;
    try {
      const { joined_rooms: joined } = joinedForm.parse(
        await api.call({ method: "GET", path: "/joined_rooms" }),
      );
      for (const room of joined as NativeRoom[]) if (!linked(room)) await this.#linkIfHalfMade(room);
    } catch (thrown) {
      log.warn({ err: thrown }, "portal rooms that are not linked yet could not be looked for");
    }
  }

  /** Somebody enters a room. Never rejects. */
  async heard(room: NativeRoom, { event }: Told): Promise<void> {
    const { own, linked } = this.#options;
    if (event.type !== "m.room.member" || event.content["membership"] !== "join") return;
    if (own.isOurs(event.state ?? "") || linked(room) || this.#half.has(room)) return;
    await this.#linkIfHalfMade(room);
  }

  /** The room is not linked any more: its address is free for another one. Rejects with request_timeout: try again. */
  async close(room: NativeRoom): Promise<void> {
    const { api } = this.#options;
    try {
      for (const alias of await this.#aliasesOf(room))
        await api.call({ method: "DELETE", path: path("directory", "room", alias) });
      const at = `${path("rooms", room, "state", "m.room.canonical_alias")}/`;
      const { alias = "" } = canonicalForm.parse(await api.call({ method: "GET", path: at }));
      if (this.#aliases.otherOf(alias) !== null) await api.call({ method: "PUT", path: at, body: {} });
    } catch (thrown) {
      if (!isMissing(thrown) && !isForbidden(thrown)) throw asGatewayFault(thrown, "directory");
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#half.values()) clearTimeout(timer);
    this.#half.clear();
  }

  /** What may be entered by an alias; null: nothing. */
  #otherOf(alias: string): RoomReference | null {
    const other = this.#aliases.otherOf(alias);
    return other !== null && this.#options.config.portals.includes(other.account) ? other : null;
  }

  async #open(alias: string, other: RoomReference): Promise<NativeRoom> {
    const known = this.#underWay.get(alias);
    if (known) return known;
    if (this.#underWay.size >= MOST_UNDER_WAY)
      throw new GatewayError("request_timeout", "too many portal rooms are made at once: ask again");
    const opened = this.#options.host.portal(other, (facts) => this.#make(alias, other, facts));
    this.#underWay.set(alias, opened);
    try {
      return await opened;
    } finally {
      this.#underWay.delete(alias);
    }
  }

  /** The room of the alias, made where there is none. Rejects with room_unreachable where it can't be linked. */
  async #make(alias: string, other: RoomReference, { name, topic }: RoomFacts): Promise<MadeRoom> {
    const { door, ghosts } = this.#options;
    await ghosts.bot();
    const room = await this.#roomOf(alias, {
      preset: "public_chat",
      room_alias_name: this.#aliases.localpart(alias),
      name: cut(name === "" ? other.room : name, NAME_CHARACTERS),
      ...(topic !== "" && { topic: cut(topic, TOPIC_CHARACTERS) }),
    });
    const state = await door.enter(room);
    try {
      await door.refuseEncrypted(room, state);
    } catch (thrown) {
      await this.close(room);
      throw thrown;
    }
    // All that is said in it is meant for the other room.
    return { room, facts: { name: state.name, topic: state.topic, mark: beginningOf(room) } };
  }

  /** Not looked for before it is made: of an alias that it does not have the homeserver asks the gateway. */
  async #roomOf(alias: string, body: Readonly<Record<string, unknown>>): Promise<NativeRoom> {
    const { api } = this.#options;
    const answer = await api.call({ method: "POST", path: "/createRoom", body }).catch((thrown: unknown) => {
      if (refusalOf(thrown) !== "M_ROOM_IN_USE") throw asGatewayFault(thrown, "createRoom");
      return api.call({ method: "GET", path: path("directory", "room", alias) });
    });
    return roomForm.parse(answer).room_id as NativeRoom;
  }

  async #linkIfHalfMade(room: NativeRoom, wait = LINK_AGAIN_FIRST_MS): Promise<void> {
    const { log } = this.#options;
    try {
      for (const alias of await this.#aliasesOf(room)) {
        const other = this.#otherOf(alias);
        if (other === null) continue;
        await this.#open(alias, other);
        log.info({ alias, room, other }, "a portal room that was not linked yet is");
      }
      this.#half.delete(room);
    } catch (thrown) {
      if (this.#stopped) return;
      log.warn({ room, err: thrown }, "a portal room is not linked yet");
      const next = Math.min(wait * 2, LINK_AGAIN_MOST_MS);
      const timer = setTimeout(() => void this.#linkIfHalfMade(room, next), wait);
      this.#half.set(room, timer.unref());
    }
  }

  /**
   * The aliases of this gateway's that lead to a room: what the room says of itself proves nothing. Rejects with request_timeout,
   * or account_refused.
   */
  async #aliasesOf(room: NativeRoom): Promise<readonly string[]> {
    try {
      const answer = await this.#options.api.call({ method: "GET", path: path("rooms", room, "aliases") });
      return aliasesForm.parse(answer).aliases.filter((alias) => this.#aliases.otherOf(alias) !== null);
    } catch (thrown) {
      const fault = asGatewayFault(thrown, "aliases");
      // It is nothing that the gateway may look into.
      if (fault.code === "request_refused") return [];
      throw fault;
    }
  }
}

const cut = (text: string, most: number): string => Array.from(text).slice(0, most).join("");
