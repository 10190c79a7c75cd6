/** What tells a process that nobody tells of a group that something in it has changed. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { headsOf } from "../../../../core/store/units/heads.ts";
import { person, submitted } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`heads on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("a group's head changes with its log, with a profile and with a marker, and with nothing else", async () => {
      const { store } = sample;
      const at = await OwnerStage.make(sample, "heads.test");
      const { group } = at.room;
      const head = async () => (await store.read(headsOf([group]))).get(group);
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const bare = await head();
      const said = submitted(mia);
      assert.deepEqual(await at.codes([said]), [null]);
      const spoken = await head();
      assert.notEqual(spoken, bare);
      const take = (change: { readonly rev?: number; readonly at?: number }) => {
        const { rev, at: time } = change;
        return store.write("takeValues", {
          group,
          peer: at.peer,
          profiles: rev === undefined ? [] : [{ user: mia, name: "Mia", avatar: null, rev }],
          markers: time === undefined ? [] : [{ user: mia, kind: "read" as const, id: said.id, at: time }],
        });
      };
      await take({ rev: 1 });
      const named = await head();
      assert.notEqual(named, spoken);
      await take({ at: 21_000 });
      const read = await head();
      assert.notEqual(read, named);
      await take({ rev: 1, at: 21_000 });
      assert.equal(await head(), read, "nothing of that is new");
    });
  });
}
