/** A look at the linked rooms, for `mimi-gateway doctor`: whether the gateway is in each, and what it may do there. */
import type { Finding } from "../../core/bridge/room.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { OwnUsers } from "./names.ts";
import { BRIDGES_REMEDY, bridgesText } from "./other-bridges.ts";
import { missingRights, mutes, MUTES_REMEDY, rightsRemedy, rightsText } from "./rights.ts";
import type { RoomDoor } from "./room-door.ts";
import type { RoomState } from "./room-state.ts";

export interface ExamineRoomsOptions {
  readonly own: OwnUsers;
  readonly door: Pick<RoomDoor, "look">;
  /** Linked ones. */
  readonly rooms: readonly NativeRoom[];
}

/** Asks of one room after the other; never rejects. */
export async function examineRooms({ own, door, rooms }: ExamineRoomsOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const room of rooms) {
    try {
      findings.push(...(await roomFindings(room, door, own.bot)));
    } catch (thrown) {
      const { code, detail } = asGatewayError(thrown);
      const remedy = "see that the homeserver is up and knows the room, and look again";
      findings.push({ check: `rights:${room}`, state: "fault", detail, remedy });
      // It would not answer for the others either, and each would be waited for.
      if (code === "request_timeout") break;
    }
  }
  return findings;
}

async function roomFindings(
  room: NativeRoom,
  door: ExamineRoomsOptions["door"],
  bot: string,
): Promise<readonly Finding[]> {
  const check = `rights:${room}`;
  const seen = await door.look(room);
  if (seen === null)
    return [{ check, state: "fault", detail: `${bot} is not in it`, remedy: `invite ${bot} into it` }];
  const { state, bridges } = seen;
  const bridged: Finding = {
    check: `bridges:${room}`,
    state: "warning",
    detail: bridgesText(bridges),
    remedy: BRIDGES_REMEDY,
  };
  return [{ check, ...rightsFinding(state, bot) }, ...(bridges.length > 0 ? [bridged] : [])];
}

/** The worst that is to be said of a room. */
export function rightsFinding(state: RoomState, bot: string): Omit<Finding, "check"> {
  if (state.encrypted)
    return {
      state: "fault",
      detail: "it is encrypted: nothing is carried",
      remedy: "unlink it, and link a room without encryption",
    };
  if (state.replacement !== null)
    return {
      state: "fault",
      detail: `it is closed, and goes on in ${state.replacement}, to which it could not be followed`,
      remedy: `link that by hand, and see that ${bot} may enter it`,
    };
  const power = state.power(bot);
  const has = Number.isFinite(power) ? `${bot} has power level ${power}` : `${bot} has all power`;
  if (!state.may(bot, "send"))
    return { state: "fault", detail: `${has}: it may not speak`, remedy: give(bot, state.needed("send")) };
  const missing = missingRights(state, bot);
  const muted = mutes(state);
  if (missing.length > 0)
    return {
      state: "warning",
      detail: `${has}: it may not ${rightsText(missing)}${muted === null ? "" : `; ${muted}`}`,
      remedy: rightsRemedy(missing, bot),
    };
  if (muted !== null) return { state: "warning", detail: muted, remedy: MUTES_REMEDY };
  return { state: "ok", detail: `${has}: it may do all that the gateway does there`, remedy: null };
}

const give = (bot: string, level: number): string => `give ${bot} power level ${level}`;
