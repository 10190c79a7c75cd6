/**
 * Which gateway carries a room for a group. Several may be in the room for the same group, each with a user of its own, and all of
 * them hear what people say: it stands in the room's state who was first, and the others stand by, until that one leaves.
 */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { GroupUri } from "../../mappings/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { objectAt, textAt } from "../../mappings/matrix/event.ts";
import { type MatrixApi, path } from "./api.ts";
import { CARRIERS, type RoomState } from "./room-state.ts";

/** The gateway that carries the room for the group, by its base domain; null: none says so. */
export function carrierOf(state: RoomState | null, group: GroupUri): string | null {
  const name = textAt(groupsIn(state), group) ?? "";
  return name === "" ? null : name;
}

const groupsIn = (state: RoomState | null): MatrixContent =>
  objectAt(state?.content(CARRIERS) ?? {}, "groups") ?? {};

export interface CarriersOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly host: Pick<BridgeHost, "gateway" | "group">;
  readonly bot: string;
  readonly log: Logger;
}

export class Carriers {
  readonly #options: CarriersOptions;

  constructor(options: CarriersOptions) {
    this.#options = options;
  }

  /** Another gateway that carries the room for the group that it is linked in here; null: this one does. */
  other(room: NativeRoom, state: RoomState | null): string | null {
    const { host } = this.#options;
    const group = host.group(room);
    const carrier = group === null ? null : carrierOf(state, group);
    return carrier === host.gateway ? null : carrier;
  }

  /** Writes down that this gateway carries the room, where no other one does. Never rejects: without the right it goes unsaid. */
  async claim(room: NativeRoom, state: RoomState): Promise<void> {
    const { host } = this.#options;
    const group = host.group(room);
    if (group === null || carrierOf(state, group) !== null) return;
    await this.#write(room, state, { ...groupsIn(state), [group]: host.gateway });
  }

  /** Takes that back, so that another gateway may. Never rejects. */
  async giveUp(room: NativeRoom, state: RoomState | null): Promise<void> {
    const { host } = this.#options;
    const group = host.group(room);
    if (state === null || group === null || carrierOf(state, group) !== host.gateway) return;
    const { [group]: _own, ...others } = groupsIn(state);
    await this.#write(room, state, others);
  }

  async #write(room: NativeRoom, state: RoomState, groups: MatrixContent): Promise<void> {
    const { api, bot, log } = this.#options;
    if (!state.may(bot, { state: CARRIERS })) {
      log.info({ room }, "a room does not let the gateway write down that it carries the room");
      return;
    }
    try {
      const at = `${path("rooms", room, "state", CARRIERS)}/`;
      await api.call({ method: "PUT", path: at, body: { groups } });
    } catch (thrown) {
      log.warn({ room, err: thrown }, "which gateway carries a room could not be written down there");
    }
  }
}
