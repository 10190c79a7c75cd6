/** What is laid down for rooms, and what rooms are given in short. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { DeliveryKey, NativeId, NativeRoom } from "../../../../core/ids.ts";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { PolicyBook } from "../../../../core/policy/policy-book.ts";
import { headSeq } from "../../../../core/store/units/backlog.ts";
import { toldInShort } from "../../../../core/store/units/digested.ts";
import { logAfter, openDeliveries, outboxBinding, wasGiven } from "../../../../core/store/units/outbox.ts";
import { roomPolicies } from "../../../../core/store/units/room-policies.ts";
import { setAsideRows } from "../../../../core/store/units/set-aside.ts";
import { eventWay } from "../../../../core/store/units/trace.ts";
import { done, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`the policy of rooms on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("is set and taken away key by key, with a line for the audit each, and read by a book", async () => {
      const { store, b } = sample;
      const clock = { now: 0 };
      const book = new PolicyBook(store, () => clock.now);
      const account = sample.account.id;
      const room = { account, native: b.native, label: "xmpp:b", at: 7_000, actor: "operator" };
      const set = (name: string, value: string | null) =>
        store.write("setRoomPolicy", { ...room, values: [{ name, value }] });
      assert.equal((await book.of(b.id)).backlog, "each");
      assert.equal(await set("backlog", "digest"), b.id);
      await set("ignore", "one");
      await set("ignore", "two");
      assert.equal((await book.of(b.id)).backlog, "each", "it is read again after a while");
      clock.now = 2_000;
      const policy = await book.of(b.id);
      assert.equal(policy.backlog, "digest");
      assert.deepEqual([...policy.ignore], ["two"]);
      assert.equal((await book.of(sample.a.id)).backlog, "each");
      await set("backlog", null);
      await book.refresh();
      assert.equal(book.known(b.id).backlog, "each");
      const lines = await sample.sql("select detail from audit where act = 'policy' order by n");
      assert.deepEqual(
        lines.map((line) => line["detail"]),
        ["backlog = digest", "ignore = one", "ignore = two", "backlog reset"],
      );
      await assert.rejects(
        store.write("setRoomPolicy", { ...room, native: "nowhere" as NativeRoom, values: [] }),
        { code: "room_not_linked" },
      );
    });

    void test("people opt out of an account once, and in again", async () => {
      const { store } = sample;
      const account = sample.account.id;
      const who = { account, native: "U0ALICE", label: "xmpp:U0ALICE", at: 1, actor: "xmpp:U0ALICE" };
      const book = new PolicyBook(store, () => 0);
      assert.equal(await store.write("setOptOut", { ...who, out: true }), true);
      assert.equal(await store.write("setOptOut", { ...who, out: true }), false);
      await book.refresh();
      assert.deepEqual([...book.optedOut(account)], ["U0ALICE"]);
      assert.equal(await store.write("setOptOut", { ...who, out: false }), true);
      assert.equal(await store.write("setOptOut", { ...who, out: false }), false);
      assert.deepEqual((await store.read(roomPolicies())).optOuts, []);
      assert.equal(await sample.count("audit where act in ('opt-out', 'opt-in')"), 2);
    });

    void test("a run that is told in short is under way until its messages are made, and then was given", async () => {
      const { store, a, b } = sample;
      const from = await sample.head();
      await sample.say(a, "d one", "d two", "d three");
      const entries = await store.read(logAfter({ group: a.group, after: from, limit: 10 }));
      const [one, two, three] = entries.filter(({ kind: what }) => what === "message");
      assert.ok(one && two && three);
      assert.equal(await store.read(headSeq(a.group)), three.seq);
      const fence = await sample.claim(outLane(b.id));
      const binding = b.id;
      await store.write("writeDigests", {
        fence,
        binding,
        digests: [
          { key: "k1" as DeliveryKey, entries: [one, two] },
          { key: "k2" as DeliveryKey, entries: [three] },
        ],
        intendedSeq: three.seq,
        at: 5,
      });
      const open = async () =>
        (await store.read(openDeliveries({ binding, limit: 10 })))
          .filter(({ op }) => op === "digest")
          .map(({ seq, key: of, state }) => [seq, of, state]);
      assert.deepEqual(await open(), [
        [one.seq, "k1", "queued"],
        [three.seq, "k2", "queued"],
      ]);
      const delivered = async () => {
        const [row] = await sample.sql(`select delivered_seq as d from binding where id = ${binding}`);
        return Number(row?.["d"]);
      };
      assert.equal(await delivered(), one.seq - 1);
      assert.equal((await store.read(outboxBinding(binding)))?.intendedSeq, three.seq);
      const told = await store.read(toldInShort({ binding, digestSeq: one.seq }));
      assert.deepEqual(
        told.map(({ id }) => id),
        [one.id, two.id],
      );
      const settled = { ...done, seq: one.seq, id: null, native: "D1" as NativeId, part: 0, at: 9 };
      await store.write("progress", sample.progress(fence, binding, { settled: [settled] }));
      assert.equal(await delivered(), three.seq - 1);
      assert.equal(await store.read(wasGiven({ binding, id: two.id })), true);
      const way = await store.read(eventWay({ id: two.id, grp: a.group }));
      assert.deepEqual(
        way.digests.map(({ native, at, room }) => [native, at, room]),
        [["D1", 9, b.native]],
      );
      // The room does not take the other one.
      const refused = { code: "delivery_refused", cause: "no", attempts: 1, at: 10, unclear: false };
      const notice = { author: null, notice: "", thread: null };
      const what = { fence, binding, seq: three.seq, step: 0, event: null };
      await store.write("giveUp", { ...what, ...refused, ...notice });
      assert.deepEqual(await open(), []);
      assert.equal(await delivered(), three.seq);
      assert.equal(await store.read(wasGiven({ binding, id: three.id })), false);
      const aside = (await store.read(setAsideRows())).find(({ event }) => event === three.id);
      assert.ok(aside);
      await store.write("retryAside", { id: aside.id, at: 11, actor: "operator" });
      const [again] = await store.read(openDeliveries({ binding, limit: 10 }));
      assert.deepEqual([again?.seq, again?.op, again?.state], [three.seq, "retry", "intended"]);
      await store.write("releaseLane", fence);
    });

    void test("a room is told of its lag once, until it has caught up", async () => {
      const { store, b } = sample;
      const fence = await sample.claim(outLane(b.id));
      const input = { fence, binding: b.id, text: "behind", at: 3 };
      const lines = () => sample.count(`notice where binding = ${b.id} and text = 'behind'`);
      assert.equal(await store.write("tellLag", input), true);
      assert.equal(await store.write("tellLag", input), false);
      assert.equal(await lines(), 1);
      assert.equal((await store.read(outboxBinding(b.id)))?.lagToldAt, 3);
      await store.write("endLag", { fence, binding: b.id });
      assert.equal(await store.write("tellLag", input), true);
      assert.equal(await lines(), 2);
      await store.write("releaseLane", fence);
    });

    void test("all of it goes with the link", async () => {
      const { store, b } = sample;
      const account = sample.account.id;
      assert.ok((await sample.count(`room_policy where binding = ${b.id}`)) > 0);
      const label = "xmpp:b";
      await store.write("unlink", {
        account,
        native: b.native,
        label,
        erase: true,
        at: 1,
        actor: "operator",
      });
      const fence = await sample.claim(outLane(b.id));
      await store.write("endBinding", { fence, binding: b.id });
      for (const table of ["room_policy", "digested"])
        assert.equal(await sample.count(`${table} where binding = ${b.id}`), 0, table);
    });
  });
}
