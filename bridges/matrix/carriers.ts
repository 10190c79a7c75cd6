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
import type { MatrixApi } from "./api.ts";
import { asGatewayFault, isForbidden, isMissing } from "./refusal.ts";
import { CARRIERS, type RoomState } from "./room-state.ts";
import { stateEventNow, stateEventPath } from "./state-event.ts";

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
    const { api, host, bot, log } = this.#options;
    const group = host.group(room);
    if (group === null || carrierOf(state, group) !== null) return;
    if (!state.may(bot, { state: CARRIERS })) {
      log.info({ room }, "a room does not let the gateway write down that it carries the room");
      return;
    }
    try {
      const body = { groups: { ...groupsIn(state), [group]: host.gateway } };
      await api.call({ method: "PUT", path: stateEventPath(room, CARRIERS), body });
    } catch (thrown) {
      log.warn({ room, err: thrown }, "which gateway carries a room could not be written down there");
    }
  }

  /**
   * Takes that back, so that another gateway may; where that is not for the gateway to change, it stays. Rejects with
   * request_timeout where the homeserver does not answer.
   */
  async giveUp(room: NativeRoom): Promise<void> {
    const { api, host, log } = this.#options;
    const group = host.group(room);
    if (group === null) return;
    try {
      // What is remembered may be old, or nothing: the room may not have been entered since the start.
      const groups = objectAt(await stateEventNow(api, room, CARRIERS), "groups") ?? {};
      if (textAt(groups, group) !== host.gateway) return;
      const { [group]: _own, ...others } = groups;
      const at = stateEventPath(room, CARRIERS);
      await api.call({ method: "PUT", path: at, body: { groups: others } });
    } catch (thrown) {
      const fault = asGatewayFault(thrown, CARRIERS);
      if (fault.code === "request_timeout") throw fault;
      if (!isForbidden(thrown) && !isMissing(thrown))
        log.warn({ room, err: fault }, "that the gateway carries a room could not be taken back there");
    }
  }
}
