/** Providers under a peer's base domain that its well-known does not list (docs/mtp.md, M19). On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ConnectionId } from "../../../../core/ids.ts";
import { typistsOf } from "../../../../core/store/units/latest-values.ts";
import { hostOf } from "../../../../core/store/units/peer-of-host.ts";
import { peerOfProvider } from "../../../../core/store/units/peers.ts";
import { domain, memberSays, person, submitted } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`unlisted hosts on ${kind.name}`, () => {
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
      at = await OwnerStage.make(sample, `wide${turn}.test`);
    });
    const host = (under: string) => domain(`${under}.wide${turn}.test`);

    void test("its users may speak, those beside it or under a nearer peer may not, and leave no trace", async () => {
      await at.admit({ kind: "all" });
      const under = person(host("deep.unlisted"), "max");
      const beside = person(domain(`notwide${turn}.test`), "eve");
      await OwnerStage.make(sample, `near.wide${turn}.test`);
      const nearer = person(host("rooms.near"), "ida");
      const codes = await at.codes([under, beside, nearer].map((sender) => submitted(sender)));
      assert.deepEqual(codes, [null, "sender_foreign", "sender_foreign"]);
      assert.equal(await sample.count(`"user" where uri in ('${beside}', '${nearer}')`), 0);
      assert.equal(await sample.count(`provider where domain = '${domain(`notwide${turn}.test`)}'`), 0);
      const whose = await sample.store.read(hostOf(host("deep.unlisted")));
      assert.deepEqual([whose.peer, whose.ours, whose.id !== null], [at.peer, false, true]);
      const typing = { group: at.room.group, peer: at.peer, users: [under, nearer] };
      assert.deepEqual([...(await sample.store.read(typistsOf(typing))).names.keys()], [under]);
    });

    void test("its gateway answers for its users: takes them out, and erases what they said", async () => {
      await at.admit({ kind: "all" });
      const max = person(host("unlisted"), "max");
      const said = submitted(max);
      assert.deepEqual(await at.codes([said]), [null]);
      const base = domain(`wide${turn}.test`);
      const byGateway = { provider: base } as const;
      const erasure = { of: "events", ids: [said.id] } as const;
      const events = [
        submitted(null, {
          ...byGateway,
          kind: "erase",
          says: { kind: "erase", erasure },
        }),
        submitted(null, { ...byGateway, ...memberSays(max, "leave") }),
      ];
      assert.deepEqual(await at.codes(events), [null, null]);
      assert.equal(await sample.count(`event where id = '${said.id}' and content is not null`), 0);
    });

    void test("where the connection of their gateway ends they leave the group with it", async () => {
      const provider = (await sample.store.read(peerOfProvider(at.host)))?.provider;
      assert.ok(provider);
      const { group } = at.room;
      const id = `Unlisted${turn}` as ConnectionId;
      const by = { at: 5_000, actor: "test" } as const;
      const wide = { id, peer: at.peer, provider, group: null, role: "2", expires: null, waiting: false };
      await sample.store.write("addConnection", { ...wide, ...by });
      const guest = { group, peer: at.peer, history: { kind: "all" }, connection: id, now: 5_000 } as const;
      await sample.store.write("addGuest", guest);
      const max = person(host("unlisted"), "max");
      assert.deepEqual(await at.codes([submitted(max)]), [null]);
      await sample.store.write("endConnection", { id, peer: null, ...by });
      assert.equal((await at.head()).left, true);
      const standing = await sample.sql(`select state from member
        join "user" on "user".id = member.user_id where "user".uri = '${max}'`);
      assert.deepEqual(
        standing.map(({ state }) => state),
        ["left"],
      );
    });
  });
}
