/** Rights in groups of ours: people of our own rooms, providers as members, blocks, policies. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { BlockList } from "../../../../core/groups/block-list.ts";
import type { BindingId } from "../../../../core/ids.ts";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import { listBlocks } from "../../../../core/store/units/blocks.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { parseHistory, policyOf } from "../../../../core/store/units/group-policy.ts";
import { speakersFor, outboxBinding } from "../../../../core/store/units/outbox.ts";
import { rolesOf } from "../../../../core/store/units/roles.ts";
import { plainAct } from "../../../../mappings/message-act.ts";
import { defaultRoles } from "../../../../mappings/room-policy/roles.ts";
import { domain, memberSays, person, propertySays, submitted } from "../federation-sample.ts";
import { OwnerStage } from "../owner-stage.ts";
import { message, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`rights in groups of ours on ${kind.name}`, () => {
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
      at = await OwnerStage.make(sample, `peer${turn}.test`);
    });

    /** Something said in the stage's room. */
    const say = async (...events: readonly NewEvent[]) => {
      for (const event of events) {
        await sample.accept(at.room.id, [event.id]);
        const fence = await sample.claim(inLane(at.room.id));
        const [row] = await sample.rows(at.room.id);
        assert.ok(row);
        await sample.append(fence, at.room, [sample.row(row.n, [event])]);
        await sample.store.write("releaseLane", fence);
      }
    };
    const notices = async (like: string) =>
      sample.count(`notice where binding = ${at.room.id} and text like '${like}'`);
    const head = async () =>
      Number((await sample.sql(`select head from grp where id = ${at.room.group}`))[0]?.["head"]);
    const text = () => message(`text ${turn} ${Math.random()}`);
    const admit = (history: "none" | "all" = "none") =>
      sample.store.write("admitProvider", {
        group: at.room.group,
        peer: at.peer,
        provider: at.host,
        connection: null,
        history: { kind: history },
        now: 5_000,
      });

    void test("whoever speaks first is let in by an event without sender, and has his role and version", async () => {
      await say(text());
      const [joined] = await sample.sql(
        `select sender from event where grp = ${at.room.group} and seq = 1 and kind = 'member'`,
      );
      assert.deepEqual({ ...joined }, { sender: null });
      assert.equal(
        await sample.count(
          `member where grp = ${at.room.group} and role = 2 and version = 1 and state = 'joined'`,
        ),
        1,
      );
    });

    void test("what a group refuses to its own people leaves no place, and is told once in the room", async () => {
      await say(text());
      await sample.sql(`update member set muted_until = 9000000 where grp = ${at.room.group}`);
      const muted = text();
      await say(muted);
      assert.equal(await head(), 2);
      assert.equal(await notices("This was not carried to the linked rooms: only those%"), 1);
      assert.equal(await sample.count(`link where event_id = '${muted.id}' and state = 'refused'`), 1);
      await sample.sql(`update member set muted_until = null where grp = ${at.room.group}`);
      await sample.sql(`update grp set policed = 1 where id = ${at.room.group}`);
      const none = JSON.stringify({ index: 2, capabilities: [0x0100] });
      await sample.sql(`insert into group_role (grp, idx, json) values (${at.room.group}, 2, '${none}')`);
      await say(property("topic", "refused"), text());
      assert.equal(await head(), 3, "what may be said is said");
      assert.equal(await notices("%you have no right to that%"), 1);
    });

    void test("somebody else's message is deleted by a moderator of its own platform, or by whoever has the right", async () => {
      await say(text());
      await admit("all");
      const theirs = submitted(person(at.host, "mia"));
      await at.submit([theirs]);
      const said = text();
      const berta = { ...(text().sender ?? assert.fail("a sender")), native: `berta${turn}`, name: "Berta" };
      const other = { ...berta, uri: person(domain("fake.mimi.test"), `berta${turn}`) };
      await say(said);
      const before = await head();
      const deletes = (target: NewEvent["id"], moderated: boolean): NewEvent => ({
        ...message(`x ${Math.random()}`, other),
        native: null,
        effect: { kind: "version", root: target },
        act: { ...plainAct, act: "delete", target, moderated },
      });
      await say(deletes(said.id, false));
      await say(deletes(theirs.id, true));
      assert.equal(await head(), before);
      assert.equal(await notices("%a message of somebody else%"), 2);
      await say(deletes(said.id, true));
      assert.equal(await head(), before + 2, "he has joined by it");
      assert.equal(await sample.count(`event where id = '${said.id}' and deleted_seq = ${before + 2}`), 1);
      await say(deletes(said.id, true));
      assert.equal(await head(), before + 2, "it is deleted already");
    });

    void test("a provider is a member while its gateway reads, and the rooms are told once each way", async () => {
      await say(text());
      const { visibleFrom, rooms } = await admit();
      assert.deepEqual([visibleFrom, rooms.map(({ id }) => id)], [3, [at.room.id]]);
      const uri = `mimi://${at.host}`;
      const row = (state: string) =>
        sample.count(
          `member inner join "user" u on u.id = user_id where grp = ${at.room.group} and u.uri = '${uri}' and state = '${state}'`,
        );
      assert.equal(await row("joined"), 1);
      assert.equal((await admit()).visibleFrom, 3, "it stays as it is");
      assert.equal(await head(), 3);
      assert.equal(await notices(`%users of ${at.host} can read%`), 1);
      await at.submit([submitted(person(at.host, "mia"))]);
      const binding = await sample.store.read(outboxBinding(at.room.id));
      assert.ok(binding);
      const speakers = await sample.store.read(speakersFor(binding));
      assert.ok(!speakers.some((one) => one.uri === uri), "a provider has no ghost");
      await sample.store.write("dismissProvider", {
        group: at.room.group,
        peer: at.peer,
        provider: at.host,
        stays: false,
        now: 6_000,
      });
      assert.equal(await row("left"), 1);
      assert.equal(await notices(`Users of ${at.host} no longer read%`), 1);
      const guest = await at.head();
      assert.deepEqual([guest.left, guest.head, await head()], [true, 7, 7]);
      const { events } = await at.seen();
      assert.deepEqual(
        events.map(({ kind: what, sender }) => [what, sender]),
        [
          ["member", null],
          ["member", null],
          ["message", person(at.host, "mia")],
          ["member", null],
          ["member", null],
        ],
        "the users leave before their provider",
      );
      const again = await admit();
      assert.equal(again.visibleFrom, 8, "whoever comes back is a new guest");
      assert.equal(await notices(`%users of ${at.host} can read%`), 2);
    });

    void test("roles set in the log are kept whole, and another set takes their place", async () => {
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      await at.submit([submitted(mia)]);
      await sample.sql(`update member set role = 4 where grp = ${at.room.group}`);
      const set = (roles: typeof defaultRoles) =>
        submitted(mia, { kind: "role", says: { kind: "role", roles } });
      const named = defaultRoles.map((role) => ({ ...role, name: `${role.name}!` }));
      assert.deepEqual(await at.codes([set(named), set(named.slice(0, 3))]), [null, null]);
      assert.deepEqual(await sample.store.read(rolesOf(at.room.group)), named.slice(0, 3));
      assert.deepEqual(await at.codes([set(named)]), ["no_right"], "his role is defined no more");
    });

    void test("an invitation is for the one invited, and its role comes with it", async () => {
      await at.admit({ kind: "all" });
      const [mia, max] = [person(at.host, "mia"), person(at.host, "max")];
      await sample.sql(`update grp set join_policy = 'invite' where id = ${at.room.group}`);
      assert.deepEqual(await at.codes([submitted(mia, memberSays(mia, "accept"))]), ["no_right"]);
      assert.equal(
        await sample.count(`"user" where uri = '${mia}'`),
        0,
        "nothing is kept of what is refused",
      );
      await say(text());
      await sample.sql(`update member set role = 3 where grp = ${at.room.group}`);
      await sample.sql(
        `insert into "user" (uri, provider, native, name, profile_rev)
         select '${mia}', id, '${mia}', 'mia', -1 from provider where domain = '${at.host}'`,
      );
      await sample.sql(
        `insert into member (grp, user_id, state, role, since_seq) select ${at.room.group}, id, 'invited', 3, 2
         from "user" where uri = '${mia}'`,
      );
      const steps = [
        submitted(max, memberSays(max, "accept")),
        submitted(mia, memberSays(mia, "accept", 4)),
        submitted(mia, memberSays(mia, "accept")),
        submitted(mia, propertySays("isModerated", "true")),
        submitted(mia, memberSays(mia, "leave")),
        submitted(mia, memberSays(mia, "leave")),
      ];
      assert.deepEqual(await at.codes(steps), ["no_right", "no_right", null, null, null, null]);
      assert.equal(await sample.count(`grp where id = ${at.room.group} and policed = 1`), 1);
    });

    void test("blocks hide users and domains from one room or from all", async () => {
      const mia = person(at.host, "mia");
      const other = person(domain(`chat.other${turn}.test`), "max");
      let now = 0;
      const list = new BlockList(sample.store, () => now);
      const hidden = async (binding: BindingId) => [
        await list.hides(binding, mia),
        await list.hides(binding, other),
        await list.hides(binding, null),
      ];
      assert.deepEqual(await hidden(at.room.id), [false, false, false]);
      const by = { at: 1, actor: "test" };
      const room = { scope: `binding:${at.room.id}`, subject: mia, ...by };
      assert.ok(await sample.store.write("addBlock", room));
      assert.ok(!(await sample.store.write("addBlock", room)));
      await sample.store.write("addBlock", { scope: "gateway", subject: `other${turn}.test`, ...by });
      assert.deepEqual(await hidden(at.room.id), [false, false, false], "read again after a while");
      now = 2_000;
      assert.deepEqual(await hidden(at.room.id), [true, true, false]);
      assert.deepEqual(await hidden(sample.a.id), [false, true, false]);
      assert.equal((await sample.store.read(listBlocks())).length >= 2, true);
      assert.ok(await sample.store.write("dropBlockOf", room));
      await list.refresh();
      assert.deepEqual(await hidden(at.room.id), [false, true, false]);
    });

    void test("a policy is laid down and read", async () => {
      const { store } = sample;
      const { group } = at.room;
      assert.deepEqual(await store.read(policyOf(group)), {
        join: "asserted",
        history: { kind: "none" },
        retentionDays: null,
      });
      const policy = { join: "knock", history: { kind: "days", days: 7 }, retentionDays: 90 } as const;
      await store.write("setGroupPolicy", { group, ...policy, at: 1, actor: "test" });
      assert.deepEqual(await store.read(policyOf(group)), policy);
      for (const wrong of ["days:0", "days:3651", "days", "some"]) assert.equal(parseHistory(wrong), null);
    });
  });
}
