/** What comes from a room: accepted once, appended in order, set aside or refused. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { InboxNumber, NativeKey } from "../../../../core/ids.ts";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import { findBinding } from "../../../../core/store/units/bindings.ts";
import { inboxPage } from "../../../../core/store/units/inbox.ts";
import { logAfter } from "../../../../core/store/units/outbox.ts";
import { setAsideRows } from "../../../../core/store/units/set-aside.ts";
import { message, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`from a room on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("accept: a known origin is dropped, in the same batch and in a later one", async () => {
      const { store, a, b } = sample;
      assert.deepEqual(await sample.accept(a.id, ["one", "one", "two"]), [a.id]);
      assert.deepEqual(await sample.accept(a.id, ["two"]), []);
      assert.deepEqual(await sample.accept(b.id, ["one"]), [], "one account, one key");
      const rows = await store.read(inboxPage({ binding: a.id, limit: 10 }));
      assert.deepEqual(
        rows.map(({ raw, nativeKey, originAt, attempts }) => ({ raw, nativeKey, originAt, attempts })),
        ["one", "two"].map((raw) => ({ raw, nativeKey: `key ${raw}`, originAt: 1_000, attempts: 0 })),
      );
    });

    void test("accept: what has no key is never dropped; the mark moves with what is before it, and alone", async () => {
      const { store, account, b } = sample;
      const state = { nativeKey: null, at: 1, raw: "state" };
      const batch = (mark: string | null, raws: readonly (typeof state)[]) => ({
        fence: null,
        account: account.id,
        at: 2_000,
        batches: [{ binding: b.id, mark: mark as never, raws }],
      });
      assert.deepEqual((await store.write("accept", batch("mark 1", [state, state]))).behind, [b.id]);
      assert.deepEqual((await store.write("accept", batch("mark 2", []))).behind, []);
      assert.deepEqual((await store.write("accept", batch(null, []))).behind, []);
      const found = await store.read(findBinding({ account: account.id, native: b.native }));
      assert.equal(found?.mark, "mark 2");
      assert.equal(await sample.count(`inbox where binding = ${b.id}`), 2);
    });

    void test("accept: a failure in the middle leaves neither origin, row nor mark", async () => {
      const { store, account, a } = sample;
      const raws = [
        { nativeKey: "key fine" as NativeKey, at: 1, raw: "fine" },
        { nativeKey: "key broken" as NativeKey, at: 1, raw: null as unknown as string },
      ];
      const batches = [{ binding: a.id, mark: "never" as never, raws }];
      await assert.rejects(store.write("accept", { fence: null, account: account.id, at: 1, batches }), {
        code: "store_failed",
      });
      assert.equal(await sample.count("origin where native_key = 'key fine'"), 0);
      assert.equal(await sample.count("binding where inbound_mark = 'never'"), 0);
    });

    void test("append: rows are taken in order, members come before their first message, seqs have no holes", async () => {
      const { store, a, b } = sample;
      const fence = await sample.claim(inLane(a.id));
      const rows = await sample.rows(a.id);
      const appended = await sample.append(fence, a, rows);
      assert.deepEqual(appended, {
        group: a.group,
        head: 3,
        grew: true,
        others: [{ id: b.id, account: b.account }],
        told: false,
        submittedTo: null,
      });
      const log = await store.read(logAfter({ group: a.group, after: 0, limit: 10 }));
      assert.deepEqual(
        log.map(({ seq, kind, senderNative }) => [seq, kind, senderNative]),
        [
          [1, "member", null],
          [2, "message", "anna"],
          [3, "message", "anna"],
        ],
      );
      assert.deepEqual(
        log.slice(1).map(({ content }) => Buffer.from(content ?? []).toString()),
        ["one", "two"],
        "the octets are kept as they are",
      );
      assert.ok(log.every(({ originBinding }) => originBinding === a.id));
      assert.equal(await sample.count(`link where binding = ${a.id} and native = 'native one'`), 1);
      assert.equal(await sample.count(`inbox where binding = ${a.id}`), 0);
      const again = await sample.append(fence, a, rows);
      assert.deepEqual(
        again,
        { group: a.group, head: 3, grew: false, others: [], told: false, submittedTo: null },
        "rows that are gone change nothing",
      );
      await store.write("releaseLane", fence);
    });

    void test("append: every octet survives", async () => {
      const { store, a } = sample;
      await sample.accept(a.id, ["octets"]);
      const [row] = await store.read(inboxPage({ binding: a.id, limit: 1 }));
      const fence = await sample.claim(inLane(a.id));
      const content = Uint8Array.from({ length: 512 }, (_, i) => i % 256);
      await sample.append(fence, a, [
        sample.row(row?.n ?? (0 as InboxNumber), [{ ...message("octets"), content }]),
      ]);
      const [entry] = await store.read(
        logAfter({ group: a.group, after: (await sample.head()) - 1, limit: 1 }),
      );
      assert.deepEqual(new Uint8Array(entry?.content ?? []), content);
      await store.write("releaseLane", fence);
    });

    void test("append: a property is compared with what was seen and with what the group holds", async () => {
      const { store, a, b } = sample;
      const change = async (binding: typeof a, text: string, event: ReturnType<typeof property>) => {
        await sample.accept(binding.id, [text]);
        const fence = await sample.claim(inLane(binding.id));
        const rows = await store.read(inboxPage({ binding: binding.id, limit: 10 }));
        const before = await sample.head();
        await sample.append(
          fence,
          binding,
          rows.map(({ n, raw }) => sample.row(n, raw === text ? [event] : [])),
        );
        await store.write("releaseLane", fence);
        return (await sample.head()) - before;
      };
      assert.equal(await change(a, "p1", property("topic", "first")), 1);
      assert.equal(await change(a, "p2", property("topic", "first")), 0, "seen last");
      assert.equal(await change(b, "p3", property("topic", "first")), 0, "the group's own value");
      assert.equal(await change(b, "p4", property("topic", "second")), 1);
      assert.equal(
        await change(a, "p5", property("topic", "first")),
        0,
        "seen last there: an old value is no news",
      );
      assert.equal(await change(a, "p6", property("topic", "third")), 1);
      const [value] = await sample.sql(
        `select value from property where grp = ${a.group} and name = 'topic'`,
      );
      assert.equal(value?.["value"], "third");
    });

    void test("append: what can't be read is set aside and comes back by retry; what is refused tells its author", async () => {
      const { store, a } = sample;
      await sample.accept(a.id, ["poison", "too large", "fine"]);
      const [poison, large, fine] = await store.read(inboxPage({ binding: a.id, limit: 10 }));
      assert.ok(poison && large && fine);
      const fence = await sample.claim(inLane(a.id));
      const before = await sample.head();
      const { told } = await sample.append(fence, a, [
        {
          n: poison.n,
          events: [],
          replies: [],
          setAside: { code: "event_malformed", cause: "it is poison" },
          refused: null,
        },
        {
          n: large.n,
          events: [message("too large")],
          replies: [],
          setAside: null,
          refused: { code: "content_invalid", notice: "it is too large" },
        },
        sample.row(fine.n, [message("fine")]),
      ]);
      assert.equal(told, true);
      assert.equal(await sample.head(), before + 1);
      assert.equal(await sample.count("link where native = 'native too large' and state = 'refused'"), 1);
      const [notice] = await sample.sql("select to_native, text from notice");
      assert.deepEqual({ ...notice }, { to_native: "anna", text: "it is too large" });
      const [aside] = await store.read(setAsideRows());
      assert.equal(aside?.code, "event_malformed");
      const act = { id: aside?.id ?? 0, at: 5_000, actor: "test" };
      await store.write("retryAside", act);
      await assert.rejects(store.write("retryAside", act), { code: "set_aside_unknown" });
      const [back] = await store.read(inboxPage({ binding: a.id, limit: 10 }));
      assert.equal(back?.raw, "poison");
      assert.equal(back?.originAt, 1_000);
      await store.write("noteAttempt", { fence, n: back?.n ?? (0 as InboxNumber) });
      const [tried] = await store.read(inboxPage({ binding: a.id, limit: 10 }));
      assert.equal(tried?.attempts, 1);
      await sample.append(fence, a, [sample.row(back?.n ?? (0 as InboxNumber), [])]);
      await store.write("releaseLane", fence);
    });

    void test("append: the same event again is nothing, and two rooms at once leave no hole", async () => {
      const { store, a, b } = sample;
      const twice = message("twice");
      await sample.accept(a.id, ["twice 1", "twice 2"]);
      const rows = await store.read(inboxPage({ binding: a.id, limit: 10 }));
      const [inA, inB] = [await sample.claim(inLane(a.id)), await sample.claim(inLane(b.id))];
      const before = await sample.head();
      await sample.append(
        inA,
        a,
        rows.map(({ n }) => sample.row(n, [twice])),
      );
      assert.equal(await sample.head(), before + 1);
      const texts = Array.from({ length: 20 }, (_, i) => String(i));
      await Promise.all([
        sample.accept(
          a.id,
          texts.map((text) => `a${text}`),
        ),
        sample.accept(
          b.id,
          texts.map((text) => `b${text}`),
        ),
      ]);
      const both = await Promise.all([sample.rows(a.id), sample.rows(b.id)]);
      await Promise.all([
        ...both[0].map((row) => sample.append(inA, a, [row])),
        ...both[1].map((row) => sample.append(inB, b, [row])),
      ]);
      const log = await store.read(logAfter({ group: a.group, after: 0, limit: 1_000 }));
      assert.deepEqual(
        log.map(({ seq }) => seq),
        log.map((_, i) => i + 1),
      );
      assert.equal(log.length, await sample.head());
      await store.write("releaseLane", inA);
      await store.write("releaseLane", inB);
    });
  });
}
