import assert from "node:assert/strict";
import { sign, verify } from "node:crypto";
import { describe, it } from "node:test";
import { SigningKeys } from "../../../../core/federation/peers/signing-keys.ts";
import { storeKinds } from "../../store/stores.ts";

const HOUR = 3_600_000;
const rotation = { leadMs: HOUR, overlapMs: 24 * HOUR };

for (const kind of storeKinds()) {
  void describe(`the keys that a gateway signs with, on ${kind.name}`, () => {
    void it("are made once and stay the same", async () => {
      const place = await kind.place();
      const store = await kind.open(place);
      const first = await SigningKeys.open(store, () => 1_000);
      const [key] = first.published();
      assert.deepEqual([first.published().length, key?.notBefore, key?.expires], [1, 1_000, null]);
      const { kid, key: privateKey } = first.signer();
      assert.equal(kid, key?.kid);
      const data = Buffer.from("data");
      assert.ok(key && verify(null, data, key.key, sign(null, data, privateKey)));
      assert.equal((await SigningKeys.open(store, () => 2_000)).signer().kid, kid);
      await store.close();
      const again = await kind.open(place);
      assert.equal((await SigningKeys.open(again, () => 3_000)).signer().kid, kid);
      await again.close();
    });

    void it("are published before they sign, and good for a while after", async () => {
      const store = await kind.open(await kind.place());
      let now = 0;
      const keys = await SigningKeys.open(store, () => now);
      const other = await SigningKeys.open(store, () => now);
      const old = keys.signer().kid;
      const young = await keys.rotate(rotation);
      assert.notEqual(young, old);
      const published = () =>
        keys.published().map(({ kid, notBefore, expires }) => [kid, notBefore, expires]);
      const both = [
        [old, 0, 25 * HOUR],
        [young, HOUR, null],
      ];
      assert.deepEqual(published(), both);
      assert.equal(keys.signer().kid, old, "not yet");
      await other.refresh();
      assert.deepEqual(
        other.published().map(({ kid }) => kid),
        [old, young],
        "another process sees it in time",
      );
      now = HOUR;
      for (const { signer } of [{ signer: keys.signer() }, { signer: other.signer() }])
        assert.equal(signer.kid, young);
      assert.deepEqual(published(), both);
      now = 25 * HOUR;
      assert.deepEqual(published(), [[young, HOUR, null]]);
      await keys.rotate(rotation);
      assert.equal(keys.published().length, 2, "what has expired is forgotten");
      await store.close();
    });

    void it("end at once when they were stolen", async () => {
      const store = await kind.open(await kind.place());
      const keys = await SigningKeys.open(store, () => 1_000);
      await keys.rotate(rotation);
      const safe = await keys.rotate({ leadMs: 0, overlapMs: 0 });
      assert.deepEqual(
        keys.published().map(({ kid }) => kid),
        [safe],
      );
      assert.equal(keys.signer().kid, safe);
      await store.close();
    });

    void it("are all kept where two processes change them at a time", async () => {
      const store = await kind.open(await kind.place());
      const some = await Promise.all([1, 2, 3].map(() => SigningKeys.open(store, () => 0)));
      const made = await Promise.all(some.map((keys) => keys.rotate(rotation)));
      const [keys] = some;
      await keys?.refresh();
      const kids = keys?.published().map(({ kid }) => kid) ?? [];
      assert.equal(kids.length, 4);
      for (const kid of made) assert.ok(kids.includes(kid));
      await store.close();
    });

    void it("sign also where the clock was set back", async () => {
      const store = await kind.open(await kind.place());
      const { kid } = (await SigningKeys.open(store, () => 10 * HOUR)).signer();
      assert.equal((await SigningKeys.open(store, () => HOUR)).signer().kid, kid);
      await store.close();
    });
  });
}
