import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rightsFinding } from "../../../bridges/matrix/examine-rooms.ts";
import { toldOf } from "../../../bridges/matrix/kept-event.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { otherBridges } from "../../../bridges/matrix/other-bridges.ts";
import { missingRights, mutes, rightsWarnings } from "../../../bridges/matrix/rights.ts";
import { RoomState } from "../../../bridges/matrix/room-state.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { Call } from "../../../bridges/matrix/api.ts";

const room = "!room" as NativeRoom;
const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const BOT = own.bot;

type Content = Readonly<Record<string, unknown>>;

/** The state of a room that has these events, all of them sent by anna. */
function stateOf(entries: Readonly<Record<string, Content>>): Promise<RoomState> {
  const call = ({ path }: Call): Promise<unknown> => {
    const type = decodeURIComponent(path.split("/")[4] ?? "");
    const content = entries[type] ?? {};
    return Promise.resolve({ type, content, sender: "@anna:far.example", event_id: "$1" });
  };
  return RoomState.read({ call }, room);
}

const powers = (levels: Content) => stateOf({ "m.room.power_levels": levels });

void describe("what the gateway lacks in a room", () => {
  void it("is nothing where it has the power for all, or has made the room", async () => {
    const moderator = await powers({ users: { [BOT]: 50 }, invite: 50 });
    assert.deepEqual(missingRights(moderator, BOT), []);
    assert.deepEqual(rightsWarnings(moderator, BOT), []);
    const creator = await stateOf({
      "m.room.create": { room_version: "12", additional_creators: [BOT] },
      "m.room.power_levels": { events: { "m.room.name": 150 } },
    });
    assert.deepEqual(missingRights(creator, BOT), []);
    assert.match(rightsFinding(creator, BOT).detail, /has all power/);
  });

  void it("is each right with the power that it takes, and the remedy gives the most of these", async () => {
    const state = await powers({
      users: { [BOT]: 40 },
      invite: 41,
      redact: 30,
      state_default: 40,
      events: { "m.room.topic": 60 },
    });
    assert.deepEqual(
      missingRights(state, BOT).map(({ level }) => level),
      [41, 60],
    );
    const [warning, ...others] = rightsWarnings(state, BOT);
    assert.deepEqual(others, []);
    assert.match(
      warning ?? "",
      /\(power level 41\), change the topic \(power level 60\): give @mimi:hs\.example power level 60$/,
    );
    const finding = rightsFinding(state, BOT);
    assert.deepEqual([finding.state, finding.remedy], ["warning", `give ${BOT} power level 60`]);
  });

  void it("is no right to invite where everybody may enter", async () => {
    const closed = { users: { [BOT]: 50 }, invite: 60 };
    assert.equal(missingRights(await powers(closed), BOT).length, 1);
    const open = await stateOf({
      "m.room.power_levels": closed,
      "m.room.join_rules": { join_rule: "public" },
    });
    assert.deepEqual(missingRights(open, BOT), []);
    for (const rule of ["restricted", "knock", "knock_restricted", "invite"]) {
      const state = await stateOf({
        "m.room.power_levels": closed,
        "m.room.join_rules": { join_rule: rule },
      });
      assert.equal(missingRights(state, BOT).length, 1, rule);
    }
  });

  void it("is a voice for people of other platforms where only some may speak", async () => {
    const announcements = await powers({ users: { [BOT]: 100 }, events_default: 50 });
    assert.match(mutes(announcements) ?? "", /takes power level 50, and theirs is 0/);
    assert.equal(rightsWarnings(announcements, BOT).length, 1);
    assert.equal(rightsFinding(announcements, BOT).state, "warning");
    const voiced = await powers({ users: { [BOT]: 100 }, events_default: 50, users_default: 50 });
    assert.equal(mutes(voiced), null);
  });
});

void describe("a room for the doctor", () => {
  void it("is encrypted, or closed, before anything is said of rights", async () => {
    const encrypted = await stateOf({ "m.room.encryption": { algorithm: "m.megolm.v1.aes-sha2" } });
    assert.match(rightsFinding(encrypted, BOT).detail, /encrypted/);
    const closed = await stateOf({ "m.room.tombstone": { replacement_room: "!next" } });
    assert.match(rightsFinding(closed, BOT).detail, /goes on in !next/);
    assert.equal(
      closed.replacedVia,
      "far.example",
      "the next one is entered by the server of whoever closed it",
    );
    const mute = await powers({ events_default: 10 });
    assert.deepEqual(rightsFinding(mute, BOT), {
      state: "fault",
      detail: `${BOT} has power level 0: it may not speak`,
      remedy: `give ${BOT} power level 10`,
    });
  });
});

const event = (content: Content, change: Content = {}) =>
  toldOf({
    type: "m.bridge",
    state_key: "org.example.irc://libera/#lab",
    sender: "@irc:far.example",
    event_id: "$1",
    content,
    ...change,
  }) ?? assert.fail("it is an event");

void describe("other bridges in a room", () => {
  void it("are named by what they say of themselves, each once, whatever the type is called", () => {
    const irc = {
      bridgebot: "@irc:far.example",
      protocol: { id: "irc", displayname: "IRC" },
      network: { id: "libera" },
      channel: { id: "#lab" },
    };
    const told = [event(irc), event(irc, { type: "uk.half-shot.bridge" })];
    assert.deepEqual(otherBridges(told, own), ["IRC, libera, #lab, by @irc:far.example"]);
    assert.deepEqual(otherBridges([event({ protocol: { id: "gitter" } })], own), [
      "gitter, by @irc:far.example",
    ]);
  });

  void it("are none where one has left, where the gateway says so itself, and in other events", () => {
    assert.deepEqual(otherBridges([event({})], own), []);
    assert.deepEqual(otherBridges([event({ protocol: 7, channel: "x" })], own), []);
    assert.deepEqual(otherBridges([event({ bridgebot: BOT }, { sender: BOT })], own), []);
    assert.deepEqual(otherBridges([event({ bridgebot: "@x:y" }, { type: "m.room.topic" })], own), []);
    assert.deepEqual(otherBridges([event({ bridgebot: "@x:y" }, { state_key: undefined })], own), []);
  });

  void it("can't write lines of their own, or without end", () => {
    const many = Array.from({ length: 50 }, (_none, i) =>
      event({ bridgebot: `@b${i}:x\n\u202e${"y".repeat(300)}` }),
    );
    const named = otherBridges(many, own);
    assert.equal(named.length, 5);
    assert.ok(named.every((one) => one.length < 150 && !/[\n\u202e]/.test(one)));
  });
});
