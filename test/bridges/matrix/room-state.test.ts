import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import type { Call } from "../../../bridges/matrix/api.ts";
import { matrixCapabilities } from "../../../bridges/matrix/capabilities.ts";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { RoomState } from "../../../bridges/matrix/room-state.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const room = "!room:hs.example" as NativeRoom;
const BOT = "@mimi:hs.example";
const notFound = () => new MatrixError({ errcode: "M_NOT_FOUND" }, 404);

/** A homeserver that has this state; `whole`: it gives events with who sent them. */
function holding(state: Readonly<Record<string, Readonly<Record<string, unknown>>>>, whole = true) {
  return {
    call: ({ path }: Call): Promise<unknown> => {
      const type = decodeURIComponent(path.split("/")[4] ?? "");
      const content = state[type];
      if (content === undefined) return Promise.reject(notFound());
      return Promise.resolve(whole ? { type, content, sender: "@anna:hs.example", event_id: "$1" } : content);
    },
  };
}

void describe("what a room's state lets the gateway do", () => {
  void it("is everything that ordinary members may, where no powers are set", async () => {
    const state = await RoomState.read(holding({ "m.room.create": { room_version: "10" } }), room);
    assert.ok(state.may(BOT, "send") && state.may(BOT, "invite") && state.may(BOT, { state: "m.room.name" }));
    assert.equal(state.may(BOT, "redact"), false);
  });

  void it("follows the powers, of single events before those of all", async () => {
    const powers = {
      users: { [BOT]: 40 },
      events_default: 10,
      state_default: 50,
      invite: 41,
      redact: 40,
      events: { "m.room.topic": 30 },
    };
    const state = await RoomState.read(holding({ "m.room.power_levels": powers }), room);
    assert.ok(
      state.may(BOT, "send") && state.may(BOT, "redact") && state.may(BOT, { state: "m.room.topic" }),
    );
    assert.equal(state.may(BOT, "invite"), false);
    assert.equal(state.needed("invite"), 41);
    assert.equal(state.may(BOT, { state: "m.room.name" }), false);
    const { redact, properties, moderate } = matrixCapabilities(state, BOT, false);
    assert.deepEqual(
      { redact, properties, moderate },
      { redact: true, properties: ["topic"], moderate: false },
    );
  });

  void it("gives all power to who made the room from version 12 on, and to nobody else for that", async () => {
    const additional_creators = [BOT];
    const twelve = {
      "m.room.create": { room_version: "12", additional_creators },
      "m.room.power_levels": {},
    };
    const state = await RoomState.read(holding(twelve), room);
    assert.deepEqual(state.creators, ["@anna:hs.example", BOT]);
    assert.ok(state.may(BOT, "ban"));
    const eleven = { ...twelve, "m.room.create": { room_version: "11", additional_creators } };
    const older = await RoomState.read(holding(eleven), room);
    assert.deepEqual(older.creators, []);
    assert.equal(older.may(BOT, "ban"), false);
  });

  void it("is read also where the homeserver gives contents alone", async () => {
    const state = await RoomState.read(holding({ "m.room.name": { name: "Engineering" } }, false), room);
    assert.equal(state.name, "Engineering");
  });

  void it("changes with what the room tells", async () => {
    const state = await RoomState.read(holding({ "m.room.name": { name: "before" } }), room);
    const event = {
      type: "m.room.name",
      state_key: "",
      sender: "@a:b",
      event_id: "$2",
      content: { name: "after" },
    };
    const told = toldOf(event) ?? assert.fail("it is an event");
    state.take(told);
    assert.equal(state.name, "after");
    const member = toldOf({ ...event, state_key: "@x:y" }) ?? assert.fail("it is an event");
    state.take({ ...member, event: { ...member.event, content: { name: "of somebody" } } });
    assert.equal(state.name, "after");
    assert.equal(state.encrypted, false);
    const encryption = {
      ...event,
      type: "m.room.encryption",
      content: { algorithm: "m.megolm.v1.aes-sha2" },
    };
    state.take(toldOf(encryption) ?? assert.fail("it is an event"));
    assert.ok(state.encrypted);
  });
});
