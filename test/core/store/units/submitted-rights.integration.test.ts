/** What guests' users may do in groups of ours, and what is forgotten there. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { noParticulars } from "../../../../mappings/events.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { plainAct } from "../../../../mappings/message-act.ts";
import { domain, memberSays, person, propertySays, submitted } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const edits = (root: EventId) =>
  ({ effect: { kind: "version", root }, act: { ...plainAct, act: "edit", target: root } }) as const;
const deletes = (root: EventId) =>
  ({ effect: { kind: "version", root }, act: { ...plainAct, act: "delete", target: root } }) as const;
const erases = (ids: readonly EventId[]) =>
  ({ kind: "erase", says: { kind: "erase", erasure: { of: "events", ids } } }) as const;
const blank = {
  name: "",
  description: "",
  min: 0,
  max: null,
  minActive: 0,
  maxActive: null,
  changes: [],
} as const;

for (const kind of storeKinds()) {
  void describe(`what guests may do on ${kind.name}`, () => {
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

    void test("roles set by the log decide from then on, who is muted is silent, who is banned stays out", async () => {
      await at.admit({ kind: "all" });
      const [mia, max] = [person(at.host, "mia"), person(at.host, "max")];
      await at.submit([submitted(mia), submitted(max)]);
      const own = {
        index: 4,
        ...blank,
        capabilities: [0x0503, 0xf000, 0xf004, 0x000a, 0x000b, 0x010b, 0x0100],
      };
      const plain = { index: 2, ...blank, capabilities: [0x0100] };
      const roles = submitted(mia, { kind: "role", says: { kind: "role", roles: [own, plain] } });
      assert.deepEqual(await at.codes([roles]), ["no_right"]);
      await sample.sql(`update member set role = 4 where grp = ${at.room.group} and user_id =
        (select id from "user" where uri = '${mia}')`);
      const [said, answered] = [submitted(max), submitted(max, { act: { ...plainAct, act: "answer" } })];
      assert.deepEqual(await at.codes([roles, said, answered]), [null, null, "no_right"]);
      const muted = submitted(mia, {
        kind: "moderate",
        says: { kind: "moderate", moderation: { ...noParticulars, user: max, act: "mute", until: 21_000 } },
      });
      assert.deepEqual(await at.codes([muted, submitted(max)]), [null, "moderated"]);
      assert.deepEqual(await at.codes([submitted(max)], { now: 21_000 }), [null]);
      const later = { now: 22_000 };
      const readOnly = submitted(mia, propertySays("isReadOnly", "true"));
      assert.deepEqual(await at.codes([readOnly, submitted(max), submitted(mia)]), [
        null,
        "read_only",
        "read_only",
      ]);
      assert.deepEqual(await at.codes([submitted(mia, propertySays("isReadOnly", ""))]), [null]);
      const wiped = submitted(mia, deletes(said.id));
      assert.deepEqual(await at.codes([submitted(max, edits(said.id)), wiped], later), ["no_right", null]);
      const banned = submitted(mia, memberSays(max, "ban"));
      assert.deepEqual(
        await at.codes([banned, submitted(max), submitted(max, memberSays(max, "join"))], later),
        [null, "not_member", "no_right"],
      );
      assert.deepEqual(await at.codes([submitted(mia, memberSays(max, "unban")), submitted(max)], later), [
        null,
        null,
      ]);
    });

    void test("what was deleted is not edited or deleted again, and what is forgotten is gone", async () => {
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const [first, second, third] = [submitted(mia), submitted(mia), submitted(mia)];
      await at.submit([first, second, third, submitted(mia, deletes(first.id))]);
      const { head } = await at.head();
      assert.deepEqual(await at.codes([submitted(mia, edits(first.id)), submitted(mia, deletes(first.id))]), [
        "target_deleted",
        null,
      ]);
      assert.equal((await at.head()).head, head);
      const max = person(at.host, "max");
      assert.deepEqual(await at.codes([submitted(max, erases([second.id]))]), ["no_right"]);
      assert.deepEqual(await at.codes([submitted(mia, erases([second.id]))]), [null]);
      const empty = `event where grp = ${at.room.group} and content is null and erased_at = 20000`;
      assert.equal(await sample.count(empty), 1);
      const { events } = await at.seen();
      assert.deepEqual(
        events.filter(({ content }) => content === null).map(({ id }) => id),
        [second.id],
      );
      const all = { kind: "erase", says: { kind: "erase", erasure: { of: "user", user: mia } } } as const;
      const base = domain(`guest${turn}.test`);
      const byGateway = submitted(null, { ...all, provider: base });
      assert.deepEqual(await at.codes([byGateway, submitted(null, { ...all, provider: domain("x.test") })]), [
        null,
        "sender_foreign",
      ]);
      assert.equal(await sample.count(`${empty} and sender is not null`), 5);
    });

    void test("a guest that says more than the group takes in a minute is told so", async () => {
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const said = (n: number) => Array.from({ length: n }, () => submitted(mia));
      const few = { perMinute: 4 };
      assert.deepEqual(await at.codes(said(3), few), [null, null, null]);
      assert.deepEqual(await at.codes(said(1), few), ["quota"]);
      assert.deepEqual(await at.codes(said(1), { ...few, now: 80_001 }), [null]);
    });
  });
}
