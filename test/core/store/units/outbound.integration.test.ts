/** What goes to a room: intents and receipts, what is given up, and the order in which open deliveries are decided. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NativeId, Seq } from "../../../../core/ids.ts";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { logAfter, openDeliveries } from "../../../../core/store/units/outbox.ts";
import { setAsideRows } from "../../../../core/store/units/set-aside.ts";
import { statusReport } from "../../../../core/store/units/status.ts";
import { eventWay, findEvents } from "../../../../core/store/units/trace.ts";
import { done, eventId, SampleStore, intent } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`to a room on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("progress: intents, receipts and the cursor; what was settled once is nothing the second time", async () => {
      const { store, b } = sample;
      await sample.say(sample.a, "p one", "p two", "p three");
      const fence = await sample.claim(outLane(b.id));
      const write = (change: Parameters<SampleStore["progress"]>[2]) =>
        store.write("progress", sample.progress(fence, b.id, change));
      const state = async () => {
        const [row] = await sample.sql(
          `select delivered_seq as d, intended_seq as i from binding where id = ${b.id}`,
        );
        return [Number(row?.["d"]), Number(row?.["i"])];
      };
      await write({ intents: [intent(2), intent(3)], intendedSeq: 3 as Seq });
      assert.deepEqual(await state(), [1, 3], "delivered up to before the first open one");
      const id = eventId();
      await write({ settled: [{ ...done, seq: 3, id, native: "made 3" as NativeId }] });
      assert.deepEqual(await state(), [1, 3], "a later receipt does not move it past an open one");
      await write({
        settled: [{ ...done, seq: 2, id, native: "made 2" as NativeId }],
        intents: [intent(4)],
        intendedSeq: 4 as Seq,
      });
      assert.deepEqual(await state(), [3, 4]);
      await write({ settled: [{ ...done, seq: 2, id, native: "made 2 again" as NativeId }] });
      assert.equal(await sample.count("link where native = 'made 2 again'"), 0);
      await write({ queued: [{ seq: 4, step: 0, tried: false }] });
      const [open] = await store.read(openDeliveries({ binding: b.id, limit: 10 }));
      assert.deepEqual([open?.state, open?.attempt], ["queued", 0], "what was put off is no try");
      await write({ intents: [intent(4)] });
      const [again] = await store.read(openDeliveries({ binding: b.id, limit: 10 }));
      assert.deepEqual([again?.state, again?.attempt], ["intended", 1]);
      await write({
        settled: [{ ...done, seq: 4, property: { name: "topic" as const, item: "", value: "set" } }],
      });
      assert.deepEqual(await state(), [4, 4]);
      assert.equal(
        await sample.count(
          `binding_property where binding = ${b.id} and last_set = 'set' and last_seen = 'set'`,
        ),
        1,
      );
      await store.write("releaseLane", fence);
    });

    void test("giving up: set aside with its cause, the author told, and put back by retry as one to ask for", async () => {
      const { store, a, b } = sample;
      await sample.say(a, "given up");
      const seq = await sample.head();
      await sample.sql(`update event set said_key = '${"5".repeat(32)}' where seq = ${seq}`);
      const [entry] = await store.read(logAfter({ group: a.group, after: seq - 1, limit: 1 }));
      assert.ok(entry);
      const fence = await sample.claim(outLane(b.id));
      await store.write(
        "progress",
        sample.progress(fence, b.id, { intents: [intent(seq)], intendedSeq: seq as Seq }),
      );
      const input = {
        fence,
        binding: b.id,
        seq,
        step: 0,
        event: entry.id,
        code: "delivery_refused",
        cause: "no",
        attempts: 1,
        at: 5_000,
        unclear: true,
        author: { binding: a.id, native: "anna", name: "Anna" },
        notice: "it did not arrive",
      };
      assert.deepEqual(await store.write("giveUp", input), { id: a.id, account: a.account });
      assert.equal(await store.write("giveUp", input), null, "the second time is nothing");
      assert.equal(await sample.count("set_aside"), 1);
      assert.equal(await sample.count("notice where text = 'it did not arrive'"), 1);
      await store.write("noteUnclear", { fence, binding: b.id });
      const status = await store.read(statusReport());
      assert.equal(status.unclear, 2);
      assert.equal(status.setAside, 1);
      assert.equal(status.bindings.find(({ id }) => id === b.id)?.behind, 0);
      const [way] = await store.read(findEvents(entry.id.slice(0, 12)));
      assert.equal(way?.id, entry.id);
      assert.equal((await store.read(eventWay({ id: entry.id, grp: a.group }))).setAside.length, 1);
      const [aside] = await store.read(setAsideRows());
      await store.write("retryAside", { id: aside?.id ?? 0, at: 6_000, actor: "test" });
      const [open] = await store.read(openDeliveries({ binding: b.id, limit: 10 }));
      assert.deepEqual([open?.seq, open?.state, open?.attempt], [seq, "intended", 0]);
      assert.equal(open?.key, `${entry.saidKey}-${b.id}-0`, "the platform is asked by the same key");
      await store.write("progress", sample.progress(fence, b.id, { intents: [intent(seq), intent(seq, 1)] }));
      const told = { ...input, at: 7_000, notice: "no part arrived" };
      assert.deepEqual(await store.write("giveUp", told), { id: a.id, account: a.account });
      assert.equal(await store.write("giveUp", { ...told, step: 1 }), null, "told once for all parts");
      assert.equal(await sample.count("set_aside"), 2);
      assert.equal(await sample.count("notice where text = 'no part arrived'"), 1);
      const [, part] = await store.read(setAsideRows());
      await store.write("discardAside", { id: part?.id ?? 0, at: 6_000, actor: "test" });
      const [second] = await store.read(setAsideRows());
      await store.write("discardAside", { id: second?.id ?? 0, at: 6_000, actor: "test" });
      assert.equal(await sample.count("set_aside"), 0);
      assert.equal(await sample.count("audit where act like 'set-aside %'"), 3);
      await store.write("releaseLane", fence);
    });

    void test("what may have been made comes first, then what is queued, each in the order of the log", async () => {
      const { store, b } = sample;
      const fence = await sample.claim(outLane(b.id));
      const seqs = [101, 102, 103, 104];
      await store.write(
        "progress",
        sample.progress(fence, b.id, { intents: seqs.map((seq) => intent(seq)) }),
      );
      const queued = [101, 103].map((seq) => ({ seq, step: 0, tried: true }));
      await store.write("progress", sample.progress(fence, b.id, { queued }));
      const open = await store.read(openDeliveries({ binding: b.id, limit: 10 }));
      assert.deepEqual(
        open.map(({ seq }) => seq),
        [102, 104, 101, 103],
      );
      const settled = seqs.map((seq) => ({ ...done, seq }));
      await store.write("progress", sample.progress(fence, b.id, { settled }));
      await store.write("releaseLane", fence);
    });
  });
}
