/** Pins as state of a room: what is a change, and what an echo. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Milliseconds } from "../../../../core/time.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { pinsSeen, propertyNow } from "../../../../core/store/units/properties.ts";
import { encodeProperty } from "../../../../mappings/event-content.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { done, eventId, intent, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

function pin(item: EventId, value: "true" | ""): NewEvent {
  const change = { name: "pins", item, value } as const;
  return { ...property("topic", ""), content: encodeProperty(change, randomBytes(16)), property: change };
}
const pinned = (): EventId => `01${eventId().slice(2)}` as EventId;

for (const kind of storeKinds()) {
  void describe(`pins on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    /** Room a says this at a time; whether it got into the log. */
    async function say(at: Milliseconds, event: NewEvent): Promise<boolean> {
      const head = await sample.head();
      const raws = [{ nativeKey: null, at, raw: event.id }];
      const batches = [{ binding: sample.a.id, mark: null, raws }];
      await sample.store.write("accept", { fence: null, account: sample.account.id, at: 2_000, batches });
      const fence = await sample.claim(inLane(sample.a.id));
      const rows = (await sample.rows(sample.a.id)).map(({ n }) => sample.row(n, [event]));
      await sample.append(fence, sample.a, rows);
      await sample.store.write("releaseLane", fence);
      return (await sample.head()) > head;
    }
    /** The gateway has pinned it in room a, or not any more. */
    async function set(at: Milliseconds, item: EventId, value: "true" | ""): Promise<void> {
      const fence = await sample.claim(outLane(sample.a.id));
      const change = { name: "pins", item, value } as const;
      await sample.store.write("progress", sample.progress(fence, sample.a.id, { intents: [intent(1)] }));
      const settled = [{ ...done, seq: 1, at, property: change }];
      await sample.store.write("progress", sample.progress(fence, sample.a.id, { settled }));
      await sample.store.write("releaseLane", fence);
    }
    const held = async (item: EventId) =>
      (await sample.store.read(propertyNow(sample.a.group, { name: "pins", item }))).value;
    const seen = () => sample.store.read(pinsSeen(sample.a.id));

    void test("each message is pinned and taken down by itself, and said twice it is nothing", async () => {
      const [one, two] = [pinned(), pinned()];
      assert.equal(await say(10, pin(one, "true")), true, "the first word on it is news, too");
      assert.equal(await say(20, pin(one, "true")), false);
      assert.equal(await say(30, pin(two, "true")), true);
      assert.deepEqual((await seen()).toSorted(), [one, two].toSorted());
      assert.equal(await say(40, pin(one, "")), true);
      assert.deepEqual([await held(one), await held(two)], ["", "true"]);
      assert.deepEqual(await seen(), [two]);
      assert.equal(await say(50, pin(pinned(), "")), false, "what was never pinned can't be taken down");
    });

    void test("what the gateway has pinned comes back as nothing new, and may be taken down", async () => {
      const one = pinned();
      await set(100, one, "true");
      assert.equal(await say(110, pin(one, "true")), false);
      assert.ok((await seen()).includes(one));
      assert.equal(await say(120, pin(one, "")), false, "the group never held it: it is noted only");
      assert.equal((await seen()).includes(one), false);
    });

    void test("what is taken down at once is down, even where the gateway's own pin is noted later", async () => {
      const one = pinned();
      const head = await sample.head();
      // Another room has pinned it, and the gateway does the same here.
      const fence = await sample.claim(inLane(sample.b.id));
      const raws = [{ nativeKey: null, at: 10, raw: one }];
      const batches = [{ binding: sample.b.id, mark: null, raws }];
      await sample.store.write("accept", { fence: null, account: sample.account.id, at: 2_000, batches });
      const rows = (await sample.rows(sample.b.id)).map(({ n }) => sample.row(n, [pin(one, "true")]));
      await sample.append(fence, sample.b, rows);
      await sample.store.write("releaseLane", fence);
      assert.equal(await say(30, pin(one, "")), true);
      await set(20, one, "true");
      assert.deepEqual([await sample.head(), await held(one)], [head + 2, ""]);
      assert.equal((await seen()).includes(one), false);
    });

    void test("what is older than what is known says nothing", async () => {
      const one = pinned();
      await say(10, pin(one, "true"));
      await say(30, pin(one, ""));
      assert.equal(await say(20, pin(one, "true")), false, "the events came in disorder");
      assert.equal(await held(one), "");
      await set(200, one, "true");
      assert.equal(await say(150, pin(one, "")), false, "it was looked at before the gateway pinned it");
      assert.ok((await seen()).includes(one));
    });
  });
}
