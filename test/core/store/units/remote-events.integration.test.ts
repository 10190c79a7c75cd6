/** Groups of peers that are followed here. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Seq } from "../../../../core/ids.ts";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { lanesBehind } from "../../../../core/store/units/lanes.ts";
import { membersPage } from "../../../../core/store/units/snapshot.ts";
import type { GroupState } from "../../../../core/store/units/take-state.ts";
import { SALT_OCTETS, saidKey } from "../../../../mappings/event-id.ts";
import type { SaidKey, UserUri } from "../../../../mappings/ids.ts";
import {
  addPeer,
  domain,
  memberSays,
  nothingHolds,
  person,
  propertySays,
  remote,
} from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { done, eventId, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const stated = (uri: UserUri, version: number, role = 2) =>
  ({ uri, name: null, state: "joined", role, version: version as Seq }) as const;

for (const kind of storeKinds()) {
  void describe(`groups of peers on ${kind.name}`, () => {
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

    void test("the owner's log comes in with its seqs and times, its people are known, and the room is woken", async () => {
      const mia = person(at.host, "mia");
      const third = person(domain("third.test"), "max");
      const member = { ...memberSays(mia, "join"), sender: null };
      const proof = Buffer.from("proof");
      const events = [
        remote(1, null, member),
        remote(2, mia, { senderName: "Mia" }),
        remote(3, third, { proof, via: ["third.test"] }),
      ];
      const applied = await at.apply(events, { cursor: { from: null, to: "c3" } });
      assert.deepEqual(applied, {
        head: 3,
        added: 3,
        rooms: [{ id: at.room.id, account: at.room.account }],
        forkedAt: null,
      });
      assert.deepEqual(
        (await at.log()).map(({ seq, id, senderUri, senderName }) => [seq, id, senderUri, senderName]),
        [
          [1, events[0]?.id, null, null],
          [2, events[1]?.id, mia, "Mia"],
          [3, events[2]?.id, third, "max"],
        ],
      );
      assert.deepEqual([(await at.state())?.cursor, (await at.state())?.head], ["c3", 3]);
      assert.equal(await at.count(`event where origin_peer = ${at.peer} and received_at = 30000`), 3);
      assert.equal(
        await at.count("event where accepted_at = 10003 and via = 'third.test' and proof is not null"),
        1,
      );
      assert.equal(await at.count("member where state = 'joined'"), 1);
      assert.ok((await sample.store.read(lanesBehind())).some(({ key }) => key === outLane(at.room.id)));
      await at.apply([remote(4, null, memberSays(mia, "leave"))]);
      assert.equal(await at.count("member where state = 'left' and since_seq = 4"), 1);
    });

    void test("what is held already is nothing; a gap or a second word for a place is refused as a whole", async () => {
      const mia = person(at.host, "mia");
      const events = [remote(1, mia), remote(2, mia)];
      await at.apply(events);
      assert.equal((await at.apply([...events, remote(3, mia)])).added, 1);
      assert.deepEqual(await at.apply(events), { head: 3, added: 0, rooms: [], forkedAt: null });
      await assert.rejects(at.apply([remote(4, mia), remote(6, mia)]), { code: "event_gap" });
      await assert.rejects(at.apply([remote(2, mia)]), { code: "event_conflict" });
      await assert.rejects(at.apply([remote(4, mia, { id: events[0]?.id ?? eventId() })]), {
        code: "event_conflict",
      });
      assert.equal((await at.state())?.head, 3);
      assert.equal((await at.log()).length, 3);
    });

    void test("one page is taken once, by whoever holds the lane and moves the cursor from where it stood", async () => {
      const mia = person(at.host, "mia");
      await at.apply([remote(1, mia)], { cursor: { from: null, to: "c1" } });
      const late = at.apply([remote(2, mia)], { cursor: { from: null, to: "c2" } });
      await assert.rejects(late, { code: "lane_lost" });
      assert.equal((await at.state())?.head, 1);
      const { store } = sample;
      assert.equal(await store.write("setCursor", { group: at.group, from: "c0", to: "c2" }), false);
      assert.equal(await store.write("setCursor", { group: at.group, from: "c1", to: "c2" }), true);
      await assert.rejects(at.apply([remote(2, mia)], { fence: { ...at.fence, epoch: 0 } }), {
        code: "lane_lost",
      });
      await assert.rejects(at.apply([remote(2, mia)], { peer: (at.peer + 1) as never }), {
        code: "lane_lost",
      });
    });

    void test("a group that was stopped takes nothing until it is followed again, from where it stood", async () => {
      const { store } = sample;
      const mia = person(at.host, "mia");
      await at.apply([remote(1, mia)]);
      const stop = { fence: at.fence, group: at.group, state: "stopped", code: "event_gap" } as const;
      assert.equal(await store.write("stopFollowing", stop), true);
      assert.equal(await store.write("stopFollowing", stop), false);
      assert.deepEqual([(await at.state())?.state, (await at.state())?.code], ["stopped", "event_gap"]);
      await assert.rejects(at.apply([remote(2, mia)]), { code: "lane_lost" });
      const again = { uri: at.uri, owner: at.host, peer: at.peer, connection: null, actor: "test" };
      const start = { after: 0 as const, cursor: "start", rev: 2, at: 5_000 };
      assert.equal(await store.write("follow", { ...again, ...start }), at.group);
      assert.deepEqual(
        [(await at.state())?.state, (await at.state())?.cursor, (await at.state())?.head],
        ["following", "start", 1],
      );
      assert.equal((await at.apply([remote(2, mia)])).head, 2);
    });

    void test("only the peer that speaks for a group's owner can have it followed", async () => {
      const other = await addPeer(sample, `liar${turn}.test`);
      const wrong = { uri: at.uri, owner: at.host, peer: other.id, connection: null, actor: "test" };
      const start = { after: 0 as const, cursor: null, rev: 1, at: 1 };
      await assert.rejects(sample.store.write("follow", { ...wrong, ...start }), { code: "domain_taken" });
      const foreign = { ...wrong, owner: other.host, ...start };
      await assert.rejects(sample.store.write("follow", foreign), { code: "domain_taken" });
      const ours = { ...wrong, uri: sample.a.groupUri, owner: domain("fake.mimi.test"), ...start };
      await assert.rejects(sample.store.write("follow", ours), { code: "domain_taken" });
    });

    void test("where the owner's log begins later, or its cursor is gone, the rooms go on behind the gap", async () => {
      const { store } = sample;
      at = await FollowerStage.make(sample, `late${turn}.test`, 41);
      const mia = person(at.host, "mia");
      assert.equal((await at.apply([remote(42, mia)])).head, 42);
      const out = await sample.claim(outLane(at.room.id));
      const notices = await sample.sql(`select seq from delivery where binding = ${at.room.id}`);
      const settled = notices.map(({ seq }) => ({ ...done, seq: Number(seq) }));
      const moved = sample.progress(out, at.room.id, { settled, intendedSeq: 42 as Seq });
      await store.write("progress", moved);
      const jump = { group: at.group, after: 50 as Seq, cursor: "c50", rev: 1, state: nothingHolds, now: 1 };
      await store.write("restartFollowing", { fence: at.fence, ...jump });
      assert.deepEqual(
        [(await at.state())?.head, (await at.state())?.rev, (await at.state())?.cursor],
        [50, 1, "c50"],
      );
      assert.equal(await store.write("releaseIfCaughtUp", out), true, "nothing waits in the gap");
      assert.equal((await at.apply([remote(51, mia)])).head, 51);
      await store.write("stopFollowing", {
        fence: null,
        group: at.group,
        state: "left",
        code: "connection_ended",
      });
      await assert.rejects(store.write("restartFollowing", { fence: at.fence, ...jump }), {
        code: "lane_lost",
      });
    });

    void test("a log that begins late is taken from there, and what a page says of its end is heard", async () => {
      const mia = person(at.host, "mia");
      const begun = await at.apply([remote(7, mia), remote(8, mia)], { bounds: { after: 6, head: null } });
      assert.deepEqual([begun.head, begun.added], [8, 2]);
      const none = await at.apply([], { bounds: { after: 20, head: 20 }, cursor: { from: null, to: "c" } });
      assert.deepEqual([none.head, (await at.state())?.head], [20, 20]);
      await assert.rejects(at.apply([remote(22, mia)]), { code: "event_gap" });
    });

    /** The owner has another log: of revision 2, whose snapshot says nothing but what `state` does. */
    const restart = (rev: number, state: Partial<GroupState> = {}) =>
      sample.store.write("restartFollowing", {
        fence: at.fence,
        group: at.group,
        after: 2 as Seq,
        cursor: "snapshot",
        rev,
        state: { ...nothingHolds, ...state },
        now: 50_000,
      });

    void test("of another log what is the same is kept, and what our users said behind that is said again", async () => {
      const mia = person(at.host, "mia");
      const told = { passed: "mimi://a.example/r/1", saidKey: "5".repeat(32) as SaidKey };
      const lost = { ...message(`lost ${turn}`), ...told };
      const said = [message(`kept ${turn}`), lost, message(`waiting ${turn}`)] as const;
      await at.say(...said);
      const [same, other] = [remote(1, mia), remote(3, mia)];
      await at.apply([same, at.back(2, said[0]), other, at.back(4, said[1])]);
      await at.verdict(said[2].id, null);
      assert.deepEqual(await at.pending(), []);
      await restart(2);
      assert.deepEqual(
        [(await at.state())?.cursor, (await at.state())?.rev, (await at.state())?.heldRev],
        [null, 2, 1],
      );
      assert.deepEqual(
        (await at.pending()).map(({ id }) => id),
        [said[2].id],
        "the owner had accepted it",
      );

      const fresh = remote(3, mia);
      const first = await at.apply([same, at.back(2, said[0])], { bounds: { after: 0, head: null } });
      assert.deepEqual([first.added, first.forkedAt], [0, null], "all of it is held");
      const forked = await at.apply([fresh], { bounds: { after: null, head: 3 } });
      assert.deepEqual([forked.head, forked.added, forked.forkedAt], [3, 1, 2]);
      assert.deepEqual(
        (await at.log()).map(({ seq, id }) => [seq, id]),
        [
          [1, same.id],
          [2, said[0].id],
          [3, fresh.id],
        ],
      );
      assert.deepEqual(new Set((await at.pending()).map(({ id }) => id)), new Set([said[1].id, said[2].id]));
      assert.equal((await at.state())?.heldRev, 2);
      await assert.rejects(at.apply([remote(2, mia)]), { code: "event_conflict" }, "it is one log again");
      await at.apply([at.back(4, said[1])]);
      const back = (await at.log(3))[0];
      assert.deepEqual({ passed: back?.passed, saidKey: back?.saidKey }, told, "nothing of it is forgotten");
      assert.deepEqual(
        (await at.pending()).map(({ id }) => id),
        [said[2].id],
      );
    });

    void test("a log that is shorter than the one before ends where it ends", async () => {
      const mia = person(at.host, "mia");
      const events = [remote(1, mia), remote(2, mia), remote(3, mia)];
      await at.apply(events);
      await restart(2);
      const page = { bounds: { after: 0, head: 2 } };
      const { head, added, forkedAt } = await at.apply(events.slice(0, 2), page);
      assert.deepEqual([head, added, forkedAt], [2, 0, 2]);
      assert.deepEqual([(await at.log()).length, (await at.state())?.heldRev], [2, 2]);
    });

    void test("of another log the snapshot says who is in it and what holds; of the same it adds to that", async () => {
      const [mia, max] = [person(at.host, "mia"), person(at.host, "max")];
      await at.apply([
        remote(1, null, memberSays(mia, "join")),
        remote(2, null, memberSays(max, "join")),
        remote(3, null, propertySays("topic", "old")),
      ]);
      const members = async () => {
        const page = { group: at.group, after: 0, limit: 10 } as const;
        const { members: found } = await sample.store.read(membersPage(page));
        return found.map(({ uri, state, role, version }) => [uri, state, role, version]);
      };
      const provider = `mimi://here${turn}.test` as UserUri;
      await sample.store.write("takeGroupState", {
        fence: at.fence,
        group: at.group,
        state: { ...nothingHolds, members: [stated(mia, 9, 3), stated(max, 1, 4), stated(provider, 5)] },
      });
      assert.deepEqual(await members(), [
        [mia, "joined", 3, 9],
        [max, "joined", 2, 2],
        [provider, "joined", 2, 5],
      ]);
      await at.apply([remote(4, null, memberSays(mia, "leave"))]);
      assert.deepEqual((await members())[0], [mia, "joined", 3, 9], "what was stated is of later");
      const properties = [{ name: "name", item: "", value: "Tea", version: 2 as Seq }] as const;
      await restart(2, { members: [stated(max, 1, 3)], properties });
      assert.deepEqual(await members(), [[max, "joined", 3, 1]]);
      assert.deepEqual(
        (await sample.sql(`select name, value from property where grp = ${at.group}`)).map((row) => ({
          ...row,
        })),
        [{ name: "name", value: "Tea" }],
      );
    });

    void test("a group that was put off is so for its peer's lane only", async () => {
      await sample.store.write("putOffFollowing", { fence: at.fence, group: at.group, wake: 99 });
      assert.deepEqual([(await at.state())?.wake, (await at.state())?.state], [99, "following"]);
    });

    void test("an owner can't give out as our users' what they never said", async () => {
      await at.say(message(`real ${turn}`));
      const anna = message("x").sender?.uri ?? null;
      await assert.rejects(at.apply([remote(1, anna)]), { code: "sender_forged" });
      assert.equal((await at.apply([remote(1, anna, { proof: Buffer.from("ours") })])).head, 1);
      const unmet = person(domain("fake.mimi.test"), "unmet");
      await assert.rejects(at.apply([remote(2, unmet)]), { code: "sender_forged" });
    });

    void test("what ours said before a restore is known again by its salt, and what others say by its id alone", async () => {
      const salt = randomBytes(SALT_OCTETS);
      const mia = person(at.host, "mia");
      const { sender } = message("");
      assert.ok(sender);
      const anna = sender.uri;
      const content = (text: string) => Buffer.concat([Buffer.of(0x82, 0x50), salt, Buffer.from(text)]);
      const key = saidKey("message", anna, at.uri, salt);
      const proof = Buffer.from("ours");
      await at.apply([
        remote(1, mia, { content: content("one") }),
        remote(2, mia, { content: content("two, under the same salt") }),
        remote(3, anna, { content: content("lost"), proof }),
        remote(4, anna, { content: null, proof }),
      ]);
      const known = async () => (await at.log()).map((entry) => entry.saidKey);
      assert.deepEqual(await known(), [null, null, key, null]);
      const again = randomBytes(SALT_OCTETS);
      const edited = { ...message(`edited ${turn}`), saidKey: saidKey("message", anna, at.uri, again) };
      await at.say(edited);
      const before = Buffer.concat([Buffer.of(0x82, 0x50), again, Buffer.from("as it was")]);
      await at.apply([remote(5, anna, { content: before, proof }), at.back(6, edited)]);
      assert.deepEqual((await known()).slice(4), [null, edited.saidKey], "no key stands for two events");
    });

    void test("one of ours whom the owner names before he was met is the same when he speaks", async () => {
      const uri = person(domain("fake.mimi.test"), `carl${turn}`);
      await at.apply([remote(1, null, memberSays(uri, "join"))]);
      const event = message(`hello ${turn}`, { uri, native: `carl ${turn}`, name: "Carl" });
      await at.say(event);
      await at.apply([at.back(2, event)]);
      assert.deepEqual(
        [(await at.log(1))[0]?.senderNative, (await at.log(1))[0]?.senderName],
        [`carl ${turn}`, "Carl"],
      );
      assert.equal(await sample.count(`"user" where uri = '${uri}'`), 1);
    });

    void test("the rooms are told once whose users can read the group from now on", async () => {
      const uri = `mimi://reader${turn}.test`;
      const told = () =>
        sample.count(
          `notice where binding = ${at.room.id} and text like '%users of reader${turn}.test can read%'`,
        );
      await at.apply([remote(1, null, memberSays(uri, "join")), remote(2, null, memberSays(uri, "join"))]);
      assert.equal(await told(), 1);
      await at.apply([remote(3, null, memberSays(uri, "leave")), remote(4, null, memberSays(uri, "join"))]);
      assert.equal(await told(), 2, "it is a new guest");
    });

    void test("an event that was erased before it came keeps its place, empty", async () => {
      await at.apply([remote(1, person(at.host, "mia"), { content: null })]);
      assert.equal((await at.log())[0]?.content, null);
      assert.equal(await at.count("event where erased_at = 30000"), 1);
    });
  });
}
