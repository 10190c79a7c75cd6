import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { closedBy, fateOf } from "../../../bridges/slack/channel-fate.ts";

const SELF = "U0BOT";
const fate = (event: object) => fateOf(event, SELF);
const member = (type: string, user: string) => fate({ type, channel: "C1", user });

void describe("what becomes of a channel", () => {
  void it("closes when it is archived or deleted, or the app is put out of it, and opens again", () => {
    for (const kind of ["channel", "group"]) {
      const told = (what: string) => fate({ type: `${kind}_${what}`, channel: "C1", user: "U1" });
      assert.deepEqual(told("archive"), { kind: "closed", room: "C1", why: "archived" });
      assert.deepEqual(told("deleted"), { kind: "closed", room: "C1", why: "deleted" });
      assert.deepEqual(told("left"), { kind: "closed", room: "C1", why: "removed" });
      assert.deepEqual(told("unarchive"), { kind: "open", room: "C1" });
    }
  });

  void it("knows the app's own coming and going from that of people", () => {
    assert.deepEqual(member("member_joined_channel", SELF), { kind: "open", room: "C1" });
    assert.deepEqual(member("member_left_channel", SELF), { kind: "closed", room: "C1", why: "removed" });
    assert.equal(member("member_joined_channel", "U1"), null);
    assert.equal(member("member_left_channel", "U1"), null);
  });

  void it("moves to a new id", () => {
    const moved = { type: "channel_id_changed", old_channel_id: "C1", new_channel_id: "C2" };
    assert.deepEqual(fate(moved), { kind: "moved", room: "C1", to: "C2" });
    assert.equal(fate({ type: "channel_id_changed", old_channel_id: "C1" }), null);
  });

  void it("is nothing that a message or a malformed event says", () => {
    for (const event of [null, 7, {}, { type: "message", channel: "C1", subtype: "channel_archive" }])
      assert.equal(fateOf(event, SELF), null);
    assert.equal(fate({ type: "channel_archive" }), null);
    assert.equal(fate({ type: "channel_archive", channel: { id: "C1" } }), null);
  });

  void it("shows in refusals as well", () => {
    const refusals = ["is_archived", "not_in_channel", "channel_not_found", "ratelimited"];
    assert.deepEqual(
      refusals.map((refusal) => closedBy(refusal, "chat.postMessage")),
      ["archived", "removed", "unknown", null],
    );
  });

  void it("closes a channel that is not public where it has to be joined, and for nothing else that it does not have", () => {
    const kind = "method_not_supported_for_channel_type";
    assert.equal(closedBy(kind, "conversations.join"), "removed");
    assert.equal(closedBy(kind, "conversations.rename"), null);
  });
});
