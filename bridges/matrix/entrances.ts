/**
 * Which ghosts are in which rooms, and how they get in: rooms that are open to all they enter by themselves, into others
 * the gateway's own user invites them where it may.
 */
import { z } from "zod";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { type MatrixApi, path } from "./api.ts";
import type { OwnUser } from "./ghosts.ts";
import type { Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";
import { isForbidden, isMissing } from "./refusal.ts";
import type { RoomState } from "./room-state.ts";

const memberForm = z.object({ membership: z.string() });
/** What changes who may enter, beside whether the gateway's own user is there to invite them. */
const RIGHTS = new Set(["m.room.power_levels", "m.room.join_rules"]);

export interface EntrancesOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly own: OwnUsers;
}

export class Entrances {
  readonly #options: EntrancesOptions;
  /** By room and ghost: `join`, `ban`, ... as the room's own events say, and `kept-out` where the right to let him in is missing. */
  readonly #rooms = new Map<NativeRoom, Map<string, string>>();

  constructor(options: EntrancesOptions) {
    this.#options = options;
  }

  /** Whether a ghost is in a room, as far as it is known without asking. */
  isIn(room: NativeRoom, ghost: string): boolean {
    return this.#rooms.get(room)?.get(ghost) === "join";
  }

  /** Takes over what an event says of who is in the room, or may be. */
  take(room: NativeRoom, { event }: Told): void {
    const members = this.#rooms.get(room);
    if (!members) return;
    const { type, state, content } = event;
    const invites = RIGHTS.has(type) || (type === "m.room.member" && state === this.#options.own.bot);
    if (invites) for (const [ghost, now] of members) if (now === "kept-out") members.delete(ghost);
    if (type !== "m.room.member" || state === null || !members.has(state)) return;
    const { data } = memberForm.safeParse(content);
    if (data) members.set(state, data.membership);
  }

  /** The room is read anew: who could not enter it may be able to now. */
  forgetAbsent(room: NativeRoom): void {
    const members = this.#rooms.get(room);
    for (const [ghost, now] of members ?? []) if (now !== "join") members?.delete(ghost);
  }

  /** A ghost is not where it was thought to be. */
  forget(room: NativeRoom, ghost: string): void {
    this.#rooms.get(room)?.delete(ghost);
  }

  /**
   * Whether somebody of the gateway's is not in the room, by the room's state as it is now: he may have been put out, which its
   * events have not told yet. Rejects with the library's errors.
   */
  async isOut(room: NativeRoom, user: string): Promise<boolean> {
    this.forget(room, user);
    try {
      return (await this.#membership(room, user)) !== "join";
    } catch (thrown) {
      // Whoever asks is not in it either.
      if (isForbidden(thrown)) return true;
      throw thrown;
    }
  }

  /**
   * False: the right to let him in is missing. Rejects with delivery_forbidden where he is banned, else with the library's
   * errors.
   */
  async enter(room: NativeRoom, state: RoomState, ghost: OwnUser): Promise<boolean> {
    const members = this.#membersOf(room);
    const known = members.get(ghost.id);
    // What he is refused for is looked at each time: another process may have been told that he may enter again.
    const now = known === undefined || known === "ban" ? await this.#membership(room, ghost.id) : known;
    members.set(ghost.id, now);
    switch (now) {
      case "join":
        return true;
      case "kept-out":
        return false;
      case "ban":
        throw banned(room, ghost.id);
      default: {
        const entered = await this.#letIn(room, state, ghost, now === "invite");
        members.set(ghost.id, entered ? "join" : "kept-out");
        return entered;
      }
    }
  }

  /** Takes a ghost out. Resolves also where he was not in. */
  async leave(room: NativeRoom, ghost: string, reason?: string): Promise<void> {
    const body = reason === undefined ? {} : { reason };
    try {
      await this.#options.api.call({ method: "POST", path: path("rooms", room, "leave"), as: ghost, body });
    } catch (thrown) {
      if (!isForbidden(thrown) && !isMissing(thrown)) throw thrown;
    }
    this.forget(room, ghost);
  }

  #membersOf(room: NativeRoom): Map<string, string> {
    const members = this.#rooms.get(room) ?? new Map<string, string>();
    this.#rooms.set(room, members);
    return members;
  }

  async #letIn(room: NativeRoom, state: RoomState, ghost: OwnUser, invited: boolean): Promise<boolean> {
    if ((invited || state.open) && (await this.#join(room, ghost))) return true;
    if (invited || !state.may(this.#options.own.bot, "invite")) return false;
    // Refused also where he is in it already: whether he may enter says the entering.
    await this.#invite(room, ghost);
    return this.#join(room, ghost);
  }

  /** False: he may not. */
  async #join(room: NativeRoom, { id }: OwnUser): Promise<boolean> {
    return this.#try(path("rooms", room, "join"), {}, id);
  }

  async #invite(room: NativeRoom, { id }: OwnUser): Promise<boolean> {
    return this.#try(path("rooms", room, "invite"), { user_id: id }, null);
  }

  async #try(at: string, body: Readonly<Record<string, unknown>>, as: string | null): Promise<boolean> {
    try {
      await this.#options.api.call({ method: "POST", path: at, body, as });
      return true;
    } catch (thrown) {
      if (isForbidden(thrown)) return false;
      throw thrown;
    }
  }

  /** As the room's state says; `leave` where it says nothing. */
  async #membership(room: NativeRoom, user: string): Promise<string> {
    try {
      const at = path("rooms", room, "state", "m.room.member", user);
      return memberForm.parse(await this.#options.api.call({ method: "GET", path: at })).membership;
    } catch (thrown) {
      if (isMissing(thrown)) return "leave";
      throw thrown;
    }
  }
}

function banned(room: NativeRoom, ghost: string): DeliveryError {
  const verdict = { certainty: "certain", retry: "never" } as const;
  return new DeliveryError("delivery_forbidden", `${ghost} is banned from ${room}`, verdict);
}
