import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Call } from "../../../bridges/matrix/api.ts";
import { RoomState } from "../../../bridges/matrix/room-state.ts";
import { Voices } from "../../../bridges/matrix/voices.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { MatrixError } from "matrix-js-sdk";

const log = createLogger({ level: "error", bodies: false });
const room = "!room:hs.example" as NativeRoom;
const BOT = "@mimi:hs.example";
const GHOST = "@_mimi_a.test_b:hs.example";

/** Whom the gateway gives power in a room of these powers, and how much. */
async function given(powers: Readonly<Record<string, unknown>>, sender = BOT, refusal: Error | null = null) {
  const api = {
    call: ({ path }: Call): Promise<unknown> =>
      path.includes("m.room.power_levels")
        ? Promise.resolve({ type: "m.room.power_levels", content: powers, sender })
        : Promise.reject(new MatrixError({ errcode: "M_NOT_FOUND" }, 404)),
  };
  const calls: (readonly [string, number])[] = [];
  const givePower = (_room: NativeRoom, user: string, level: number) => {
    calls.push([user, level]);
    return refusal === null ? Promise.resolve() : Promise.reject(refusal);
  };
  await new Voices({ bot: BOT, state: { givePower }, log }).give(
    room,
    await RoomState.read(api, room),
    GHOST,
  );
  return calls;
}

void describe("a ghost that speaks in a moderated room", () => {
  const users = { [BOT]: 100 };

  void it("gets a voice where the gateway has made the room so, unless it has one", async () => {
    assert.deepEqual(await given({ users, events_default: 1 }), [[GHOST, 1]]);
    assert.deepEqual(await given({ users, users_default: 5, events_default: 6 }), [[GHOST, 6]]);
    assert.deepEqual(await given({ users: { ...users, [GHOST]: 1 }, events_default: 1 }), []);
  });

  void it("gets none from moderators of the room who want it so, or who have made it one of announcements", async () => {
    assert.deepEqual(await given({ users, events_default: 1 }, "@anna:hs.example"), []);
    assert.deepEqual(await given({ users, events_default: 50 }), []);
    assert.deepEqual(await given({ users }), [], "everybody may speak");
  });

  void it("is refused like anybody where the gateway has no power to give, or the list of powers is full", async () => {
    const forbidden = new MatrixError({ errcode: "M_FORBIDDEN" }, 403);
    assert.equal((await given({ users, events_default: 1 }, BOT, forbidden)).length, 1);
    const full = new MatrixError({ errcode: "M_TOO_LARGE" }, 413);
    assert.equal((await given({ users, events_default: 1 }, BOT, full)).length, 1);
    const broken = new MatrixError({ errcode: "M_UNKNOWN" }, 500);
    await assert.rejects(given({ users, events_default: 1 }, BOT, broken));
  });
});

void describe("a ghost that calls everybody", () => {
  const call = { msgtype: "m.text", body: "@room lunch", "m.mentions": { room: true } };
  const inVain = async (users: Readonly<Record<string, number>>, content: object = call, level = 50) => {
    const powers = { users, notifications: { room: level } };
    const api = {
      call: ({ path }: Call): Promise<unknown> =>
        path.includes("m.room.power_levels")
          ? Promise.resolve({ type: "m.room.power_levels", content: powers, sender: BOT })
          : Promise.reject(new MatrixError({ errcode: "M_NOT_FOUND" }, 404)),
    };
    const voices = new Voices({ bot: BOT, state: { givePower: () => Promise.resolve() }, log });
    return voices.callsInVain(await RoomState.read(api, room), GHOST, content);
  };

  void it("does so in vain where only the gateway's own user has the power", async () => {
    assert.equal(await inVain({ [BOT]: 100 }), true);
    assert.equal(await inVain({ [BOT]: 100, [GHOST]: 50 }), false);
    assert.equal(await inVain({ [BOT]: 10 }), false, "nobody has it");
    assert.equal(await inVain({ [BOT]: 100 }, call, 0), false, "everybody has it");
    assert.equal(await inVain({ [BOT]: 100 }, { ...call, "m.mentions": {} }), false, "it is no call");
  });
});
