/** What our users say in groups of peers. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { knownMessages, reactionsTo } from "../../../../core/store/units/relations.ts";
import { plainAct } from "../../../../mappings/message-act.ts";
import { type SaidKey, userUri } from "../../../../mappings/ids.ts";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { groupsWaiting, pendingFor } from "../../../../core/store/units/submissions.ts";
import { domain, person, propertySays, remote } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { eventId, linkRooms, message, property, SampleStore } from "../sample.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`submissions on ${kind.name}`, () => {
    let sample: SampleStore;
    let at: FollowerStage;
    let turn = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(async () => {
      turn += 1;
      at = await FollowerStage.make(sample, `owner${turn}.test`);
    });

    void test("what our users say there waits for the owner, in its order, and is in no log yet", async () => {
      const [one, two] = [message(`one ${turn}`), message(`two ${turn}`)];
      const appended = await at.say(one, two);
      assert.deepEqual([appended.head, appended.others, appended.submittedTo], [0, [], at.peer]);
      assert.deepEqual(await at.log(), []);
      const waiting = await at.pending();
      assert.deepEqual(
        waiting.map(({ id, kind, sender, senderName, originAt, proof }) => [
          id,
          kind,
          sender,
          senderName,
          originAt,
          proof,
        ]),
        [one, two].map(({ id, sender }) => [id, "message", sender?.uri, "Anna", 1_000, null]),
      );
      assert.deepEqual(Buffer.from(waiting[0]?.content ?? []).toString(), `one ${turn}`);
      assert.deepEqual(
        (await at.pending(waiting[0]?.n)).map(({ id }) => id),
        [two.id],
      );
      assert.deepEqual(
        (await at.pending(0, 1)).map(({ id }) => id),
        [one.id],
      );
      assert.deepEqual(
        (await sample.store.read(groupsWaiting(at.peer))).map((row) => ({ ...row })),
        [{ group: at.group, uri: at.uri }],
      );
      assert.equal(await sample.count(`link where binding = ${at.room.id} and state = 'live'`), 2);
    });

    void test("it comes back with its seq, is known for the room's own, and keeps its link", async () => {
      const passed = "mimi://a.example/r/1 mimi://b.example/r/2";
      const saidKey = "5".repeat(32) as SaidKey;
      const event = { ...message(`mine ${turn}`), passed, saidKey };
      await at.say(event);
      const proof = Buffer.from("signed");
      const served = { group: at.group, served: [{ id: event.id, proof }] };
      assert.deepEqual(await sample.store.write("markServed", served), [event.id]);
      assert.deepEqual(await sample.store.write("markServed", served), [event.id], "served again");
      assert.deepEqual(Buffer.from((await at.pending())[0]?.proof ?? []), proof);
      await at.verdict(event.id, null);
      assert.deepEqual(await at.pending(), [], "accepted: it is not served again");
      const applied = await at.apply([remote(1, person(at.host, "mia")), at.back(2, event)]);
      assert.equal(applied.head, 2);
      const entry = (await at.log(1))[0];
      assert.deepEqual(
        [entry?.id, entry?.originBinding, entry?.senderNative, entry?.passed, entry?.saidKey],
        [event.id, at.room.id, "anna", passed, saidKey],
      );
      assert.equal(await at.count("event where seq = 2 and received_at = 2000"), 1);
      assert.equal(await sample.count(`link where event_id = '${event.id}' and state = 'live'`), 1);
      assert.equal(await at.count("submission where n > 0"), 0);
      assert.equal(await at.verdict(event.id, null), null, "a verdict behind its event is nothing");
    });

    void test("the event may come before its verdict, and other rooms of ours get it from the log", async () => {
      const name = `second ${turn}`;
      await linkRooms(sample.store, sample.account, [name], at.uri);
      const event = message(`first ${turn}`);
      await at.say(event);
      const applied = await at.apply([at.back(1, event)]);
      assert.equal(applied.rooms.length, 2);
      assert.equal(await at.verdict(event.id, "not_member"), null);
      assert.equal(
        await sample.count(`notice where text like 'not carried%' and binding = ${at.room.id}`),
        0,
      );
    });

    void test("what was said can be referred to in its room before the owner has it", async () => {
      const root = message(`early ${turn}`);
      const edit = { ...message(`early edit ${turn}`), effect: { kind: "version", root: root.id } as const };
      const known = async (name: string) => {
        const place = { binding: at.room.id, group: at.group };
        const rows = await sample.store.read(knownMessages({ ...place, name, by: "native" }));
        return rows.map((row) => [row.root, row.version, row.authorNative, row.originBinding]);
      };
      await at.say(root);
      assert.deepEqual(await known(`native early ${turn}`), [[root.id, root.id, "anna", at.room.id]]);
      await at.say(edit);
      const both = [[root.id, edit.id, "anna", at.room.id]];
      assert.deepEqual(await known(`native early edit ${turn}`), both);
      await at.apply([at.back(1, root)]);
      assert.deepEqual(
        await known(`native early edit ${turn}`),
        both,
        "the first is in the log, its edit is not",
      );
      await at.apply([at.back(2, edit)]);
      assert.deepEqual(await known(`native early ${turn}`), both);
    });

    void test("a room that is erased leaves nothing to be submitted", async () => {
      const { store, account } = sample;
      await at.say(message(`erased ${turn}`));
      const room = { account: account.id, native: at.room.native, label: "room" };
      await store.write("unlink", { ...room, erase: true, at: 5_000, actor: "test" });
      const fence = await sample.claim(outLane(at.room.id));
      await store.write("endBinding", { fence, binding: at.room.id });
      assert.equal(await at.count("submission where n > 0"), 0);
    });

    void test("a refusal marks the link and tells the author once", async () => {
      const event = message(`refused ${turn}`);
      await at.say(event);
      assert.deepEqual(await at.verdict(event.id, "not_member"), {
        id: at.room.id,
        account: at.room.account,
      });
      assert.equal(await at.verdict(event.id, "not_member"), null);
      const told = `notice where binding = ${at.room.id} and to_native = 'anna' and text = 'not carried: not_member'`;
      assert.equal(await sample.count(told), 1);
      assert.equal(await sample.count(`link where event_id = '${event.id}' and state = 'refused'`), 1);
      assert.equal(
        await at.count("submission where state = 'refused' and code = 'not_member' and told_at = 40000"),
        1,
      );
      assert.deepEqual(await at.pending(), []);
    });

    void test("what its author deletes before it was served goes with its edits, what was served is deleted", async () => {
      const { store } = sample;
      const [kept, gone] = [message(`kept ${turn}`), message(`gone ${turn}`)];
      const edited = version(gone, "edit");
      await at.say(kept, gone, edited);
      await store.write("markServed", { group: at.group, served: [{ id: kept.id, proof: null }] });
      const deletions = [version(kept, "delete"), version(gone, "delete")] as const;
      await at.say(...deletions);
      assert.deepEqual(
        (await at.pending()).map(({ id }) => id),
        [kept.id, deletions[0].id],
      );
      assert.equal(await sample.count(`link where event_id = '${gone.id}' and state = 'refused'`), 1);
      const late = { group: at.group, served: [{ id: gone.id, proof: null }] };
      assert.deepEqual(await store.write("markServed", late), [], "it must not be sent any more");
      const foreign = message(`not his ${turn}`);
      const ours = domain(foreign.sender?.uri.split("/")[2] ?? "");
      await at.say(foreign);
      const sender = { uri: userUri(ours, "ben"), native: "ben", name: "Ben" };
      await at.say({ ...version(foreign, "delete"), sender });
      assert.equal(
        (await at.pending()).some(({ id }) => id === foreign.id),
        true,
      );
    });

    void test("reactions that stand are not submitted again; edits and properties travel", async () => {
      const root = message(`liked ${turn}`);
      await at.say(root);
      await at.apply([at.back(1, root)]);
      const effect = { kind: "reaction", target: root.id, emoji: "👍" } as const;
      const like = { ...message(`like ${turn}`), effect };
      await at.say(like);
      await at.apply([at.back(2, like)]);
      const rows = await sample.store.read(reactionsTo({ group: at.group, target: root.id }));
      assert.deepEqual(
        rows.map(({ id, emoji }) => [id, emoji]),
        [[like.id, "👍"]],
      );
      const none = {
        ...message(`gone ${turn}`),
        effect: { kind: "unreaction", reaction: eventId() } as const,
      };
      await at.say({ ...message(`like more ${turn}`), effect }, none);
      assert.deepEqual(await at.pending(), []);
      const away = { ...message(`away ${turn}`), effect: { kind: "unreaction", reaction: like.id } as const };
      const edit = { ...message(`edit ${turn}`), effect: { kind: "version", root: root.id } as const };
      await at.say(away, edit, property("topic", "cake"), property("topic", "cake"));
      assert.deepEqual(
        (await at.pending()).map(({ kind: of }) => of),
        ["message", "message", "property"],
      );
      const topic = (await at.pending())[2];
      assert.ok(topic);
      await at.apply([
        at.back(3, away),
        at.back(4, edit),
        remote(5, topic.sender, {
          id: topic.id,
          ...propertySays("topic", "cake"),
          content: topic.content,
        }),
      ]);
      assert.equal(await at.count("event where seq = 4 and root_id is not null"), 1);
      assert.equal(await at.count("property where value = 'cake' and seq = 5"), 1);
      assert.equal(await at.count("reaction where gone_seq = 3"), 1);
    });

    void test("in a group that we are no longer in nothing is submitted, and the author is told", async () => {
      await sample.store.write("stopFollowing", {
        fence: null,
        group: at.group,
        state: "left",
        code: "connection_ended",
      });
      const appended = await at.say(message(`into the void ${turn}`));
      assert.deepEqual([appended.told, appended.submittedTo], [true, null]);
      assert.equal(await at.count("submission where n > 0"), 0);
      assert.equal(await sample.count(`notice where binding = ${at.room.id} and to_native = 'anna'`), 1);
    });

    void test("the groups of one peer share what is served, none keeps the others out", async () => {
      await at.say(...["a", "b", "c", "d"].map((text) => message(`${text} ${turn}`)));
      const first = at;
      const uri = first.uri.replace(/[^/]*$/, `second-${turn}`) as typeof first.uri;
      const start = { after: 0 as const, cursor: null, rev: 1, at: 1, connection: null, actor: "test" };
      const group = await sample.store.write("follow", {
        uri,
        owner: first.host,
        peer: first.peer,
        ...start,
      });
      await linkRooms(sample.store, sample.account, [`other room ${turn}`], uri);
      await sample.sql(
        "insert into submission (grp, id, kind, content, origin_binding, origin_at, received_at, state) " +
          `select ${group}, id || 'x', kind, content, origin_binding, origin_at, received_at, state ` +
          `from submission where grp = ${first.group}`,
      );
      const groups = [first.group, group].map((one) => ({ group: one, after: 0 }));
      const shared = await sample.store.read(pendingFor({ peer: first.peer, groups, limit: 4 }));
      assert.deepEqual(
        [...shared.values()].map((rows) => rows.length),
        [2, 2],
      );
      const unasked = await sample.store.read(
        pendingFor({ peer: (first.peer + 1) as never, groups, limit: 4 }),
      );
      assert.equal(unasked.size, 0, "another peer's groups are not served");
    });
  });
}

/** What its author makes of a message. */
const version = (of: NewEvent, act: "edit" | "delete"): NewEvent => ({
  ...message(`${act} ${of.id}`),
  effect: { kind: "version", root: of.id },
  act: { ...plainAct, act, target: of.id },
});
