/** Which lanes of peers are run by the sweep. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ConnectionId } from "../../../../core/ids.ts";
import { peerOfProvider } from "../../../../core/store/units/peers.ts";
import { syncLanesFree } from "../../../../core/store/units/sync-lanes.ts";
import { addPeer, domain, facts } from "../federation-sample.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const by = { at: 5_000, actor: "test" } as const;

for (const kind of storeKinds()) {
  void describe(`lanes of peers on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("a lane is free where a connection or the configuration lets a peer invite, if that has to be asked for", async () => {
      const { store } = sample;
      const { id: peer, host } = await addPeer(sample, "eight.test");
      const provider = (await store.read(peerOfProvider(host)))?.provider;
      assert.ok(provider);
      const fixed = { base: domain("nine.test"), static: true, facts: facts("nine.test"), ...by };
      const { id: configured } = await store.write("addPeer", fixed);
      const found = async (hears: boolean, now: number) =>
        (await store.read(syncLanesFree({ hears, now })))
          .map((lane) => lane.peer)
          .filter((one) => one === peer || one === configured);
      assert.deepEqual(await found(true, 1_000), [configured]);
      const made = { peer, provider, group: null, role: "2", expires: 9_000, waiting: true, ...by };
      const id = "EightConnection0" as ConnectionId;
      await store.write("addConnection", { ...made, id });
      assert.deepEqual(await found(true, 1_000), [configured], "somebody has to confirm it first");
      await store.write("addConnection", { ...made, id, waiting: false });
      assert.deepEqual(await found(true, 1_000), [peer, configured]);
      assert.deepEqual(await found(false, 1_000), [], "whoever can be reached is told");
      assert.deepEqual(await found(true, 9_000), [configured], "it is over");
      await store.write("blockPeer", { base: fixed.base, blocked: true, ...by });
      assert.deepEqual(await found(true, 9_000), []);
    });
  });
}
