/** A room that its platform calls otherwise. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NativeKey, NativeRoom } from "../../../../core/ids.ts";
import { findBinding } from "../../../../core/store/units/bindings.ts";
import { roomOfGroup } from "../../../../core/store/units/linked-rooms.ts";
import type { GroupUri } from "../../../../mappings/ids.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const A = "a" as NativeRoom;
const NEW = "anew" as NativeRoom;

for (const kind of storeKinds()) {
  void describe(`a room that moves on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    const accept = (binding: number, ...keys: readonly string[]) =>
      sample.store.write("accept", {
        fence: null,
        account: sample.account.id,
        at: 2_000,
        batches: [
          {
            binding: binding as never,
            mark: null,
            raws: keys.map((nativeKey) => ({ nativeKey: nativeKey as NativeKey, at: 1, raw: nativeKey })),
          },
        ],
      });
    const move = (from: NativeRoom, to: NativeRoom) =>
      sample.store.write("moveRoom", { fence: null, account: sample.account.id, from, to, at: 9_000 });
    const keys = async (table: "origin" | "inbox") =>
      (await sample.sql(`select native_key as k from ${table} order by native_key`)).map(({ k }) => k);

    void test("what was taken under its old name is known under the new one", async () => {
      await accept(sample.a.id, "a:1", "a:2", "a:x:3", "ab:1", "other");
      await accept(sample.b.id, "a:1:b");
      assert.equal(await move(A, NEW), true);
      assert.deepEqual(await keys("origin"), ["a:1:b", "ab:1", "anew:1", "anew:2", "anew:x:3", "other"]);
      assert.deepEqual(await keys("inbox"), ["a:1:b", "ab:1", "anew:1", "anew:2", "anew:x:3", "other"]);
      const found = await sample.store.read(findBinding({ account: sample.account.id, native: NEW }));
      assert.equal(found?.id, sample.a.id);
      assert.deepEqual((await accept(sample.a.id, "anew:2")).behind, [], "it came again");
      assert.equal(await sample.count("audit where act = 'move' and subject = 'a' and detail = 'anew'"), 1);
    });

    void test("what came under both names is known once", async () => {
      await accept(sample.a.id, "anew:7", "back:7");
      assert.equal(await move(NEW, "back" as NativeRoom), true);
      assert.equal(await sample.count("origin where native_key = 'back:7'"), 1);
      assert.equal(await move("back" as NativeRoom, A), true);
    });

    void test("links to its group lead to where it is now", async () => {
      const { account, a } = sample;
      const room = () => sample.store.read(roomOfGroup({ account: account.id, uri: a.groupUri }));
      await move(A, NEW);
      assert.equal(await room(), NEW);
      await move(NEW, A);
      assert.equal(await room(), A);
      const elsewhere = { account: account.id, uri: `${a.groupUri}x` as GroupUri };
      assert.equal(await sample.store.read(roomOfGroup(elsewhere)), null);
    });

    void test("a room that is not linked does not move, nor does one onto another", async () => {
      assert.equal(await move("nowhere" as NativeRoom, NEW), false);
      await assert.rejects(move(A, "b" as NativeRoom), { code: "room_linked" });
    });
  });
}
