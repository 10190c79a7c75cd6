import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changedBy, isLate } from "../../../bridges/slack/late-events.ts";
import type { Stored } from "../../../bridges/slack/history.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { schemas } from "../../../mappings/slack/event.ts";

const room = "C1" as NativeRoom;
const TS = "1700.000100";

const message = { type: "message", channel: "C1", ts: TS, user: "U1", text: "hi" };
const reacted = (type: string, at: string, name = "+1") => ({
  type,
  user: "U1",
  reaction: name,
  item: { type: "message", channel: "C1", ts: TS },
  event_ts: at,
});
const edit = (edited: string, told: string | null) => ({
  type: "message",
  subtype: "message_changed",
  channel: "C1",
  ...(told !== null && { event_ts: told }),
  message: { ...message, edited: { ts: edited } },
});
const deletion = { type: "message", subtype: "message_deleted", channel: "C1", deleted_ts: TS };

/** A channel of which this process remembers what it is asked, and that knows these messages. */
function channel(
  known: readonly string[] = [TS],
  gone: readonly string[] = [],
  stands: readonly { readonly name: string; readonly users: readonly string[] }[] = [],
) {
  const memory = new Memory();
  const looks: string[] = [];
  const history = {
    look: (_room: NativeRoom, ts: string): Promise<Stored | "gone"> => {
      looks.push(ts);
      const reactions = stands.map((one) => ({ ...one, count: one.users.length }));
      const shown = { json: { ...message, reactions }, message: schemas.message.parse(message) };
      return Promise.resolve(gone.includes(ts) ? "gone" : shown);
    },
  };
  const lookups = { knows: (ts: string) => Promise.resolve(known.includes(ts)) };
  const clock = { now: 1_000_000_000 };
  const around = { memory, history, settleMs: 15_000, now: () => clock.now };
  const late = (event: object) => isLate(room, event, around, lookups);
  return { late, taken: memory.taken, looks, clock };
}

void describe("what comes too late", () => {
  void it("is a reaction behind a later change of the same", async () => {
    const { late } = channel();
    assert.equal(await late(reacted("reaction_removed", "1705.000000")), false);
    assert.equal(await late(reacted("reaction_added", "1704.000000")), true);
    assert.equal(await late(reacted("reaction_added", "1704.000000", "tada")), false);
    assert.equal(await late(reacted("reaction_added", "1706.000000")), false);
    assert.equal(await late(reacted("reaction_added", "1706.000000")), false, "read again it is the same");
  });

  void it("is a reaction from before the message was read with all its reactions", async () => {
    const { late, taken } = channel();
    taken.settle(room, TS, "1710.000000");
    assert.equal(await late(reacted("reaction_added", "1710.000000")), true);
    assert.equal(await late(reacted("reaction_added", "1710.000001")), false);
  });

  void it("is an edit behind a later one, by the second of the edit and then by when it was told", async () => {
    const { late } = channel();
    assert.equal(await late(edit("1702.000000", "1702.000500")), false);
    assert.equal(await late(edit("1701.000000", "1703.000000")), true);
    assert.equal(await late(edit("1702.000000", "1702.000400")), true);
    assert.equal(await late(edit("1702.000000", null)), false, "history does not say when it was told");
    assert.equal(await late(edit("1703.000000", "1703.000100")), false);
  });

  void it("is a message or an edit of it behind its deletion", async () => {
    const { late } = channel([]);
    assert.equal(await late(message), false);
    assert.equal(await late(deletion), false);
    assert.equal(await late(message), true);
    assert.equal(await late(edit("1702.000000", "1702.000000")), true);
  });

  void it("is a message that an edit of it was taken for", async () => {
    assert.equal(await channel([TS]).late(message), true);
    assert.equal(await channel([]).late(message), false);
  });

  void it("is news of a message that was deleted before the channel was read", async () => {
    const { late, taken, looks } = channel([], [TS]);
    taken.readTo(room, TS);
    assert.equal(await late(message), false);
    assert.deepEqual(looks, [], "it may have been said since");
    taken.readTo(room, "1710.000000");
    assert.equal(await late(message), true);
    assert.equal(await late(edit("1702.000000", "1702.000000")), true);
  });

  void it("is a reaction from before the channel was read that does not stand, or one taken back that does", async () => {
    const { late, taken, looks } = channel([TS], [], [{ name: "+1", users: ["U1"] }]);
    assert.equal(await late(reacted("reaction_added", "1704.000000", "tada")), false);
    assert.deepEqual(looks, [], "the channel was not read since");
    taken.readTo(room, "1710.000000");
    assert.equal(await late(reacted("reaction_added", "1704.000000", "tada")), true);
    assert.equal(await late(reacted("reaction_removed", "1704.000000", "tada")), false);
    assert.equal(await late(reacted("reaction_added", "1704.000000")), false);
    assert.equal(await late(reacted("reaction_removed", "1705.000000")), true);
    assert.equal(await late(reacted("reaction_added", "1711.000000", "heart")), false, "it is younger");
  });

  void it("is not decided while Slack may not show everything yet", async () => {
    const { late, taken, clock, looks } = channel([], [TS]);
    taken.readTo(room, "1710.000000");
    clock.now = 1_700_000 + 14_000;
    for (let asked = 0; asked < 3; asked++) await assert.rejects(late(message), { code: "target_under_way" });
    assert.deepEqual(looks, [TS], "Slack is not asked again and again");
    clock.now = 1_700_000 + 16_000;
    assert.equal(await late(message), true);
    clock.now = 1_700_000 - 1_200_000;
    assert.equal(
      await late({ ...message, ts: "1700.000200" }),
      false,
      "of a clock so far ahead nothing is young",
    );
  });

  void it("is nothing that is read of one channel in another, and nothing that is no event", async () => {
    const { late, taken } = channel([]);
    taken.went("C2" as NativeRoom, TS);
    assert.equal(await late(message), false);
    for (const event of [{}, { type: "reaction_added" }, { type: "message", subtype: "message_changed" }])
      assert.equal(await late(event), false);
  });
});

void describe("what an event changes", () => {
  void it("is the message of an edit and of a reaction, and none of a deletion or an answer", () => {
    assert.equal(changedBy(edit("1702.000000", null)), TS);
    assert.equal(changedBy(reacted("reaction_added", "1702.000000")), TS);
    for (const event of [deletion, message, { ...message, thread_ts: "1600.000000" }, null])
      assert.equal(changedBy(event), null);
    const stone = { ...edit("1702.000000", null), message: { ...message, subtype: "tombstone" } };
    assert.equal(changedBy(stone), null);
  });
});
