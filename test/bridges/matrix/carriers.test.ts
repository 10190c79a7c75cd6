import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { Carriers } from "../../../bridges/matrix/carriers.ts";
import { copyOf } from "../../../bridges/matrix/kept-event.ts";
import { MARK } from "../../../bridges/matrix/names.ts";
import { CARRIERS, RoomState } from "../../../bridges/matrix/room-state.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import type { GroupUri } from "../../../mappings/ids.ts";

const room = "!room:hs.example" as NativeRoom;
const BOT = "@mimi:hs.example";
const TEA = "mimi://xmpp.one.test/r/tea" as GroupUri;
const OTHER = "mimi://xmpp.two.test/r/coffee";
const log = createLogger({ level: "fatal" as "error", bodies: false });

/** A gateway in a room whose state says this, and what it writes there. */
async function stage(groups: Readonly<Record<string, unknown>> | null, { power = 50, linked = true } = {}) {
  const written: unknown[] = [];
  let refusal: Error | null = null;
  const api = {
    call: ({ method, path, body }: Call): Promise<unknown> => {
      if (refusal !== null) return Promise.reject(refusal);
      const type = decodeURIComponent(path.split("/")[4] ?? "");
      if (method === "PUT") written.push([type, body]);
      const content =
        type === "m.room.power_levels"
          ? { users: { [BOT]: power } }
          : type === CARRIERS && groups
            ? { groups }
            : null;
      if (content === null) return Promise.reject(new MatrixError({ errcode: "M_NOT_FOUND" }, 404));
      return Promise.resolve(content);
    },
  };
  const host = { gateway: "one.test", group: () => (linked ? TEA : null) };
  return {
    carriers: new Carriers({ api, host, bot: BOT, log }),
    state: await RoomState.read(api, room),
    written,
    refuse: (error: Error) => void (refusal = error),
  };
}

void describe("the gateway that carries a room for a group", () => {
  void it("is the first that says so, and others stay as they are", async () => {
    const { carriers, state, written } = await stage({ [OTHER]: "two.test" });
    assert.equal(carriers.other(room, state), null, "nobody carries it yet");
    await carriers.claim(room, state);
    assert.deepEqual(written, [[CARRIERS, { groups: { [OTHER]: "two.test", [TEA]: "one.test" } }]]);
  });

  void it("is the other one where that was first, which nobody takes from it", async () => {
    const { carriers, state, written } = await stage({ [TEA]: "two.test" });
    assert.equal(carriers.other(room, state), "two.test");
    await carriers.claim(room, state);
    await carriers.giveUp(room);
    assert.deepEqual(written, []);
  });

  void it("gives it up for its own group alone", async () => {
    const { carriers, state, written } = await stage({ [TEA]: "one.test", [OTHER]: "one.test" });
    assert.equal(carriers.other(room, state), null);
    await carriers.claim(room, state);
    assert.deepEqual(written, [], "it stands there already");
    await carriers.giveUp(room);
    assert.deepEqual(written, [[CARRIERS, { groups: { [OTHER]: "one.test" } }]]);
  });

  void it("gives it up by what the room says, again and again until the homeserver answers", async () => {
    const { carriers, refuse } = await stage({ [TEA]: "one.test" });
    for (const passing of [new MatrixError({ errcode: "M_UNKNOWN" }, 500), new Error("no connection")]) {
      refuse(passing);
      await assert.rejects(carriers.giveUp(room), { code: "request_timeout" });
    }
    for (const errcode of ["M_FORBIDDEN", "M_NOT_FOUND"]) {
      refuse(new MatrixError({ errcode }, 403));
      await carriers.giveUp(room);
    }
  });

  void it("goes unsaid without the right to, in a room that is not linked, and where the state is none", async () => {
    for (const [groups, options] of [
      [null, { power: 0 }],
      [null, { linked: false }],
    ] as const) {
      const { carriers, state, written } = await stage(groups, options);
      await carriers.claim(room, state);
      await carriers.giveUp(room);
      assert.deepEqual(written, []);
    }
    const { carriers, state } = await stage({ [TEA]: 7 });
    assert.equal(carriers.other(room, state), null);
    assert.equal(carriers.other(room, null), null);
  });
});

void it("a copy names its gateway, and the groups through which it has come", () => {
  const mark = { gateway: "two.test", group: "c", via: ["a", "b", 7] };
  assert.deepEqual(copyOf({ [MARK]: mark }), { gateway: "two.test", groups: ["a", "b", "c"] });
  assert.deepEqual(copyOf({ [MARK]: { gateway: "two.test" } }), { gateway: "two.test", groups: [] });
  assert.equal(copyOf({ [MARK]: { group: "c" } }), null);
  assert.equal(copyOf({}), null);
});
