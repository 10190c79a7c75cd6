import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import { createLogger } from "../../../core/log.ts";
import type { RoomReference } from "../../../core/link-reports.ts";
import { AdminRooms } from "../../../core/watch/admin-rooms.ts";
import { room, standingHost, up } from "./standing-hosts.ts";

function rooms(...names: readonly string[]) {
  const at = { now: 0 };
  const is = { health: null as typeof up | null, serving: true, ping: null, fault: null };
  const asked: string[] = [];
  const lines: string[] = [];
  const admin = new AdminRooms({
    rooms: names.map((name): RoomReference => ({ account: "one", room: name })),
    hosts: [standingHost(1, "one", is)],
    link: ({ room: name }) => {
      asked.push(name);
      return Promise.reject(new GatewayError("room_unreachable", "it is locked"));
    },
    log: createLogger({ level: "info", bodies: false, stream: { write: (line) => lines.push(line) } }),
    now: () => at.now,
  });
  return { at, is, asked, lines, admin };
}

void it("a room for alarms that is not linked is linked as soon as its account is up, and tried again after a while", async () => {
  const { at, is, asked, lines, admin } = rooms("room:1");
  assert.deepEqual(admin.among([]), []);
  assert.deepEqual(asked, [], "its account is not up");
  is.health = up;
  admin.among([]);
  await turn();
  assert.match(lines.join(""), /room_unreachable: it is locked/);
  admin.among([]);
  assert.deepEqual(asked, ["room:1"]);
  at.now += 30_000;
  admin.among([]);
  assert.deepEqual(asked, ["room:1", "room:1"]);
  const { id: binding, account } = room(1);
  assert.deepEqual(admin.among([room(1), room(2)]), [{ binding, account }]);
});

void it("a room for alarms is the same one under another name, and one that is none is left out and logged", () => {
  const { asked, lines, admin } = rooms("room:1", "nowhere");
  assert.match(lines.join(""), /nowhere is no room/);
  admin.among([room(1)]);
  const renamed = room(1, { native: "room:other" as never });
  assert.equal(admin.among([renamed]).length, 1);
  assert.deepEqual(asked, []);
});
