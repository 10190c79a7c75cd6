/** What users of other gateways say in groups of ours. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { EventId } from "../../../../mappings/ids.ts";
import { plainAct } from "../../../../mappings/message-act.ts";
import { logAfter } from "../../../../core/store/units/outbox.ts";
import { reactionsTo } from "../../../../core/store/units/relations.ts";
import { verdictsFor } from "../../../../core/store/units/verdicts.ts";
import { addPeer, domain, memberSays, person, propertySays, submitted } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { eventId, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const edits = (root: EventId) =>
  ({ effect: { kind: "version", root }, act: { ...plainAct, act: "edit", target: root } }) as const;
for (const kind of storeKinds()) {
  void describe(`what guests submit on ${kind.name}`, () => {
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
      at = await OwnerStage.make(sample, `guest${turn}.test`);
    });

    void test("what a guest's user says gets its place, with his joining before it, and wakes every room", async () => {
      await at.admit({ kind: "all" });
      const proof = Buffer.from("signed");
      const sender = person(at.host, "mia");
      const event = submitted(sender, { senderName: "Mia", proof, via: ["x.test", "y.test"] });
      const done = await at.submit([event], { pulled: "cursor 7" });
      assert.deepEqual(done, {
        head: 2,
        verdicts: [{ id: event.id, code: null, detail: "" }],
        rooms: [{ id: at.room.id, account: at.room.account }],
      });
      const [joined, said] = (await at.seen()).events;
      assert.deepEqual([joined?.kind, joined?.sender], ["member", null], "the owner lets him in");
      assert.deepEqual(
        { ...said, content: null, proof: null },
        {
          seq: 2,
          id: event.id,
          kind: "message",
          sender,
          acceptedAt: 20_000,
          originAt: 500,
          content: null,
          erasedAt: null,
          root: null,
          via: ["x.test", "y.test"],
          proof: null,
        },
      );
      assert.deepEqual(Buffer.from(said?.proof ?? []), proof);
      const log = await sample.store.read(logAfter({ group: at.room.group, after: 1, limit: 5 }));
      assert.deepEqual([log[0]?.senderName, log[0]?.originBinding], ["Mia", null]);
      assert.equal(log[0]?.saidKey, null, "whoever submits chooses the salt: two events may have one");
      assert.equal((await at.head()).pulled, "cursor 7");
      const again = await at.submit([submitted(sender)]);
      assert.equal(again.head, 3, "he is a member now");
    });

    void test("an event that comes again is accepted again and has one place", async () => {
      await at.admit({ kind: "all" });
      const event = submitted(person(at.host, "mia"));
      await at.submit([event]);
      const again = await at.submit([event, event]);
      assert.deepEqual([again.head, again.rooms], [2, []]);
      assert.deepEqual(
        again.verdicts.map(({ code }) => code),
        [null, null],
      );
    });

    void test("a peer speaks for its own users only", async () => {
      await at.admit({ kind: "all" });
      const other = await addPeer(sample, `other${turn}.test`);
      const event = submitted(person(at.host, "mia"));
      await at.submit([event]);
      const wrong = [
        submitted(person(other.host, "max")),
        submitted(person(domain("fake.mimi.test"), "anna")),
        submitted(person(domain("nobody.test"), "x")),
        submitted(null),
        { ...event, sender: person(other.host, "max") },
      ];
      assert.deepEqual(
        await at.codes(wrong),
        wrong.map(() => "sender_foreign"),
      );
      assert.equal((await at.head()).head, 2);
      assert.equal(await sample.count(`member where grp = ${at.room.group}`), 1);
    });

    void test("what the caller found wrong gets that verdict, and the rest goes on", async () => {
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const bad = submitted(mia, { refused: { code: "id_mismatch", detail: "the id is another's" } });
      const done = await at.submit([submitted(mia), bad, submitted(mia)]);
      assert.deepEqual(
        done.verdicts.map(({ code, detail }) => [code, detail]),
        [
          [null, ""],
          ["id_mismatch", "the id is another's"],
          [null, ""],
        ],
      );
      assert.equal(done.head, 3);
    });

    void test("strangers are refused where they may not join, and nobody edits or removes others", async () => {
      await at.admit({ kind: "all" });
      const [mia, max] = [person(at.host, "mia"), person(at.host, "max")];
      const join = memberSays(mia, "join");
      const policy = (join: string) =>
        sample.sql(`update grp set join_policy = '${join}' where id = ${at.room.group}`);
      await policy("invite");
      assert.deepEqual(await at.codes([submitted(mia), submitted(mia, join)]), ["not_member", "no_right"]);
      await policy("asserted");
      const said = submitted(mia);
      assert.deepEqual(await at.codes([submitted(mia, join), said]), [null, null]);
      const edit = edits(said.id);
      assert.deepEqual(await at.codes([submitted(max, edit), submitted(mia, edit)]), ["not_author", null]);
      const leave = memberSays(mia, "leave");
      assert.deepEqual(await at.codes([submitted(max, leave), submitted(mia, leave)]), ["not_member", null]);
      await policy("invite");
      assert.deepEqual(await at.codes([submitted(mia)]), ["not_member"]);
      await sample.sql(`update grp set state = 'closed' where id = ${at.room.group}`);
      assert.deepEqual(await at.codes([submitted(max), said]), ["group_closed", null]);
    });

    void test("reactions and properties of guests take effect; what holds already is accepted without a place", async () => {
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const said = submitted(mia);
      const like = () =>
        submitted(mia, {
          effect: { kind: "reaction", target: said.id, emoji: "👍" },
          act: { ...plainAct, act: "react", target: said.id },
        });
      const named = () => submitted(mia, propertySays("topic", "tea"));
      const done = await at.submit([said, like(), like(), named(), named()]);
      assert.equal(done.head, 4);
      assert.ok(done.verdicts.every(({ code }) => code === null));
      const rows = await sample.store.read(reactionsTo({ group: at.room.group, target: said.id }));
      assert.deepEqual(
        rows.map(({ emoji, author }) => [emoji, author]),
        [["👍", mia]],
      );
      const set = `property where grp = ${at.room.group}`;
      assert.equal(await sample.count(`${set} and value = 'tea' and seq = 4`), 1);
      const coffee = (expect: number) => submitted(mia, { ...propertySays("topic", "coffee"), expect });
      const { verdicts } = await at.submit([coffee(3), coffee(4)]);
      assert.deepEqual(
        verdicts.map(({ code, detail }) => [code, detail]),
        [
          ["property_conflict", "4"],
          [null, ""],
        ],
      );
      const pin = submitted(mia, propertySays("pins", "true", said.id));
      const link = submitted(mia, propertySays("links", '{"title":"t","url":"https://x.test"}', "a"));
      assert.deepEqual(await at.codes([pin, link]), [null, null]);
      assert.equal(await sample.count(`${set} and item in ('${said.id}', 'a')`), 2);
    });

    void test("verdicts wait until the guest was told, and none is kept where the answer has them", async () => {
      const { store } = sample;
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const [good, bad] = [submitted(mia), submitted(null)];
      await at.submit([good, bad]);
      await at.submit([submitted(mia)], { verdicts: "answered" });
      const untold = async () => store.read(verdictsFor({ peer: at.peer, limit: 10 }));
      const uri = at.room.groupUri;
      assert.deepEqual(
        new Map((await untold()).map((row) => [row.id, [row.uri, row.code]])),
        new Map([
          [good.id, [uri, null]],
          [bad.id, [uri, "sender_foreign"]],
        ]),
      );
      await store.write("tellVerdicts", { peer: at.peer, verdicts: [{ group: at.room.group, id: good.id }] });
      assert.deepEqual(
        (await untold()).map(({ id }) => id),
        [bad.id],
      );
      await store.write("tellVerdicts", {
        peer: at.peer,
        verdicts: [{ group: at.room.group, id: eventId() }],
      });
      assert.equal((await untold()).length, 1);
    });

    void test("a guest that has left submits nothing more", async () => {
      await at.admit({ kind: "all" });
      await at.remove();
      await assert.rejects(at.submit([submitted(person(at.host, "mia"))]), { code: "group_unknown" });
    });
  });
}
