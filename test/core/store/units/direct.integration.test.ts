/** What is translated before it is written goes into the log at once. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NativeKey } from "../../../../core/ids.ts";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import type { BindingRow } from "../../../../core/store/units/bindings.ts";
import { inboxPage } from "../../../../core/store/units/inbox.ts";
import { logAfter } from "../../../../core/store/units/outbox.ts";
import { message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`straight into the log on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    /** A text in brackets is not translated. */
    function accept(
      binding: BindingRow,
      texts: readonly string[],
      refused: { code: "content_invalid"; notice: string } | null = null,
      receivedAt = 2_000,
    ) {
      const { store, account } = sample;
      const raws = texts.map((raw) => ({
        nativeKey: `key ${raw}` as NativeKey,
        at: 1_000,
        raw,
        translation: raw.startsWith("(") ? null : { events: [message(raw)], replies: [], refused },
      }));
      const place = { binding: binding.id, group: binding.group, provider: account.provider, now: 3_000 };
      const batches = [{ binding: binding.id, mark: null, raws, place }];
      return store.write("accept", { fence: null, account: account.id, at: receivedAt, batches });
    }
    const texts = async (binding: BindingRow) =>
      (await sample.store.read(logAfter({ group: binding.group, after: 0, limit: 100 })))
        .filter(({ kind: entry }) => entry === "message")
        .map(({ content }) => Buffer.from(content ?? "").toString("utf8"));
    const waiting = async (binding: BindingRow) =>
      (await sample.store.read(inboxPage({ binding: binding.id, limit: 10 }))).map(({ raw }) => raw);

    void test("it is in the log with its times and link, leaves nothing in the inbox, and comes in once", async () => {
      const { a, b } = sample;
      const done = await accept(a, ["one", "two"]);
      assert.deepEqual(done.behind, []);
      assert.deepEqual(done.appended, [
        {
          binding: a.id,
          group: a.group,
          head: 3,
          grew: true,
          others: [{ id: b.id, account: b.account }],
          told: false,
          submittedTo: null,
        },
      ]);
      assert.equal((await texts(a)).length, 2);
      assert.deepEqual(await waiting(a), []);
      assert.equal(await sample.count("event where origin_at = 1000 and received_at = 2000"), 3);
      assert.equal(await sample.count(`link where binding = ${a.id}`), 2);
      assert.deepEqual(await accept(a, ["one", "two"]), { behind: [], appended: [] });
      assert.equal((await texts(a)).length, 2);
    });

    void test("it has its place in the log after it was received, however early it was translated", async () => {
      await accept(sample.a, ["slow"], null, 4_000);
      assert.equal(await sample.count("event where received_at = 4000 and accepted_at = 4000"), 1);
    });

    void test("nothing overtakes what waits: neither in the same batch nor in a later one", async () => {
      const { a } = sample;
      const before = (await texts(a)).length;
      const mixed = await accept(a, ["three", "(four)", "five"]);
      assert.deepEqual(mixed.behind, [a.id]);
      assert.equal((await texts(a)).length, before + 1);
      assert.deepEqual(await waiting(a), ["(four)", "five"]);
      const later = await accept(a, ["six"]);
      assert.deepEqual([later.behind, later.appended], [[a.id], []]);
      assert.deepEqual(await waiting(a), ["(four)", "five", "six"]);
      const fence = await sample.claim(inLane(a.id));
      await sample.append(fence, a, await sample.rows(a.id));
      await sample.store.write("releaseLane", fence);
      assert.equal((await accept(a, ["seven"])).appended.length, 1);
      assert.equal((await texts(a)).length, before + 5);
    });

    void test("a refused one gives its author his verdict", async () => {
      const { a } = sample;
      const before = (await texts(a)).length;
      const done = await accept(a, ["too large"], { code: "content_invalid", notice: "it is too large" });
      assert.equal(done.appended[0]?.told, true);
      assert.equal((await texts(a)).length, before);
      assert.equal(await sample.count("notice where text = 'it is too large'"), 1);
      assert.equal(await sample.count(`link where binding = ${a.id} and state = 'refused'`), 1);
    });
  });
}
