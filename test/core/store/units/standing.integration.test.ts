/** What stands in a room as the log has it, and where its threads began. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import type { BindingRow } from "../../../../core/store/units/bindings.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { reactionsTo } from "../../../../core/store/units/relations.ts";
import { isLinked, standingIn } from "../../../../core/store/units/standing.ts";
import { threadsOf } from "../../../../core/store/units/threads.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { plainAct } from "../../../../mappings/message-act.ts";
import type { NativeId } from "../../../../core/ids.ts";
import { eventId, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const at = (ts: string): NewEvent => ({ ...message(`said at ${ts}`), native: ts as NativeId });
const react = (emoji: string, target: EventId): NewEvent => ({
  ...message(`${emoji} ${eventId()}`),
  native: `react:${eventId()}` as NativeId,
  effect: { kind: "reaction", target, emoji },
});
const unreact = (reaction: EventId): NewEvent => ({
  ...message(`no ${reaction}`),
  effect: { kind: "unreaction", reaction },
});
const edit = (root: EventId): NewEvent => ({
  ...message(`edit ${eventId()}`),
  native: null,
  effect: { kind: "version", root },
});
const deletion = (root: EventId): NewEvent => ({
  ...edit(root),
  act: { ...plainAct, act: "delete", target: root },
});
const below = (ts: string, root: EventId): NewEvent => ({
  ...at(ts),
  act: { ...plainAct, topic: { begun: root } },
});

for (const kind of storeKinds()) {
  void describe(`what stands on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    /** Appends these events as said in a room. */
    async function append(room: BindingRow, ...events: readonly NewEvent[]): Promise<void> {
      await sample.accept(
        room.id,
        events.map(({ id }) => id),
      );
      const fence = await sample.claim(inLane(room.id));
      const rows = (await sample.rows(room.id)).map(({ n }, i) => sample.row(n, events.slice(i, i + 1)));
      await sample.append(fence, room, rows);
      await sample.store.write("releaseLane", fence);
    }
    const stands = (from: string, before: string, room = sample.a) =>
      sample.store.read(
        standingIn({ binding: room.id, group: room.group, provider: sample.account.provider, from, before }),
      );

    void test("are the messages of a stretch of names that nobody has deleted, edited or not", async () => {
      const [first, second, third, fourth] = ["1", "2", "3", "4"].map((digit) => at(`170${digit}.000000`));
      assert.ok(first && second && third && fourth);
      await append(sample.a, first, second, third, fourth, edit(second.id), deletion(third.id));
      const { messages } = await stands("1701.000000", "1704.000000");
      assert.deepEqual(
        messages.map(({ name, root, part, originBinding }) => [name, root, part, originBinding]),
        [
          ["1701.000000", first.id, 0, sample.a.id],
          ["1702.000000", second.id, 0, sample.a.id],
        ],
      );
      assert.deepEqual(await stands("1701.000000", "1704.000000", sample.b), { messages: [], reactions: [] });
    });

    void test("with the reactions that were given in the room and not taken back", async () => {
      const said = at("1801.000000");
      await append(sample.a, said);
      const [here, gone, there] = [react("👍", said.id), react("🎉", said.id), react("👀", said.id)];
      await append(sample.a, here, gone, unreact(gone.id));
      await append(sample.b, there);
      const { messages, reactions } = await stands("1801.000000", "1802.000000");
      assert.equal(messages.length, 1);
      assert.deepEqual(
        reactions.map(({ name, id, emoji, user }) => [name, id, emoji, user]),
        [["1801.000000", here.id, "👍", "anna"]],
      );
      const all = await sample.store.read(reactionsTo({ group: sample.a.group, target: said.id }));
      assert.deepEqual(
        all.map(({ id, originBinding }) => [id, originBinding]),
        [
          [here.id, sample.a.id],
          [gone.id, sample.a.id],
          [there.id, sample.b.id],
        ],
      );
    });

    void test("a name is known in its own room", async () => {
      await append(sample.a, at("1901.000000"));
      const knows = (room: BindingRow, native: string) =>
        sample.store.read(isLinked({ binding: room.id, native }));
      assert.equal(await knows(sample.a, "1901.000000"), true);
      assert.equal(await knows(sample.a, "1902.000000"), false);
      assert.equal(await knows(sample.b, "1901.000000"), false);
    });

    void test("what the group does not take is refused aloud once, however often the room says the same", async () => {
      const refused = { code: "content_invalid", notice: "too large" } as const;
      for (const key of [eventId(), eventId()]) {
        await sample.accept(sample.a.id, [key]);
        const fence = await sample.claim(inLane(sample.a.id));
        const rows = (await sample.rows(sample.a.id)).map(({ n }) => ({
          ...sample.row(n, [at("1951.000000")]),
          refused,
        }));
        await sample.append(fence, sample.a, rows);
        await sample.store.write("releaseLane", fence);
      }
      assert.equal(await sample.count("notice where text = 'too large'"), 1);
      assert.equal(
        await sample.count("link where native = '1951.000000' and state = 'refused'"),
        1,
        "and it is no message of the room",
      );
    });

    void test("threads are named after what they began with, as each room calls it", async () => {
      const [head, other] = [at("2001.000000"), at("2002.000000")];
      await append(sample.a, head, other);
      await append(sample.a, below("2003.000000", head.id));
      await append(sample.b, { ...below("x", other.id), native: null });
      const threads = (since: number, most = 10, room = sample.a) =>
        sample.store.read(threadsOf({ binding: room.id, group: room.group, since, most }));
      assert.deepEqual((await threads(0)).toSorted(), ["2001.000000", "2002.000000"]);
      assert.equal((await threads(0, 1)).length, 1);
      assert.deepEqual(await threads(Number.MAX_SAFE_INTEGER), []);
      assert.deepEqual(await threads(0, 10, sample.b), [], "the other room calls neither by a name");
    });
  });
}
