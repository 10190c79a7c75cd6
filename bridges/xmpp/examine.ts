/** A look at the rooms of an account, for `mimi-gateway doctor`: each is asked whether the gateway is in it (XEP-0410). */
import type { Finding } from "../../core/bridge/room.ts";
import type { Room } from "./room.ts";
import type { PingAnswer, RoomPings } from "./room-pings.ts";

const FOUND: Readonly<Record<PingAnswer, Omit<Finding, "check">>> = {
  here: { state: "ok", detail: "the room says that the gateway is in it", remedy: null },
  lost: {
    state: "warning",
    detail: "the room had lost the gateway without a word; it is being entered again",
    remedy: "look again in a minute",
  },
  silent: {
    state: "warning",
    detail: "the room did not answer whether the gateway is in it",
    remedy: "see that the room's service is up",
  },
};

/** Asks every room at once; never rejects. */
export async function examineRooms(
  rooms: readonly Room[],
  pings: Pick<RoomPings, "ping">,
): Promise<readonly Finding[]> {
  return Promise.all(
    rooms.map(async (room) => {
      const check = `muc:${room.jid}`;
      if (room.live) return { check, ...FOUND[await pings.ping(room)] };
      const detail = room.fault ?? "the gateway is entering it";
      const remedy = room.fault === null ? "look again in a minute" : "cure that; it is entered by itself";
      return { check, state: room.fault === null ? "warning" : "fault", detail, remedy };
    }),
  );
}
