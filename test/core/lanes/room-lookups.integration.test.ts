/** What a room can be asked about things that are not in the log yet, since that is another gateway's. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { EventWriter } from "../../../core/groups/event-writer.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import type { InboxNumber, NativeId, NativeKey } from "../../../core/ids.ts";
import { RoomLookups } from "../../../core/lanes/room-lookups.ts";
import { inboxBinding } from "../../../core/store/units/inbox.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { type Message, message, textMessage } from "../../../mappings/message.ts";
import { FollowerStage } from "../store/follower-stage.ts";
import { SampleStore } from "../store/sample.ts";
import { storeKinds } from "../store/stores.ts";

const WHO = { native: "anna", name: "Anna" };
const text = (words: string): Message => textMessage(plainFlat(words));
const reaction = (replyTo: EventId, emoji = "🎉"): Message => ({
  ...message({ kind: "reaction", reaction: { kind: "unicode", emoji } }),
  replyTo,
});
/** Names have an order, as those of Slack do. */
const nameOf = (number: number): string => `said ${String(number).padStart(4, "0")}`;
const unreaction = (replaces: EventId): Message => ({ ...message({ kind: "unreaction" }), replaces });

for (const kind of storeKinds()) {
  void describe(`look-ups in a room of another gateway's group, on ${kind.name}`, () => {
    const writer = new EventWriter(new Uint8Array(32), new MessageMemo());
    let sample: SampleStore;
    let at: FollowerStage;
    let lookups: RoomLookups;
    let said = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
      at = await FollowerStage.make(sample, "owner.test");
      lookups = new RoomLookups(sample.store, writer, await room(), { age: 0, n: null }, { bots: null });
    });
    after(() => sample.store.close());

    async function room() {
      const found = await sample.store.read(inboxBinding(at.room.id));
      assert.ok(found);
      return found;
    }

    /** Says it in the room; it waits for the owner. */
    async function say(what: Message): Promise<NewEvent> {
      const key = nameOf(++said);
      const place = { n: said as InboxNumber, nativeKey: key as NativeKey, raw: "" };
      const translated = {
        kind: "message",
        sender: WHO,
        native: key as NativeId,
        aux: null,
        message: what,
      } as const;
      const { events } = writer.translation(await room(), place, [translated], { eventBytes: 10_000 });
      const [event] = events;
      assert.ok(event);
      await at.say(event);
      return event;
    }
    const standing = async (target: EventId) => {
      const found = await lookups.reactions(target, WHO.native);
      return found.map(({ id, emoji }) => `${emoji} ${id}`);
    };

    void test("what is not known is waited for while copies are looked for behind a backup, and not for ever", async () => {
      const { store, a, b } = sample;
      const bound = await store.read(inboxBinding(a.id));
      assert.ok(bound);
      const ask = (age: number) =>
        new RoomLookups(store, writer, bound, { age, n: null }, { bots: null }).messages([
          { by: "native", name: "a copy" },
        ]);
      assert.deepEqual(await ask(60_000), []);
      await store.write("markRestored", { at: 1_800_000_000_000, shared: false });
      await assert.rejects(ask(60_000), { code: "target_under_way" });
      assert.deepEqual(await ask(600_000), []);
      await store.write("noteRoomRead", { binding: b.id });
      assert.deepEqual(await ask(60_000), []);
    });

    void test("a reaction stands until it is taken back, also while the owner has neither", async () => {
      const { id: target } = await say(text("hello"));
      const given = await say(reaction(target));
      const other = await say(reaction(target, "👍"));
      assert.deepEqual(await standing(target), [`🎉 ${given.id}`, `👍 ${other.id}`]);
      assert.deepEqual(await lookups.reactions(target, "somebody else"), []);
      assert.deepEqual(await standing(given.id), [], "what was not reacted to");
      await say(unreaction(given.id));
      assert.deepEqual(await standing(target), [`👍 ${other.id}`]);
    });

    void test("one that the owner has and one that he has not yet, by whichever version, stand once each", async () => {
      const first = await say(text("helo"));
      const early = await say(reaction(first.id));
      const edit = await say({ ...text("hello"), replaces: first.id });
      const late = await say(reaction(edit.id, "👍"));
      const both = [`🎉 ${early.id}`, `👍 ${late.id}`];
      assert.deepEqual(await standing(first.id), both);
      await at.apply([at.back(1, first), at.back(2, early)]);
      assert.deepEqual(await standing(first.id), both);
      await say(unreaction(early.id));
      assert.deepEqual(await standing(first.id), both.slice(1), "it is in the log, and its end is not");
    });

    void test("what stands in the room has what the owner has not yet, less what goes under way to him", async () => {
      const before = nameOf(said + 1);
      const kept = await say(text("kept"));
      const gone = await say(text("gone"));
      const given = await say(reaction(kept.id));
      const taken = await say(reaction(kept.id, "👍"));
      await at.apply([at.back(3, gone), at.back(4, taken)]);
      const stands = async () =>
        (await lookups.standing(before, "said ~")).map(({ name, root, part, saidHere, reactions }) => [
          name,
          root,
          part,
          saidHere,
          reactions.map(({ id, emoji, user }) => [id, emoji, user]),
        ]);
      const first = [kept.native, kept.id, 0, true];
      const both = [
        [given.id, "🎉", "anna"],
        [taken.id, "👍", "anna"],
      ];
      const found = await stands();
      assert.deepEqual(found[0], [gone.native, gone.id, 0, true, []]);
      assert.deepEqual(found[1]?.slice(0, 4), first);
      assert.deepEqual(new Set(found[1]?.[4] as never), new Set(both));
      await say({ ...message({ kind: "deletion", by: null }), replaces: gone.id });
      await say(unreaction(taken.id));
      assert.deepEqual(await stands(), [[...first, both.slice(0, 1)]]);
    });
  });
}
