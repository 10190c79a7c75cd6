/** Names and topics of rooms whose group is another gateway's and holds others. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { openDeliveries } from "../../../../core/store/units/outbox.ts";
import { wasOverwritten } from "../../../../core/store/units/properties.ts";
import { RESTORE } from "../../../../core/store/units/restore.ts";
import { person, remote } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { done, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`properties that are set back on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("one that the owner of the group refuses is queued to be set back", async () => {
      const there = await FollowerStage.make(sample, "refuser.test");
      const refused = property("name", "Mine");
      await there.say(refused);
      await there.verdict(refused.id, "not_member");
      const open = await sample.store.read(openDeliveries({ binding: there.room.id, limit: 100 }));
      assert.equal(open.filter(({ op }) => op === RESTORE).length, 1);
    });

    void test("a room that was given another value since it said its own is given its own again", async () => {
      const there = await FollowerStage.make(sample, "slow.test");
      const mine = property("topic", "mine");
      await there.say(mine);
      await there.apply([
        remote(1, person(there.host, "mia"), {
          kind: "property",
          says: { kind: "property", property: { name: "topic", item: "", value: "theirs" } },
        }),
      ]);
      const place = {
        binding: there.room.id,
        group: there.group,
        name: "topic",
        item: "",
        value: "mine",
      } as const;
      const overwritten = (seq: number) => sample.store.read(wasOverwritten({ ...place, seq: seq as never }));
      const back = { says: { kind: "property", property: mine.property ?? assert.fail() } } as const;
      const fence = await sample.claim(outLane(there.room.id));
      const settled = [{ ...done, seq: 1, property: { name: "topic" as const, item: "", value: "theirs" } }];
      const intents = [intentOf(1)];
      await sample.store.write("progress", sample.progress(fence, there.room.id, { intents }));
      await there.apply([{ ...there.back(2, mine), kind: "property", ...back }]);
      assert.equal(await overwritten(2), false, "it holds its own still");
      await sample.store.write("progress", sample.progress(fence, there.room.id, { settled }));
      await sample.store.write("releaseLane", fence);
      assert.equal(await overwritten(2), true);
      assert.equal(await overwritten(1), false, "what the group holds no more is not given");
      await there.say(property("topic", "newer"));
      assert.equal(await overwritten(2), false, "the room has gone on");
    });
  });
}

const intentOf = (seq: number) => ({
  seq,
  step: 0,
  op: "topic",
  key: `topic-${seq}-${Math.random()}` as never,
  argsHash: "hash",
  mark: null,
});
