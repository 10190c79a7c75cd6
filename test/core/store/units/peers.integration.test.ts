/** Other gateways, their keys and their providers; codes and connections. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { ConnectionId, PeerId } from "../../../../core/ids.ts";
import { syncLane } from "../../../../core/lanes/lane-key.ts";
import { listCodes } from "../../../../core/store/units/codes.ts";
import { connectionAllows, listConnections } from "../../../../core/store/units/connections.ts";
import { headFor } from "../../../../core/store/units/guests.ts";
import { keysOfPeer } from "../../../../core/store/units/peer-facts.ts";
import { findPeer, peerOfProvider, peersAll } from "../../../../core/store/units/peers.ts";
import { syncLanesFree } from "../../../../core/store/units/sync-lanes.ts";
import { addPeer, domain, facts, key } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const by = { at: 5_000, actor: "test" } as const;
const sha256 = (secret: string) => createHash("sha256").update(secret).digest("hex");

for (const kind of storeKinds()) {
  void describe(`peers on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("a peer is found by its base domain and by the providers that it speaks for", async () => {
      const { store } = sample;
      const base = domain("one.test");
      const said = facts("one.test", "a.one.test", "b.one.test");
      const added = await store.write("addPeer", { base, static: true, facts: said, ...by });
      assert.deepEqual(added.refused, []);
      const found = await store.read(findPeer(base));
      assert.deepEqual(found, {
        id: added.id,
        base,
        endpoint: "https://one.test",
        state: "known",
        features: ["submit.post"],
        static: true,
        trusted: false,
        createdAt: 5_000,
        readAt: 5_000,
      });
      assert.equal((await store.read(peerOfProvider(domain("b.one.test"))))?.id, added.id);
      assert.equal(await store.read(peerOfProvider(domain("c.one.test"))), undefined);
      await assert.rejects(store.write("addPeer", { base, static: false, facts: said, ...by }), {
        code: "peer_known",
      });
    });

    void test("what its well-known says later takes the place of keys, features and hosts together", async () => {
      const { store } = sample;
      const { id, host } = await addPeer(sample, "two.test");
      const peer = id;
      const said = { ...facts("two.test", "new.two.test"), keys: [key("k2"), key("k1")], features: [] };
      await store.write("updatePeer", { peer, facts: said, at: 6_000 });
      assert.deepEqual(
        (await store.read(keysOfPeer(peer))).map(({ kid, expires }) => [kid, expires]),
        [
          ["k1", null],
          ["k2", null],
        ],
      );
      assert.equal(await store.read(peerOfProvider(host)), undefined, "nobody speaks for it any more");
      assert.equal((await store.read(peerOfProvider(domain("new.two.test"))))?.readAt, 6_000);
      const listed = (await store.read(peersAll())).find((row) => row.id === peer);
      assert.deepEqual([listed?.features, listed?.hosts], [[], ["new.two.test"]]);
      await assert.rejects(store.write("updatePeer", { peer: 999 as PeerId, facts: said, at: 1 }), {
        code: "peer_unknown",
      });
    });

    void test("a provider of ours never becomes a peer's, and two peers can't have one", async () => {
      const { store } = sample;
      const { id: first, host } = await addPeer(sample, "three.test");
      const claims = facts("four.test", host, "fake.mimi.test", "own.four.test");
      const base = domain("four.test");
      const second = await store.write("addPeer", { base, static: false, facts: claims, ...by });
      assert.deepEqual(second.refused.toSorted(), [host, "fake.mimi.test"].toSorted());
      assert.equal((await store.read(peerOfProvider(host)))?.id, first);
      assert.equal(await store.read(peerOfProvider(domain("fake.mimi.test"))), undefined);
      const ours = { base: domain("fake.mimi.test"), static: false, facts: claims, ...by };
      await assert.rejects(store.write("addPeer", ours), { code: "domain_taken" });
      await store.write("updatePeer", { peer: first, facts: facts("three.test"), at: 7_000 });
      const again = await store.write("updatePeer", { peer: second.id, facts: claims, at: 7_000 });
      assert.deepEqual(again.refused, ["fake.mimi.test"], "what the first one gave up is free");
    });

    void test("a domain that becomes an account's is taken back from a peer", async () => {
      const { store } = sample;
      const { host } = await addPeer(sample, "five.test");
      await store.write("registerAccount", { bridge: "fake", name: "later", domain: host });
      assert.equal(await store.read(peerOfProvider(host)), undefined);
    });

    void test("a blocked peer's lane rests until the block ends", async () => {
      const { store } = sample;
      const { peer, fence } = await FollowerStage.make(sample, "six.test");
      const lanes = async () =>
        (await store.read(syncLanesFree({ hears: false, now: 1 }))).map((lane) => lane.key);
      assert.ok(!(await lanes()).includes(syncLane(peer)), "it is held");
      await store.write("releaseLane", fence);
      assert.ok((await lanes()).includes(syncLane(peer)));
      const base = domain("six.test");
      await store.write("blockPeer", { base, blocked: true, ...by });
      assert.equal((await store.read(findPeer(base)))?.state, "blocked");
      assert.ok(!(await lanes()).includes(syncLane(peer)));
      await store.write("blockPeer", { base, blocked: false, ...by });
      assert.ok((await lanes()).includes(syncLane(peer)));
      const nobody = { base: domain("nobody.test"), blocked: true, ...by };
      await assert.rejects(store.write("blockPeer", nobody), { code: "peer_unknown" });
      assert.equal(await sample.count("audit where act = 'peer block'"), 1);
    });

    void test("a lane of a peer with nothing to keep going is let go", async () => {
      const { store } = sample;
      const { id } = await addPeer(sample, "seven.test");
      const fence = await sample.claim(syncLane(id));
      assert.equal(await store.write("releaseIfCaughtUp", fence), true);
      assert.ok(!(await store.read(syncLanesFree({ hears: false, now: 1 }))).some(({ peer }) => peer === id));
    });

    async function code(change: { uses?: number; expires?: number; group?: boolean } = {}) {
      const hash = sha256(randomBytes(16).toString("hex"));
      const group = change.group ? sample.a.groupUri : null;
      const { uses = 1, expires = 9_000 } = change;
      const id = await sample.store.write("createCode", {
        hash,
        group,
        issuer: "anna",
        uses,
        confirm: false,
        expires,
        at: 5_000,
      });
      const take = (redeemer: string, now = 6_000) =>
        sample.store.write("takeCode", { hash, redeemer: domain(redeemer), now });
      return { id, take };
    }

    void test("a code opens as often as it says, and once more for nobody but who has used it", async () => {
      const { id, take } = await code({ uses: 2, group: true });
      const opened = { id, kind: "group", group: sample.a.group, issuer: "anna" };
      assert.deepEqual(await take("x.test"), opened);
      assert.deepEqual(await take("x.test"), opened, "the answer may have been lost");
      assert.deepEqual(await take("y.test"), opened);
      assert.equal(await take("z.test"), null);
      assert.deepEqual(await take("y.test"), opened);
      const listed = (await sample.store.read(listCodes())).find((row) => row.id === id);
      assert.deepEqual([listed?.usesLeft, listed?.group], [0, sample.a.groupUri]);
    });

    void test("of many that redeem the last use at once one gets it", async () => {
      const { take } = await code();
      const taken = await Promise.all(Array.from({ length: 8 }, (_, i) => take(`r${i}.test`)));
      assert.equal(taken.filter((one) => one !== null).length, 1);
    });

    void test("an expired, a revoked and an unknown code are the same nothing", async () => {
      const { store } = sample;
      const { take } = await code();
      assert.equal(await take("x.test", 9_000), null);
      const revoked = await code();
      assert.notEqual(await revoked.take("x.test"), null);
      await store.write("revokeCode", { code: revoked.id, ...by });
      assert.equal(await revoked.take("x.test"), null, "not for who has used it either");
      const unknown = { hash: sha256("guessed"), redeemer: domain("x.test"), now: 6_000 };
      assert.equal(await store.write("takeCode", unknown), null);
      await assert.rejects(store.write("revokeCode", { code: 999 as never, ...by }), {
        code: "code_unknown",
      });
      const nowhere = {
        hash: sha256("x"),
        group: `${sample.a.groupUri}x` as never,
        issuer: "a",
        confirm: false,
      };
      await assert.rejects(store.write("createCode", { ...nowhere, uses: 1, expires: 9_000, at: 1 }), {
        code: "group_unknown",
      });
    });

    void test("a connection for a group allows that group, one of gateways every group, and none after its end", async () => {
      const { store, a } = sample;
      const { id: peer, host } = await addPeer(sample, "eight.test");
      const provider = (await store.read(peerOfProvider(host)))?.provider;
      assert.ok(provider);
      const common = { peer, provider, role: "member", waiting: false, ...by };
      const forGroup = { ...common, id: "c1" as ConnectionId, group: a.group, expires: null };
      assert.equal(await store.write("addConnection", forGroup), "c1");
      const repeated = await store.write("addConnection", { ...forGroup, id: "c2" as ConnectionId });
      assert.equal(repeated, "c1", "redeemed again after a lost answer");
      const allows = async (group: typeof a.group | null, now = 6_000) =>
        (await store.read(connectionAllows({ peer, group, now })))?.id;
      assert.equal(await allows(a.group), "c1");
      assert.equal(await allows(null), undefined);
      assert.equal(await allows((a.group + 1) as never), undefined);
      const wide = { ...common, id: "c3" as ConnectionId, group: null, expires: 7_000 };
      await store.write("addConnection", wide);
      assert.equal(await allows(null), "c3");
      assert.equal(await allows((a.group + 1) as never), "c3");
      assert.equal(await allows(null, 7_000), undefined, "it has expired");
      assert.deepEqual(
        (await store.read(listConnections(peer))).map((row) => [row.id, row.scope, row.provider, row.base]),
        [
          ["c1", "group", host, "eight.test"],
          ["c3", "gateway", host, "eight.test"],
        ],
      );
    });

    void test("what a connection allowed ends with it", async () => {
      const { store, a } = sample;
      const { peer, host, group } = await FollowerStage.make(sample, "nine.test");
      const provider = (await store.read(peerOfProvider(host)))?.provider;
      assert.ok(provider);
      const id = "c9" as ConnectionId;
      const wide = { id, peer, provider, group: null, role: "2", expires: null, waiting: false, ...by };
      await store.write("addConnection", wide);
      await store.write("addGuest", {
        group: a.group,
        peer,
        history: { kind: "all" },
        connection: id,
        now: 5_000,
      });
      await sample.sql(`update following set connection = 'c9' where grp = ${group}`);
      await assert.rejects(store.write("endConnection", { id, peer: (peer + 1) as PeerId, ...by }), {
        code: "connection_unknown",
      });
      const ended = await store.write("endConnection", { id, peer, ...by });
      assert.deepEqual([ended.peer, ended.groups, ended.followed], [peer, [a.group], [group]]);
      assert.deepEqual(
        ended.rooms.map((room) => room.id),
        [sample.a.id, sample.b.id],
        "they are told",
      );
      assert.equal((await store.read(headFor({ uri: a.groupUri, peer })))?.left, true);
      assert.equal(await sample.count(`following where grp = ${group} and state = 'left'`), 1);
      assert.equal(await store.read(connectionAllows({ peer, group: null, now: 6_000 })), undefined);
      const again = await store.write("endConnection", { id, peer: null, ...by });
      assert.deepEqual(again, { peer, groups: [], rooms: [], followed: [] });
    });
  });
}
