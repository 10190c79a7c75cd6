/** Invitations of our people into groups of a peer's, and knocks at ours. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { InvitationId, KnockId, Seq } from "../../../../core/ids.ts";
import { findInvitation } from "../../../../core/store/units/invitations.ts";
import { pendingFor } from "../../../../core/store/units/submissions.ts";
import { groupUri, userUri } from "../../../../mappings/ids.ts";
import { domain, memberSays, person, submitted } from "../federation-sample.ts";
import { changeIn, HOUR, InvitationStage, NOW, OURS, uriOf } from "../invitation-stage.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`invitations of a peer's and knocks on ${kind.name}`, () => {
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

    void test("an invitation is kept once, for somebody of ours, from the owner of the group, for its time", async () => {
      assert.equal(await stage.note(), false, "nothing connects the two");
      await stage.connect();
      for (const wrong of [
        { expires: NOW },
        { wanted: "mimi://nobody.invalid" },
        { wanted: uriOf(stage.at.host) },
        { group: groupUri(OURS, "tea") },
        { group: groupUri(domain("other.test"), "tea") },
      ])
        assert.equal(await stage.note(wrong), false, JSON.stringify(wrong));
      assert.equal(await stage.note(), true);
      assert.equal(await stage.note({ role: 3, name: "" }), true);
      const [kept, ...more] = await stage.invitations();
      assert.deepEqual([kept?.role, kept?.name, kept?.base, more], [3, "", stage.base, []]);
      assert.equal(await stage.note({ wanted: userUri(OURS, "nobody-yet") }), true);
      assert.equal(await stage.note({ group: groupUri(stage.at.host, "two") }), true);
      assert.equal(
        await stage.note({ group: groupUri(stage.at.host, "three") }),
        false,
        "three are allowed here",
      );
      assert.ok(kept);
      await assert.rejects(stage.sample.store.read(findInvitation({ id: kept.id, now: NOW + HOUR })), {
        code: "invitation_unknown",
      });
    });

    void test("the answer follows the group or leaves it alone, and waits for the owner either way", async () => {
      await stage.connect();
      const [uri, other] = [groupUri(stage.at.host, "tea"), groupUri(stage.at.host, "two")];
      await stage.note();
      await stage.note({ group: other, wanted: userUri(OURS, "anna") });
      const [first, second] = await stage.invitations();
      assert.ok(first && second);
      const answer = (id: InvitationId, place: { after: Seq | 0; rev: number } | null) =>
        stage.sample.store.write("answerInvitation", { id, place, at: NOW, actor: "operator" });
      const accepted = await answer(first.id, { after: 6 as Seq, rev: 1 });
      const declined = await answer(second.id, null);
      const followings = await stage.sample.sql(
        `select uri, following.state, code, connection, head from following join grp on grp.id = grp
          where peer = ${stage.at.peer} order by uri`,
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
          [uri, "following", "unread", stage.connection, 6],
          [other, "left", "declined", stage.connection, 0],
        ],
      );
      const groups = [accepted, declined].map(({ group }) => ({ group, after: 0 }));
      const pending = await stage.sample.store.read(pendingFor({ peer: stage.at.peer, groups, limit: 10 }));
      const said = groups.map(({ group }) =>
        (pending.get(group) ?? []).map(({ sender, content }) => {
          return [sender, changeIn(content)];
        }),
      );
      const anna = userUri(OURS, "anna");
      assert.deepEqual(said, [[[null, `accept ${uriOf(OURS)}`]], [[anna, `decline ${anna}`]]]);
      assert.deepEqual(await stage.invitations(), []);
      await assert.rejects(answer(first.id, null), { code: "invitation_unknown" });
      const acts = await stage.sample.sql(`select act from audit where detail in ('${uriOf(OURS)}', '${anna}')
        and subject in ('${uri}', '${other}') order by n`);
      assert.deepEqual(
        acts.map(({ act }) => act),
        ["invitation accept", "invitation decline"],
      );
    });

    void test("a knock is heard once an hour, from who is not in the group, at a group of ours", async () => {
      await stage.connect();
      for (const wrong of [
        { group: groupUri(OURS, "none") },
        { group: groupUri(stage.at.host, "tea") },
        { user: userUri(OURS, "anna") },
      ])
        assert.equal(await stage.knock(wrong), false, JSON.stringify(wrong));
      assert.equal(await stage.knock(), true);
      assert.equal(await stage.knock({ now: NOW + HOUR - 1, reason: "again" }), false);
      const [kept] = await stage.knocks();
      assert.deepEqual([kept?.reason, kept?.group], ["tea", stage.at.room.groupUri]);
      assert.equal(await stage.knock({ user: person(stage.at.host, "max") }), true);
      assert.equal(await stage.knock({ user: person(stage.at.host, "mia") }), false, "two are allowed here");
      const ending = { id: kept?.id as KnockId, act: "knock drop", at: NOW, actor: "operator" } as const;
      assert.equal((await stage.sample.store.write("endKnock", ending)).user, person(stage.at.host, "bob"));
      await assert.rejects(stage.sample.store.write("endKnock", ending), { code: "knock_unknown" });
      assert.equal(await stage.knock({ now: NOW + 1 }), false, "an answer changes nothing of the hour");
      assert.equal(await stage.knock({ now: NOW + HOUR }), true);
      await stage.invite(person(stage.at.host, "ida"));
      await stage.at.submit([
        submitted(person(stage.at.host, "ida"), memberSays(person(stage.at.host, "ida"), "accept")),
      ]);
      assert.equal(
        await stage.knock({ user: person(stage.at.host, "ida"), now: NOW + 2 * HOUR, most: 9 }),
        false,
      );
    });
  });
}
