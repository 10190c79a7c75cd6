/** What is noted in a store that was restored from a backup. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CodeId, InboxNumber } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import { listCodes } from "../../../../core/store/units/codes.ts";
import { logAfter, openDeliveries, outboxBinding } from "../../../../core/store/units/outbox.ts";
import { REVISION } from "../../../../core/store/units/mark-restored.ts";
import { watched } from "../../../../core/store/units/watched-rooms.ts";
import { copiesUnderWay, unreadRooms, waitingGroups } from "../../../../core/store/units/restored-rooms.ts";
import { FollowerStage } from "../follower-stage.ts";
import { intent, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const AT = 1_800_000_000_000;

for (const kind of storeKinds()) {
  void describe(`a restored store on ${kind.name}`, () => {
    let sample: SampleStore;
    let follower: FollowerStage;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
      follower = await FollowerStage.make(sample, "one.test");
    });
    after(() => sample.store.close());

    void test("its own groups get another revision each time, and those of peers keep theirs", async () => {
      const { store, a } = sample;
      const revOf = async (group: number) =>
        Number((await sample.sql(`select rev from grp where id = ${group}`))[0]?.["rev"]);
      const revs: number[] = [];
      for (const at of [AT, AT + 5_000, AT + 5_000]) {
        const { groups } = await store.write("markRestored", { at, shared: false });
        assert.equal(groups, 1);
        revs.push(await revOf(a.group));
      }
      assert.deepEqual(revs, [AT / 1_000, AT / 1_000 + 5, AT / 1_000 + 6]);
      assert.equal(await revOf(follower.group), 1);
      const value = await store.write("settle", { name: REVISION, value: Buffer.from("0") });
      assert.equal(Buffer.from(value).toString(), String(AT / 1_000 + 5));
    });

    void test("what was certainly not delivered may have been since, and is asked for", async () => {
      const { store, a, b } = sample;
      await sample.say(a, "under way", "queued");
      const fence = await sample.claim(outLane(b.id));
      const log = await store.read(logAfter({ group: a.group, after: 0, limit: 100 }));
      const [first, second] = log.slice(-2).map(({ seq }) => Number(seq));
      assert.ok(first !== undefined && second !== undefined);
      const intents = [intent(first), intent(second)];
      await store.write("progress", sample.progress(fence, b.id, { intents }));
      const queued = [{ seq: second, step: 0, tried: true }];
      await store.write("progress", sample.progress(fence, b.id, { queued }));
      const { since } = await store.write("markRestored", { at: AT, shared: false });
      const open = await store.read(openDeliveries({ binding: b.id, limit: 10 }));
      assert.deepEqual(
        open.map(({ seq, state, at, mark }) => [seq, state, at, mark]),
        [
          [first, "intended", 4_000, null],
          [second, "intended", since, null],
        ],
      );
      const room = await store.read(outboxBinding(b.id));
      assert.deepEqual([Number(room?.restoredSince), Number(room?.restoredAt)], [since, AT]);
      const free = await store.write("claimLane", { lane: outLane(b.id), holder: "another", ttl: 1_000 });
      assert.ok(free.claimed, "nobody holds a lane of before");
    });

    void test("a database on which somebody works is left alone", async () => {
      const { store, a } = sample;
      const fence = await sample.claim(inLane(a.id));
      await assert.rejects(store.write("markRestored", { at: AT, shared: true }), { code: "store_locked" });
      await store.write("releaseLane", fence);
      await sample.sql("update lane set lease_until = 0");
      await store.write("markRestored", { at: AT, shared: true });
    });

    void test("codes that were good are withdrawn", async () => {
      const code = { group: null, issuer: "test", uses: 1, confirm: false, at: 1_000 };
      const good = await sample.store.write("createCode", { ...code, hash: "a".repeat(64), expires: AT + 1 });
      await sample.store.write("createCode", { ...code, hash: "b".repeat(64), expires: AT });
      const { codes } = await sample.store.write("markRestored", { at: AT, shared: false });
      assert.equal(codes, 1);
      const revoked = (id: CodeId) => async () =>
        (await sample.store.read(listCodes())).find((row) => row.id === id)?.revoked;
      assert.equal(await revoked(good)(), true);
    });

    void test("a group is unread until all that was said in its rooms is in the log", async () => {
      const { store } = sample;
      const { room, peer } = follower;
      await store.write("markRestored", { at: AT, shared: false });
      const unread = async () => (await follower.state())?.unread;
      assert.equal(await unread(), true);
      assert.ok((await store.read(unreadRooms())).some(({ id }) => id === room.id));
      await sample.accept(room.id, ["said meanwhile"]);
      assert.deepEqual(await store.write("noteRoomRead", { binding: room.id }), [peer]);
      assert.equal(await unread(), true, "it is in the inbox");
      await sample.sql(`delete from inbox where binding = ${room.id}`);
      assert.equal(await unread(), false);
      await sample.accept(room.id, ["said later"]);
      assert.equal(await unread(), false, "what comes later is not waited for");
    });

    void test("what may be a copy in a room is waited for until all copies of before are found there", async () => {
      const { store, a, b } = sample;
      const until = AT + 300_000;
      await sample.sql("delete from restored_room");
      await sample.sql("delete from delivery");
      const head = await sample.head();
      await sample.sql(`update binding set intended_seq = ${head} where grp = ${a.group}`);
      const waits = (n: number | null = null) =>
        store.read(
          copiesUnderWay({ binding: a.id, group: a.group, n: n as InboxNumber | null, clocks: 300_000 }),
        );
      assert.equal(await waits(), false, "nothing was restored");
      await store.write("markRestored", { at: AT, shared: false });
      await sample.accept(a.id, ["in answer to a copy"]);
      await store.write("noteRoomRead", { binding: a.id });
      const n = Number((await sample.sql(`select max(n) as n from inbox where binding = ${a.id}`))[0]?.["n"]);
      assert.equal(await waits(n), true, "the other room is still read");
      assert.equal(await waits(n + 1), false, "it was said later");
      await store.write("noteRoomRead", { binding: b.id });
      assert.equal(await waits(n), false);
      await sample.say(b, "copied");
      assert.equal(await waits(n), true, "the room is still asked for the copy");
      await sample.sql(`update event set origin_at = ${until + 1} where seq > ${head}`);
      assert.equal(await waits(n), false, "it was said after the restore");
      await sample.sql(`update event set origin_at = ${until} where seq > ${head}`);
      await sample.sql(`update binding set intended_seq = ${head + 1} where id = ${a.id}`);
      assert.equal(await waits(n), false, "it is found");
      await sample.sql(`delete from inbox where binding = ${a.id}`);
    });

    void test("a group that waits for a room is named", async () => {
      const { store } = sample;
      const { room } = follower;
      await store.write("markRestored", { at: AT, shared: false });
      const native = room.native;
      await sample.sql(`delete from inbox where binding = ${room.id}`);
      const named = async () => (await store.read(waitingGroups())).map((one) => [one.room, one.at] as const);
      assert.deepEqual(await named(), [[native, AT]], "and none that is shared with nobody");
      const watchSees = async () => (await store.read(watched())).waiting.map(({ binding }) => binding);
      assert.deepEqual(await watchSees(), [room.id]);
      await store.write("noteRoomRead", { binding: room.id });
      assert.deepEqual(await named(), []);
    });

    void test("a room that is paused is not waited for", async () => {
      const { room } = follower;
      await sample.store.write("markRestored", { at: AT, shared: false });
      await sample.sql(`update binding set paused_at = 1, paused_why = 'test' where id = ${room.id}`);
      assert.equal((await follower.state())?.unread, false);
    });
  });
}
