/** Work that one process does at a time, on SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { alone } from "../../../core/accounts/alone.ts";
import type { LaneKey } from "../../../core/lanes/lane-key.ts";
import type { Store } from "../../../core/store/store.ts";
import { parseProviderDomain } from "../../../mappings/ids.ts";
import { storeKinds } from "../store/stores.ts";

for (const kind of storeKinds()) {
  void describe(`work that is done alone on ${kind.name}`, () => {
    let store: Store;
    let lane: LaneKey;
    before(async () => {
      store = await kind.open(await kind.place());
      const domain = parseProviderDomain("one.mimi.test");
      assert.ok(domain);
      ({ lane } = await store.write("registerAccount", { bridge: "fake", name: "one", domain }));
    });
    after(() => store.close());
    const place = () => ({ store, lane, leaseMs: 30_000 });

    void test("is done by the first who comes, and by the next when that one is done, also after a failure", async () => {
      const gate = Promise.withResolvers<string>();
      const begun = Promise.withResolvers<void>();
      const first = alone(place(), () => {
        begun.resolve();
        return gate.promise;
      });
      await begun.promise;
      let called = 0;
      const second = () => alone(place(), () => Promise.resolve((called += 1)));
      assert.equal(await second(), null);
      assert.equal(called, 0);
      gate.resolve("done");
      assert.equal(await first, "done");
      await assert.rejects(
        alone(place(), () => Promise.reject(new Error("it failed"))),
        /it failed/,
      );
      assert.equal(await second(), 1);
    });
  });
}
