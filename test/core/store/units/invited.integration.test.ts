/** Invitations of a peer's people into groups of ours, and their ends. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ConnectionId } from "../../../../core/ids.ts";
import { pendingInvitations } from "../../../../core/store/units/invited.ts";
import { peerOfProvider } from "../../../../core/store/units/peers.ts";
import { groupUri } from "../../../../mappings/ids.ts";
import { domain, memberSays, person, submitted } from "../federation-sample.ts";
import { HOUR, InvitationStage, NOW, uriOf } from "../invitation-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`invitations of ours on ${kind.name}`, () => {
    let sample: SampleStore;
    let stage: InvitationStage;
    let turn = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(async () => {
      turn += 1;
      stage = await InvitationStage.make(sample, `peer${turn}.test`);
    });

    void test("a provider that is invited reads the group at once, and is in it when it accepts", async () => {
      await stage.connect();
      const { invitation } = await stage.invite(uriOf(stage.at.host));
      assert.deepEqual(
        [invitation.peer, invitation.provider, invitation.told],
        [stage.at.peer, stage.at.host, 0],
      );
      assert.deepEqual(await stage.states(), { [uriOf(stage.at.host)]: "invited 2" });
      const { visibleFrom, connection: by } = (await stage.guest()) ?? {};
      assert.deepEqual([visibleFrom, by], [1, stage.connection]);
      assert.deepEqual(await stage.log(), [`invite ${uriOf(stage.at.host)}`]);
      const pending = await stage.sample.store.read(pendingInvitations({ peer: stage.at.peer, now: NOW }));
      assert.equal(
        pending.some(({ group }) => group === stage.at.room.group),
        true,
      );
      const accept = submitted(null, {
        ...memberSays(uriOf(stage.at.host), "accept"),
        provider: domain(stage.base),
      });
      assert.deepEqual(await stage.at.codes([accept]), [null]);
      assert.deepEqual(await stage.states(), { [uriOf(stage.at.host)]: "joined 2" });
      assert.equal((await stage.guest())?.left, null);
      assert.equal(await stage.sample.count(`invited where grp = ${stage.at.room.group}`), 0);
      await assert.rejects(stage.invite(uriOf(stage.at.host)), { code: "invite_refused" });
    });

    void test("who declines reads no further, and neither does who never answers", async () => {
      await stage.connect();
      await stage.invite(uriOf(stage.at.host));
      const decline = submitted(null, {
        ...memberSays(uriOf(stage.at.host), "decline"),
        provider: domain(stage.base),
      });
      assert.deepEqual(await stage.at.codes([decline]), [null]);
      assert.deepEqual(
        [(await stage.guest())?.left, await stage.states()],
        [2, { [uriOf(stage.at.host)]: "left 0" }],
      );
      await stage.invite(uriOf(stage.at.host), { expires: NOW + 10 });
      assert.deepEqual([(await stage.guest())?.left, (await stage.guest())?.visibleFrom], [null, 3]);
      await stage.sample.store.write("endInvitations", { now: NOW + 9 });
      assert.equal((await stage.guest())?.left, null);
      const changes = await stage.sample.store.write("endInvitations", { now: NOW + 10 });
      assert.deepEqual(
        changes.filter(({ peer }) => peer === stage.at.peer).map(({ groups }) => groups),
        [[stage.at.room.group]],
      );
      assert.equal((await stage.guest())?.left, 4);
      assert.deepEqual((await stage.log()).slice(1), [
        `invite ${uriOf(stage.at.host)}`,
        `leave ${uriOf(stage.at.host)}`,
      ]);
    });

    void test("a user's provider is in the log before him, and goes with the last of its invitations", async () => {
      await stage.connect();
      const [bob, mia] = [person(stage.at.host, "bob"), person(stage.at.host, "mia")];
      await stage.invite(bob, { role: 3 });
      await stage.invite(bob, { role: 3, at: NOW + 1 });
      await stage.invite(mia);
      assert.deepEqual(await stage.log(), [`join ${uriOf(stage.at.host)}`, `invite ${bob}`, `invite ${mia}`]);
      assert.equal((await stage.states())[bob], "invited 3");
      await assert.rejects(stage.invite(bob, { role: 77 }), { code: "usage" });
      await assert.rejects(
        stage.invite(uriOf(stage.at.host), { role: 3 }),
        { code: "invite_refused" },
        "it is in it",
      );
      assert.deepEqual(await stage.at.codes([submitted(bob, memberSays(bob, "decline"))]), [null]);
      assert.equal((await stage.guest())?.left, null, "mia has not answered");
      assert.deepEqual(await stage.at.codes([submitted(mia, memberSays(mia, "decline"))]), [null]);
      assert.deepEqual((await stage.log()).at(-1), `leave ${uriOf(stage.at.host)}`);
      assert.notEqual((await stage.guest())?.left, null);
      await stage.invite(bob, { role: 3 });
      assert.deepEqual(await stage.at.codes([submitted(bob, memberSays(bob, "accept"))]), [null]);
      await stage.sample.store.write("endInvitations", { now: NOW + HOUR });
      assert.deepEqual([(await stage.states())[bob], (await stage.guest())?.left], ["joined 3", null]);
      await assert.rejects(stage.invite(bob), { code: "invite_refused" });
    });

    void test("nobody is invited without a connection, to a group of somebody else's, or who is banned", async () => {
      await assert.rejects(stage.invite(uriOf(stage.at.host)), {
        code: "invite_refused",
        message: /code create/,
      });
      await stage.connect();
      await assert.rejects(stage.invite("mimi://nobody.invalid"), { code: "peer_unknown" });
      const nowhere = {
        group: groupUri(stage.at.host, "x"),
        wanted: uriOf(stage.at.host),
        inviter: "",
        role: null,
        expires: 1,
      };
      await assert.rejects(stage.sample.store.write("invite", { ...nowhere, at: NOW, actor: "test" }), {
        code: "group_unknown",
      });
      const bob = person(stage.at.host, "bob");
      await stage.invite(bob);
      await stage.sample
        .sql(`update member set state = 'banned' where grp = ${stage.at.room.group} and user_id =
        (select id from "user" where uri = '${bob}')`);
      await assert.rejects(stage.invite(bob), { code: "invite_refused", message: /banned/ });
      assert.equal(
        await stage.sample.count(`event where grp = ${stage.at.room.group}`),
        2,
        "no refusal left anything",
      );
      assert.deepEqual(
        (await stage.invite(uriOf(domain(`new.${stage.base}`)))).invitation.peer,
        stage.at.peer,
        "under its base",
      );
    });

    void test("with the connection all ends that it allowed, and nothing that another allows", async () => {
      await stage.connect();
      const bob = person(stage.at.host, "bob");
      await stage.invite(bob);
      assert.equal(await stage.note(), true);
      assert.equal(await stage.knock({ user: person(stage.at.host, "max") }), true);
      const change = await stage.end();
      assert.deepEqual(change.groups, [stage.at.room.group]);
      assert.notEqual((await stage.guest())?.left, null);
      assert.deepEqual((await stage.log()).slice(-2), [`leave ${bob}`, `leave ${uriOf(stage.at.host)}`]);
      assert.deepEqual([await stage.invitations(), await stage.knocks()], [[], []]);
      assert.equal(await stage.sample.count(`invited where grp = ${stage.at.room.group}`), 0);
      stage.connection = `${stage.connection}-b` as ConnectionId;
      await stage.connect();
      await stage.invite(bob);
      const other = `${stage.connection}-c` as ConnectionId;
      const provider = (await stage.sample.store.read(peerOfProvider(stage.at.host)))?.provider;
      assert.ok(provider);
      const one = {
        id: other,
        peer: stage.at.peer,
        provider,
        group: stage.at.room.group,
        role: "2",
        expires: null,
      };
      await stage.sample.store.write("addConnection", { ...one, waiting: false, at: 1_000, actor: "test" });
      await stage.end();
      assert.deepEqual([(await stage.guest())?.left, (await stage.guest())?.connection], [null, other]);
    });
  });
}
