/** Versions of messages, reactions, and what a room calls them, in both directions. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NativeId, Seq } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import {
  callsUnderWay,
  knownMessages,
  messageInRoom,
  reactionOf,
  reactionsTo,
} from "../../../../core/store/units/relations.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { done, eventId, intent, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const edit = (text: string, root: EventId): NewEvent => ({
  ...message(text),
  effect: { kind: "version", root },
});
const react = (emoji: string, target: EventId, sender?: NewEvent["sender"]): NewEvent => ({
  ...message(`${emoji} ${eventId()}`),
  ...(sender && { sender }),
  effect: { kind: "reaction", target, emoji },
});
const unreact = (reaction: EventId): NewEvent => ({
  ...message(`no ${reaction}`),
  effect: { kind: "unreaction", reaction },
});

for (const kind of storeKinds()) {
  void describe(`relations on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    const place = () => ({ binding: sample.a.id, group: sample.a.group });

    /** Appends these events as said in room a; how many got into the log. */
    async function append(...events: readonly NewEvent[]): Promise<number> {
      const before = await sample.head();
      await sample.accept(
        sample.a.id,
        events.map(({ id }) => id),
      );
      const fence = await sample.claim(inLane(sample.a.id));
      const rows = (await sample.rows(sample.a.id)).map(({ n }, i) => sample.row(n, events.slice(i, i + 1)));
      await sample.append(fence, sample.a, rows);
      await sample.store.write("releaseLane", fence);
      return (await sample.head()) - before;
    }

    void test("a message is found by either of its names and by those of its edits, with its latest version", async () => {
      const first = message("said first");
      const second = edit("said second", first.id);
      await append(first, second);
      const byNative = await sample.store.read(
        knownMessages({ ...place(), name: "native said second", by: "native" }),
      );
      assert.deepEqual(
        byNative.map(({ root, version, authorNative }) => [root, version, authorNative]),
        [[first.id, second.id, "anna"]],
      );
      const byAux = await sample.store.read(knownMessages({ ...place(), name: "aux said first", by: "aux" }));
      assert.deepEqual(
        byAux.map(({ root, version }) => [root, version]),
        [[first.id, second.id]],
      );
      const elsewhere = { binding: sample.b.id, group: sample.b.group };
      const nothing = knownMessages({ ...elsewhere, name: "native said first", by: "native" });
      assert.deepEqual(await sample.store.read(nothing), [], "another room calls it otherwise");
    });

    void test("of one aux name that several messages bear the newest comes first", async () => {
      const [older, newer] = [message("of one name"), message("of the same name")];
      await append({ ...older, aux: "same" });
      await sample.sql(`update link set at = at - 1 where native = 'native of one name'`);
      await append({ ...newer, aux: "same" });
      const found = await sample.store.read(knownMessages({ ...place(), name: "same", by: "aux" }));
      assert.deepEqual(
        found.map(({ root }) => root),
        [newer.id, older.id],
      );
    });

    void test("reactions are state: what stands is not added again, what is gone is not taken away again", async () => {
      const root = message("liked");
      const version = edit("liked more", root.id);
      await append(root, version);
      const first = react("👍", version.id);
      assert.equal(await append(first), 1);
      assert.equal(
        await append(react("👍", root.id)),
        0,
        "it stands already, by whichever version it was named",
      );
      assert.equal(await append(react("❤️", root.id)), 1);
      assert.equal(await append(unreact(first.id)), 1);
      assert.equal(await append(unreact(first.id)), 0, "it is gone already");
      assert.equal(await append(react("👍", root.id)), 1, "it may come back");
      const rows = await sample.store.read(reactionsTo({ group: sample.a.group, target: root.id }));
      assert.deepEqual(
        rows.map(({ emoji, goneSeq }) => [emoji, goneSeq !== null]),
        [
          ["👍", true],
          ["❤️", false],
          ["👍", false],
        ],
      );
      const named = await sample.store.read(reactionOf({ group: sample.a.group, id: first.id }));
      assert.deepEqual({ ...named }, { target: root.id, emoji: "👍" });
    });

    void test("nobody takes another's reaction away", async () => {
      const root = message("liked by one");
      await append(root);
      const theirs = react("🎉", root.id);
      await append(theirs);
      const ben = { uri: theirs.sender?.uri.replace("anna", "ben") as never, native: "ben", name: "Ben" };
      const before = await sample.count("reaction where gone_seq is null");
      await append({ ...unreact(theirs.id), sender: ben });
      assert.equal(await sample.count("reaction where gone_seq is null"), before);
    });

    void test("a message in a room it was delivered to: its parts in order, its edits, and who said it", async () => {
      const root = message("in parts");
      const version = edit("in parts, corrected", root.id);
      await append(root, version);
      const { b, store } = sample;
      const fence = await sample.claim(outLane(b.id));
      const head = (await sample.head()) as Seq;
      const steps = [
        { seq: head - 1, step: 0, part: 0, id: root.id, native: "b 1" },
        { seq: head - 1, step: 1, part: 1, id: root.id, native: "b 2" },
        { seq: head, step: 0, part: null, id: version.id, native: "b 3" },
      ];
      assert.equal(await store.read(callsUnderWay(b.id)), false);
      const intents = steps.map(({ seq, step }) => intent(seq, step));
      await store.write("progress", sample.progress(fence, b.id, { intents, intendedSeq: head }));
      assert.equal(await store.read(callsUnderWay(b.id)), true);
      const settled = steps.map((made) => ({
        ...done,
        ...made,
        native: made.native as NativeId,
        aux: `key of ${made.native}`,
      }));
      await store.write("progress", sample.progress(fence, b.id, { settled }));
      await store.write("releaseLane", fence);
      const there = await store.read(messageInRoom({ binding: b.id, group: b.group, id: version.id }));
      assert.deepEqual(
        there?.parts.map((part) => ({ ...part })),
        [
          { event: root.id, native: "b 1", aux: "key of b 1", part: 0 },
          { event: root.id, native: "b 2", aux: "key of b 2", part: 1 },
          { event: version.id, native: "b 3", aux: "key of b 3", part: -1 },
        ],
      );
      assert.equal(there?.root.authorName, "Anna");
      assert.equal(there?.root.originBinding, sample.a.id);
      assert.equal(await store.read(messageInRoom({ binding: b.id, group: b.group, id: eventId() })), null);
    });
  });
}
