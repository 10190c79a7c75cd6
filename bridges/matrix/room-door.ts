/** How the gateway's own user gets into rooms, and what it lacks in them. */
import { z } from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Ghosts } from "./ghosts.ts";
import type { History } from "./history.ts";
import { MARK, type OwnUsers } from "./names.ts";
import { BRIDGE_TYPES, BRIDGES_REMEDY, bridgesText, otherBridges } from "./other-bridges.ts";
import { asGatewayFault, isForbidden, isMissing, refusalOf, statusOf } from "./refusal.ts";
import { rightsWarnings } from "./rights.ts";
import { RoomState } from "./room-state.ts";

const aliasForm = z.object({ room_id: z.string() });
const memberForm = z.object({ membership: z.string() });

const ENCRYPTED =
  "This room is encrypted: the gateway can't read what is said in it, so it can't be linked. Make a room without encryption.";

export interface RoomDoorOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly ghosts: Pick<Ghosts, "bot">;
  readonly history: Pick<History, "end" | "stateAt">;
  readonly own: OwnUsers;
  /** The gateway's base domain. */
  readonly gateway: string;
  readonly log: Logger;
}

export class RoomDoor {
  readonly #options: RoomDoorOptions;

  constructor(options: RoomDoorOptions) {
    this.#options = options;
  }

  /**
   * The state of the room once the gateway's own user is in it. `via`: a homeserver that is in the room, where none of ours may
   * be yet (a room's id names no server, from room version 12 on not even in its form). Rejects with room_unreachable, or as
   * look-ups do.
   */
  async enter(room: NativeRoom, via: string | null = null): Promise<RoomState> {
    const { api, ghosts } = this.#options;
    try {
      await ghosts.bot();
      if (!(await this.#isIn(room)))
        await api.call({
          method: "POST",
          path: path("join", room),
          body: {},
          // The name of the parameter, and the one that it had before Matrix 1.12.
          query: via === null ? {} : { via, server_name: via },
        });
      return await RoomState.read(api, room);
    } catch (thrown) {
      const { bot } = this.#options.own;
      if (isForbidden(thrown) || isMissing(thrown) || isUnheardOf(thrown))
        throw new GatewayError("room_unreachable", `${room} can't be entered: invite ${bot} into it`, {
          cause: thrown,
        });
      throw asGatewayFault(thrown, "join");
    }
  }

  /** Rejects with room_unreachable where the gateway could say nothing there. */
  async checkRights(room: NativeRoom, state: RoomState): Promise<void> {
    const { own } = this.#options;
    await this.refuseEncrypted(room, state);
    if (!state.may(own.bot, "send"))
      throw new GatewayError(
        "room_unreachable",
        `${own.bot} may not speak in ${room}: give it power level ${state.needed("send")}`,
      );
  }

  /**
   * What whoever links the room should know of it: rights that the gateway lacks, and other bridges that carry it already, so
   * that what is said may come back by them. `end`: the room's latest event. Rejects as look-ups do.
   */
  async warnings(room: NativeRoom, state: RoomState, end: string | null): Promise<readonly string[]> {
    const { own, log } = this.#options;
    const bridges = await this.#bridges(room, end);
    const warnings = [
      ...rightsWarnings(state, own.bot),
      ...(bridges.length === 0 ? [] : [`${bridgesText(bridges)}; ${BRIDGES_REMEDY}`]),
    ];
    if (warnings.length > 0) log.warn({ room, warnings }, "not all works as it should in a room");
    return warnings;
  }

  /** The room as it stands, without entering it; null: the gateway's own user is not in it. Rejects as look-ups do. */
  async look(
    room: NativeRoom,
  ): Promise<{ readonly state: RoomState; readonly bridges: readonly string[] } | null> {
    const { api, history } = this.#options;
    try {
      if (!(await this.#isIn(room))) return null;
    } catch (thrown) {
      throw asGatewayFault(thrown, "m.room.member");
    }
    const { id: end } = await history.end(room);
    return { state: await RoomState.read(api, room), bridges: await this.#bridges(room, end) };
  }

  /** Rejects with room_unreachable where the room is encrypted, which is said there once. */
  async refuseEncrypted(room: NativeRoom, state: RoomState): Promise<void> {
    if (!state.encrypted) return;
    await this.#say(room, "encrypted", ENCRYPTED);
    throw new GatewayError("room_unreachable", `${room} is encrypted: link a room without encryption`);
  }

  async tellMissingRight(room: NativeRoom, state: RoomState): Promise<void> {
    const { own, log } = this.#options;
    const needed = state.needed("invite");
    log.warn(
      { room, needed },
      "ghosts can't be invited into a room; their messages are said by the gateway's own user",
    );
    await this.#say(
      room,
      "relays",
      `People of other platforms can't enter this room, so I say what they say. Give ${own.bot} power level ${needed}, ` +
        "by which it may invite, and they speak for themselves.",
    );
  }

  /** The refusal of an alias, with the room that it stands for. */
  async aliasRefused(alias: NativeRoom): Promise<GatewayError> {
    try {
      const at = path("directory", "room", alias);
      const { room_id: id } = aliasForm.parse(await this.#options.api.call({ method: "GET", path: at }));
      return new GatewayError(
        "room_invalid",
        `${alias} may move to another room: name the room itself, ${id}`,
      );
    } catch (thrown) {
      if (isMissing(thrown)) return new GatewayError("room_unreachable", `there is no room ${alias}`);
      return asGatewayFault(thrown, "directory");
    }
  }

  async #bridges(room: NativeRoom, end: string | null): Promise<readonly string[]> {
    const { history, own } = this.#options;
    return end === null ? [] : otherBridges(await history.stateAt(room, end, BRIDGE_TYPES), own);
  }

  async #isIn(room: NativeRoom): Promise<boolean> {
    const { api, own } = this.#options;
    try {
      const at = path("rooms", room, "state", "m.room.member", own.bot);
      return memberForm.parse(await api.call({ method: "GET", path: at })).membership === "join";
    } catch (thrown) {
      if (isForbidden(thrown) || isMissing(thrown)) return false;
      throw thrown;
    }
  }

  /** The transaction's id is the same each time, so that a homeserver shows a line once however often the gateway starts. */
  async #say(room: NativeRoom, about: string, body: string): Promise<void> {
    const { api, ghosts, gateway, log } = this.#options;
    try {
      const { id: as, device } = await ghosts.bot();
      const content = { msgtype: "m.notice", body, "m.mentions": {}, [MARK]: { gateway } };
      const at = path(
        "rooms",
        room,
        "send",
        "m.room.message",
        `${about}-${Buffer.from(room).toString("base64url")}`,
      );
      await api.call({ method: "PUT", path: at, as, body: content, ...(device !== undefined && { device }) });
    } catch (thrown) {
      log.warn({ room, err: thrown }, "a room could not be told what the gateway lacks there");
    }
  }
}

/** Synapse's word for rooms that none of its people is in, and for ids of a form that it does not know. */
function isUnheardOf(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return refusalOf(thrown) === "M_UNKNOWN" && (status === 400 || status === 404);
}
