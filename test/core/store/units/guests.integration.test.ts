/** What peers see of groups of ours. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { GroupId } from "../../../../core/ids.ts";
import { guestsOf, headFor, headsFor } from "../../../../core/store/units/guests.ts";
import { groupUri } from "../../../../mappings/ids.ts";
import { domain } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`guests on ${kind.name}`, () => {
    let sample: SampleStore;
    let at: OwnerStage;
    let turn = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(async () => {
      turn += 1;
      at = await OwnerStage.make(sample, `guest${turn}.test`);
    });

    const headOf = async () =>
      Number((await sample.sql(`select head from grp where id = ${at.room.group}`))[0]?.["head"]);

    void test("a guest sees what the history policy gives, and nothing older", async () => {
      await sample.say(at.room, `old ${turn}`);
      const old = (await headOf()) + 1;
      assert.deepEqual(await at.admit({ kind: "none" }), { visibleFrom: old, head: old - 1, rev: 1 });
      await sample.say(at.room, `new ${turn}`);
      const { events, more, gone } = await at.seen();
      assert.deepEqual([events.map(({ seq }) => seq), more, gone], [[old], false, false]);
      const [event] = events;
      assert.equal(Buffer.from(event?.content ?? []).toString(), `new ${turn}`);
      assert.deepEqual(
        [event?.kind, event?.originAt, event?.acceptedAt, event?.via],
        ["message", 1_000, 3_000, []],
      );
      assert.match(event?.sender ?? "", /\/u\/anna$/);
      await at.remove();
      assert.equal((await at.admit({ kind: "all" })).visibleFrom, 1);
      assert.equal((await at.seen()).events.length, old);
    });

    void test("by days the first event that is young enough is the first that is seen", async () => {
      await sample.say(at.room, `day 1 ${turn}`, `day 2 ${turn}`);
      await sample.sql(`update event set accepted_at = 90000000 where grp = ${at.room.group} and seq = 3`);
      assert.equal((await at.admit({ kind: "days", days: 1 }, 100_000_000)).visibleFrom, 3);
      await at.remove();
      const none = await at.admit({ kind: "days", days: 1 }, 900_000_000);
      assert.equal(none.visibleFrom, 4, "nothing is that young");
    });

    void test("a guest that is in the group keeps what it sees; one that has left sees no further", async () => {
      await at.admit({ kind: "none" });
      await sample.say(at.room, `a ${turn}`);
      assert.equal((await at.admit({ kind: "none" })).visibleFrom, 1);
      assert.equal(await at.remove(), true);
      assert.equal(await at.remove(), false);
      await sample.say(at.room, `b ${turn}`);
      const left = await at.head();
      assert.deepEqual([left.head, left.left], [2, true]);
      assert.equal((await at.seen()).events.length, 2);
      assert.deepEqual(
        (await sample.store.read(guestsOf(at.room.group))).map((row) => [
          row.base,
          row.visibleFrom,
          row.left,
        ]),
        [[`guest${turn}.test`, 1, 2]],
      );
    });

    void test("a page ends at its count and at its octets, and says that there is more", async () => {
      await at.admit({ kind: "all" });
      await sample.say(at.room, ...["one", "two", "three"].map((text) => `${text} ${turn}`));
      const short = await at.seen({ limit: 2 });
      assert.deepEqual([short.events.map(({ seq }) => seq), short.more], [[1, 2], true]);
      const tight = await at.seen({ after: 1, bytes: 8 });
      assert.deepEqual([tight.events.map(({ seq }) => seq), tight.more], [[2], true]);
      const least = await at.seen({ after: 1, bytes: 1 });
      assert.deepEqual(
        least.events.map(({ seq }) => seq),
        [2],
        "one is always given",
      );
      const last = await at.seen({ after: 3 });
      assert.deepEqual([last.events.map(({ seq }) => seq), last.more], [[4], false]);
      assert.deepEqual(await at.seen({ after: 4 }), { events: [], more: false, gone: false });
    });

    void test("what is not kept any more is said to be gone", async () => {
      await at.admit({ kind: "all" });
      await sample.say(at.room, `x ${turn}`, `y ${turn}`);
      await sample.sql(`delete from event where grp = ${at.room.group} and seq = 1`);
      assert.equal((await at.seen()).gone, true);
      assert.equal((await at.seen({ after: 1 })).gone, false);
      await sample.sql(`delete from event where grp = ${at.room.group}`);
      assert.equal((await at.seen({ after: 1 })).gone, true);
    });

    void test("of a group that it is not in a peer learns as little as of one that there is not", async () => {
      const { store } = sample;
      assert.equal(await store.read(headFor({ uri: at.room.groupUri, peer: at.peer })), undefined);
      const nowhere = groupUri(domain("fake.mimi.test"), "nowhere");
      assert.equal(await store.read(headFor({ uri: nowhere, peer: at.peer })), undefined);
      assert.deepEqual(await store.read(headsFor(at.peer)), []);
      await assert.rejects(at.submit([]), { code: "group_unknown" });
      await assert.rejects(at.submit([], { group: 999 as GroupId }), { code: "group_unknown" });
      const foreign = {
        group: 999 as GroupId,
        peer: at.peer,
        history: { kind: "all" },
        connection: null,
        now: 1,
      } as const;
      await assert.rejects(store.write("addGuest", foreign), { code: "group_unknown" });
    });
  });
}
