/** Invitations and knocks, at the owner's and at the guest's. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ConnectionId, InvitationId, KnockId, Seq } from "../../../../core/ids.ts";
import { guestsOf } from "../../../../core/store/units/guests.ts";
import { findInvitation, listInvitations } from "../../../../core/store/units/invitations.ts";
import { pendingInvitations } from "../../../../core/store/units/invited.ts";
import { listKnocks } from "../../../../core/store/units/knocks.ts";
import { memberRows } from "../../../../core/store/units/group-reports.ts";
import { peerOfProvider } from "../../../../core/store/units/peers.ts";
import { pendingFor } from "../../../../core/store/units/submissions.ts";
import { readEventContent } from "../../../../mappings/event-content.ts";
import { groupUri, type ProviderDomain, userUri } from "../../../../mappings/ids.ts";
import { domain, memberSays, person, submitted } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const OURS = domain("fake.mimi.test");
const NOW = 50_000;
const HOUR = 3_600_000;
const uriOf = (provider: ProviderDomain): string => `mimi://${provider}`;

for (const kind of storeKinds()) {
  void describe(`invitations on ${kind.name}`, () => {
    let sample: SampleStore;
    let at: OwnerStage;
    let base = "";
    let connection = "" as ConnectionId;
    let turn = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(async () => {
      turn += 1;
      base = `peer${turn}.test`;
      at = await OwnerStage.make(sample, base);
      connection = `c-${turn}` as ConnectionId;
    });

    const connect = async () => {
      const provider = (await sample.store.read(peerOfProvider(at.host)))?.provider;
      assert.ok(provider);
      const between = { group: null, role: "", expires: null, waiting: false, at: 1_000, actor: "test" };
      await sample.store.write("addConnection", { id: connection, peer: at.peer, provider, ...between });
    };
    const end = () =>
      sample.store.write("endConnection", { id: connection, peer: null, at: NOW + 5_000, actor: "test" });
    const invite = (wanted: string, change: { role?: number; expires?: number; at?: number } = {}) =>
      sample.store.write("invite", {
        group: at.room.groupUri,
        wanted,
        inviter: uriOf(OURS),
        role: null,
        expires: NOW + HOUR,
        at: NOW,
        actor: "operator",
        ...change,
      });
    const note = (change: Record<string, unknown> = {}) =>
      sample.store.write("noteInvitation", {
        group: groupUri(at.host, "tea"),
        wanted: uriOf(OURS),
        inviter: person(at.host, "bob"),
        role: null,
        name: "Tea",
        expires: NOW + HOUR,
        peer: at.peer,
        most: 3,
        now: NOW,
        ...change,
      });
    const invitations = async () =>
      (await sample.store.read(listInvitations(NOW))).filter(({ peer }) => peer === at.peer);
    const states = async () => {
      const rows = await sample.store.read(memberRows(at.room.groupUri));
      return Object.fromEntries(
        rows.map(({ uri, state, role }) => [uri, role === null ? state : `${state} ${role}`]),
      );
    };
    /** What the owner itself wrote. */
    const log = async () => {
      const rows = await sample.sql(
        `select content from event where grp = ${at.room.group} and kind = 'member' and origin_peer is null
          order by seq`,
      );
      return rows.map(({ content }) => {
        const read = readEventContent("member", content as Uint8Array);
        return read.kind === "member" ? `${read.member.change} ${read.member.user}` : "";
      });
    };
    const guest = async () =>
      (await sample.store.read(guestsOf(at.room.group))).find(({ peer }) => peer === at.peer);
    const knock = (change: Record<string, unknown> = {}) =>
      sample.store.write("noteKnock", {
        group: at.room.groupUri,
        user: person(at.host, "bob"),
        peer: at.peer,
        reason: "tea",
        every: HOUR,
        most: 2,
        now: NOW,
        ...change,
      });
    const knocks = async () => (await sample.store.read(listKnocks())).filter((row) => row.base === base);

    void test("a provider that is invited reads the group at once, and is in it when it accepts", async () => {
      await connect();
      const { invitation } = await invite(uriOf(at.host));
      assert.deepEqual([invitation.peer, invitation.provider, invitation.told], [at.peer, at.host, 0]);
      assert.deepEqual(await states(), { [uriOf(at.host)]: "invited 2" });
      const { visibleFrom, connection: by } = (await guest()) ?? {};
      assert.deepEqual([visibleFrom, by], [1, connection]);
      assert.deepEqual(await log(), [`invite ${uriOf(at.host)}`]);
      const pending = await sample.store.read(pendingInvitations(NOW));
      assert.equal(
        pending.some(({ group }) => group === at.room.group),
        true,
      );
      const accept = submitted(null, { ...memberSays(uriOf(at.host), "accept"), provider: domain(base) });
      assert.deepEqual(await at.codes([accept]), [null]);
      assert.deepEqual(await states(), { [uriOf(at.host)]: "joined 2" });
      assert.equal((await guest())?.left, null);
      assert.equal(await sample.count(`invited where grp = ${at.room.group}`), 0);
      await assert.rejects(invite(uriOf(at.host)), { code: "invite_refused" });
    });

    void test("who declines reads no further, and neither does who never answers", async () => {
      await connect();
      await invite(uriOf(at.host));
      const decline = submitted(null, { ...memberSays(uriOf(at.host), "decline"), provider: domain(base) });
      assert.deepEqual(await at.codes([decline]), [null]);
      assert.deepEqual([(await guest())?.left, await states()], [2, { [uriOf(at.host)]: "left 0" }]);
      await invite(uriOf(at.host), { expires: NOW + 10 });
      assert.deepEqual([(await guest())?.left, (await guest())?.visibleFrom], [null, 3]);
      await sample.store.write("endInvitations", { now: NOW + 9 });
      assert.equal((await guest())?.left, null);
      const changes = await sample.store.write("endInvitations", { now: NOW + 10 });
      assert.deepEqual(
        changes.filter(({ peer }) => peer === at.peer).map(({ groups }) => groups),
        [[at.room.group]],
      );
      assert.equal((await guest())?.left, 4);
      assert.deepEqual((await log()).slice(1), [`invite ${uriOf(at.host)}`, `leave ${uriOf(at.host)}`]);
    });

    void test("a user's provider is in the log before him, and goes with the last of its invitations", async () => {
      await connect();
      const [bob, mia] = [person(at.host, "bob"), person(at.host, "mia")];
      await invite(bob, { role: 3 });
      await invite(bob, { role: 3, at: NOW + 1 });
      await invite(mia);
      assert.deepEqual(await log(), [`join ${uriOf(at.host)}`, `invite ${bob}`, `invite ${mia}`]);
      assert.equal((await states())[bob], "invited 3");
      await assert.rejects(invite(bob, { role: 77 }), { code: "usage" });
      await assert.rejects(invite(uriOf(at.host), { role: 3 }), { code: "invite_refused" }, "it is in it");
      assert.deepEqual(await at.codes([submitted(bob, memberSays(bob, "decline"))]), [null]);
      assert.equal((await guest())?.left, null, "mia has not answered");
      assert.deepEqual(await at.codes([submitted(mia, memberSays(mia, "decline"))]), [null]);
      assert.deepEqual((await log()).at(-1), `leave ${uriOf(at.host)}`);
      assert.notEqual((await guest())?.left, null);
      await invite(bob, { role: 3 });
      assert.deepEqual(await at.codes([submitted(bob, memberSays(bob, "accept"))]), [null]);
      await sample.store.write("endInvitations", { now: NOW + HOUR });
      assert.deepEqual([(await states())[bob], (await guest())?.left], ["joined 3", null]);
      await assert.rejects(invite(bob), { code: "invite_refused" });
    });

    void test("nobody is invited without a connection, to a group of somebody else's, or who is banned", async () => {
      await assert.rejects(invite(uriOf(at.host)), { code: "invite_refused", message: /code create/ });
      await connect();
      await assert.rejects(invite("mimi://nobody.invalid"), { code: "peer_unknown" });
      const nowhere = {
        group: groupUri(at.host, "x"),
        wanted: uriOf(at.host),
        inviter: "",
        role: null,
        expires: 1,
      };
      await assert.rejects(sample.store.write("invite", { ...nowhere, at: NOW, actor: "test" }), {
        code: "group_unknown",
      });
      const bob = person(at.host, "bob");
      await invite(bob);
      await sample.sql(`update member set state = 'banned' where grp = ${at.room.group} and user_id =
        (select id from "user" where uri = '${bob}')`);
      await assert.rejects(invite(bob), { code: "invite_refused", message: /banned/ });
      assert.equal(await sample.count(`event where grp = ${at.room.group}`), 2, "no refusal left anything");
      assert.deepEqual(
        (await invite(uriOf(domain(`new.${base}`)))).invitation.peer,
        at.peer,
        "under its base",
      );
    });

    void test("with the connection all ends that it allowed, and nothing that another allows", async () => {
      await connect();
      const bob = person(at.host, "bob");
      await invite(bob);
      assert.equal(await note(), true);
      assert.equal(await knock({ user: person(at.host, "max") }), true);
      const change = await end();
      assert.deepEqual(change.groups, [at.room.group]);
      assert.notEqual((await guest())?.left, null);
      assert.deepEqual((await log()).slice(-2), [`leave ${bob}`, `leave ${uriOf(at.host)}`]);
      assert.deepEqual([await invitations(), await knocks()], [[], []]);
      assert.equal(await sample.count(`invited where grp = ${at.room.group}`), 0);
      connection = `${connection}-b` as ConnectionId;
      await connect();
      await invite(bob);
      const other = `${connection}-c` as ConnectionId;
      const provider = (await sample.store.read(peerOfProvider(at.host)))?.provider;
      assert.ok(provider);
      const one = { id: other, peer: at.peer, provider, group: at.room.group, role: "2", expires: null };
      await sample.store.write("addConnection", { ...one, waiting: false, at: 1_000, actor: "test" });
      await end();
      assert.deepEqual([(await guest())?.left, (await guest())?.connection], [null, other]);
    });

    void test("an invitation is kept once, for somebody of ours, from the owner of the group, for its time", async () => {
      assert.equal(await note(), false, "nothing connects the two");
      await connect();
      for (const wrong of [
        { expires: NOW },
        { wanted: "mimi://nobody.invalid" },
        { wanted: uriOf(at.host) },
        { group: groupUri(OURS, "tea") },
        { group: groupUri(domain("other.test"), "tea") },
      ])
        assert.equal(await note(wrong), false, JSON.stringify(wrong));
      assert.equal(await note(), true);
      assert.equal(await note({ role: 3, name: "" }), true);
      const [kept, ...more] = await invitations();
      assert.deepEqual([kept?.role, kept?.name, kept?.base, more], [3, "", base, []]);
      assert.equal(await note({ wanted: userUri(OURS, "nobody-yet") }), true);
      assert.equal(await note({ group: groupUri(at.host, "two") }), true);
      assert.equal(await note({ group: groupUri(at.host, "three") }), false, "three are allowed here");
      assert.ok(kept);
      await assert.rejects(sample.store.read(findInvitation({ id: kept.id, now: NOW + HOUR })), {
        code: "invitation_unknown",
      });
    });

    void test("the answer follows the group or leaves it alone, and waits for the owner either way", async () => {
      await connect();
      const [uri, other] = [groupUri(at.host, "tea"), groupUri(at.host, "two")];
      await note();
      await note({ group: other, wanted: userUri(OURS, "anna") });
      const [first, second] = await invitations();
      assert.ok(first && second);
      const answer = (id: InvitationId, place: { after: Seq | 0; rev: number } | null) =>
        sample.store.write("answerInvitation", { id, place, at: NOW, actor: "operator" });
      const accepted = await answer(first.id, { after: 6 as Seq, rev: 1 });
      const declined = await answer(second.id, null);
      const followings = await sample.sql(
        `select uri, following.state, code, connection, head from following join grp on grp.id = grp
          where peer = ${at.peer} order by uri`,
      );
      assert.deepEqual(
        followings.map((row) => [
          row["uri"],
          row["state"],
          row["code"],
          row["connection"],
          Number(row["head"]),
        ]),
        [
          [uri, "following", null, connection, 6],
          [other, "left", "declined", connection, 0],
        ],
      );
      const groups = [accepted, declined].map(({ group }) => ({ group, after: 0 }));
      const pending = await sample.store.read(pendingFor({ peer: at.peer, groups, limit: 10 }));
      const said = groups.map(({ group }) =>
        (pending.get(group) ?? []).map(({ sender, content }) => {
          const read = readEventContent("member", content);
          return [sender, read.kind === "member" ? `${read.member.change} ${read.member.user}` : ""];
        }),
      );
      const anna = userUri(OURS, "anna");
      assert.deepEqual(said, [[[null, `accept ${uriOf(OURS)}`]], [[anna, `decline ${anna}`]]]);
      assert.deepEqual(await invitations(), []);
      await assert.rejects(answer(first.id, null), { code: "invitation_unknown" });
      const acts = await sample.sql(`select act from audit where detail in ('${uriOf(OURS)}', '${anna}')
        and subject in ('${uri}', '${other}') order by n`);
      assert.deepEqual(
        acts.map(({ act }) => act),
        ["invitation accept", "invitation decline"],
      );
    });

    void test("a knock is heard once an hour, from who is not in the group, at a group of ours", async () => {
      await connect();
      for (const wrong of [
        { group: groupUri(OURS, "none") },
        { group: groupUri(at.host, "tea") },
        { user: userUri(OURS, "anna") },
      ])
        assert.equal(await knock(wrong), false, JSON.stringify(wrong));
      assert.equal(await knock(), true);
      assert.equal(await knock({ now: NOW + HOUR - 1, reason: "again" }), false);
      const [kept] = await knocks();
      assert.deepEqual([kept?.reason, kept?.group], ["tea", at.room.groupUri]);
      assert.equal(await knock({ user: person(at.host, "max") }), true);
      assert.equal(await knock({ user: person(at.host, "mia") }), false, "two are allowed here");
      const ending = { id: kept?.id as KnockId, act: "knock drop", at: NOW, actor: "operator" } as const;
      assert.equal((await sample.store.write("endKnock", ending)).user, person(at.host, "bob"));
      await assert.rejects(sample.store.write("endKnock", ending), { code: "knock_unknown" });
      assert.equal(await knock({ now: NOW + 1 }), false, "an answer changes nothing of the hour");
      assert.equal(await knock({ now: NOW + HOUR }), true);
      await invite(person(at.host, "ida"));
      await at.submit([submitted(person(at.host, "ida"), memberSays(person(at.host, "ida"), "accept"))]);
      assert.equal(await knock({ user: person(at.host, "ida"), now: NOW + 2 * HOUR, most: 9 }), false);
    });
  });
}
