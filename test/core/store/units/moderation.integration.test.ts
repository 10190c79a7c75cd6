/** What an operator writes into the logs of groups of ours, and what rooms are told of it. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { StoredModeration } from "../../../../core/admin/moderation-operations.ts";
import type { GroupId } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import type { GroupDeed } from "../../../../core/moderation-operations.ts";
import { erasedMessages } from "../../../../core/store/units/erased-messages.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { openDeliveries } from "../../../../core/store/units/outbox.ts";
import { RESTORE, restoredProperty } from "../../../../core/store/units/restore.ts";
import { readEventContent } from "../../../../mappings/event-content.ts";
import { plainAct } from "../../../../mappings/message-act.ts";
import { person, submitted } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { OwnerStage } from "../owner-stage.ts";
import { done, message, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`moderation on ${kind.name}`, () => {
    let sample: SampleStore;
    let at: OwnerStage;
    let turn = 0;
    let grew: GroupId[] = [];
    let now = 30_000;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(async () => {
      turn += 1;
      now += 1_000;
      grew = [];
      at = await OwnerStage.make(sample, `peer${turn}.test`);
    });

    const operator = () =>
      new StoredModeration({ store: sample.store, now: () => now, grew: (group) => grew.push(group) });
    const moderate = (deed: GroupDeed) => operator().moderate(at.room.groupUri, deed);
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
    const text = () => message(`text ${turn} ${Math.random()}`);
    const notices = (like: string) =>
      sample.count(`notice where binding = ${at.room.id} and text like '${like}'`);
    /** As if the room had been given this. */
    const given = async (id: NewEvent["id"], native: string) => {
      const fence = await sample.claim(outLane(at.room.id));
      await sample.sql(
        `insert into link (binding, native, aux, event_id, part, state, attempts, at)
         values (${at.room.id}, '${native}', null, '${id}', 0, 'live', 1, 1)`,
      );
      await sample.store.write("releaseLane", fence);
    };
    const queued = async () =>
      (await sample.store.read(openDeliveries({ binding: at.room.id, limit: 100 }))).filter(
        ({ op }) => op === RESTORE,
      );

    void test("what he does stands in the log without sender, takes effect, and leaves a trace", async () => {
      await say(text());
      await at.admit({ kind: "all" });
      const anna = message("").sender?.uri ?? assert.fail("a sender");
      const mia = person(at.host, "mia");
      await at.submit([submitted(mia)]);
      const deeds: readonly GroupDeed[] = [
        { act: "set", name: "topic", value: "Rules" },
        { act: "set", name: "isModerated", value: "true" },
        { act: "role", user: anna, role: 3 },
        { act: "mute", user: mia, forMs: 60_000 },
        { act: "ban", user: mia, reason: "spam" },
      ];
      const begun = (await at.head()).head;
      for (const [i, deed] of deeds.entries()) {
        const { seq, event, act } = await moderate(deed);
        assert.deepEqual([seq, act, typeof event], [begun + i + 1, deed.act, "string"]);
      }
      assert.deepEqual(
        grew,
        deeds.map(() => at.room.group),
      );
      const { events } = await at.seen({ after: begun });
      assert.deepEqual(
        events.map(({ kind: what, sender }) => [what, sender]),
        ["property", "property", "member", "moderate", "member"].map((what) => [what, null]),
      );
      const last = events.at(-1);
      const said = readEventContent("member", last?.content ?? assert.fail("it has content"));
      assert.equal(said.kind === "member" && said.member.reason, "spam");
      assert.deepEqual(await at.codes([submitted(mia)]), ["not_member"]);
      assert.equal(await sample.count(`audit where subject = '${at.room.groupUri}'`), deeds.length);
      await say(text());
      assert.equal(
        (await at.head()).head,
        begun + deeds.length + 1,
        "an admin may speak while it is moderated",
      );
    });

    void test("what is so already is not written again, and who is not there is not put out", async () => {
      await say(text());
      const anna = message("").sender?.uri ?? assert.fail("a sender");
      assert.equal((await moderate({ act: "unban", user: anna, reason: "" })).seq, null);
      assert.equal((await moderate({ act: "unmute", user: anna })).seq, null);
      await moderate({ act: "set", name: "isReadOnly", value: "true" });
      assert.equal((await moderate({ act: "set", name: "isReadOnly", value: "true" })).seq, null);
      assert.equal((await moderate({ act: "role", user: anna, role: 2 })).seq, null);
      const nobody = person(at.host, "nobody");
      for (const deed of [
        { act: "kick", user: nobody, reason: "" },
        { act: "mute", user: nobody, forMs: null },
        { act: "role", user: nobody, role: 3 },
        { act: "erase-user", user: nobody },
      ] as const)
        await assert.rejects(moderate(deed), { code: "member_unknown" });
      for (const role of [0, 1, 77])
        await assert.rejects(moderate({ act: "role", user: anna, role }), { code: "role_unknown" });
      await assert.rejects(moderate({ act: "erase-events", events: ["01abcdef"] }), {
        code: "event_unknown",
      });
      await assert.rejects(moderate({ act: "set", name: "name", value: "x".repeat(300) }), { code: "usage" });
      await assert.rejects(
        operator().moderate("mimi://fake.mimi.test/r/none", { act: "unmute", user: anna }),
        {
          code: "group_unknown",
        },
      );
      assert.ok((await moderate({ act: "ban", user: nobody, reason: "" })).seq, "before he comes");
    });

    void test("a group of another gateway's is its owner's to moderate", async () => {
      const there = await FollowerStage.make(sample, `owner-of-${turn}.test`);
      const refused = { code: "group_foreign", message: new RegExp(`owner-of-${turn}\\.test`) };
      const deed = { act: "set", name: "topic", value: "mine" } as const;
      await assert.rejects(operator().moderate(there.uri, deed), refused);
      await assert.rejects(operator().policy(there.uri, { history: "all", join: null }), refused);
    });

    void test("messages that are erased are taken back once where a room has them", async () => {
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const [shown, unseen, taken] = [submitted(mia), submitted(mia), submitted(mia)];
      await at.submit([shown, unseen, taken]);
      await given(shown.id, `shown-${turn}`);
      await given(taken.id, `taken-${turn}`);
      const deletes = submitted(mia, {
        effect: { kind: "version", root: taken.id },
        act: { ...plainAct, act: "delete", target: taken.id },
      });
      await at.submit([deletes]);
      await given(deletes.id, `deletion-${turn}`);
      const erasure = { of: "user", user: mia } as const;
      const emptied = async (seq: number | null) => {
        const place = { binding: at.room.id, group: at.room.group, seq: seq as never, erasure };
        return (await sample.store.read(erasedMessages(place))).map(({ id, uri }) => [id, uri]);
      };
      const { seq } = await moderate({ act: "erase-user", user: mia });
      assert.deepEqual(await emptied(seq), [[shown.id, mia]], "the other one was deleted here before");
      assert.equal(
        await sample.count(`event where grp = ${at.room.group} and content is null and erased_at = ${now}`),
        4,
      );
      now += 1_000;
      assert.deepEqual(await emptied((await moderate({ act: "erase-user", user: mia })).seq), []);
      const named = submitted(mia);
      await at.submit([named]);
      await given(named.id, `named-${turn}`);
      const again = await moderate({ act: "erase-events", events: [named.id.slice(0, 12)] });
      const place = { binding: at.room.id, group: at.room.group, seq: again.seq as never };
      const ids = [named.id, shown.id];
      const found = await sample.store.read(erasedMessages({ ...place, erasure: { of: "events", ids } }));
      assert.deepEqual(
        found.map(({ id }) => id),
        [named.id],
      );
    });

    void test("a topic that the group refuses is queued to be set back, if the group has one", async () => {
      await say(text());
      const anna = message("").sender?.uri ?? assert.fail("a sender");
      await moderate({ act: "ban", user: anna, reason: "" });
      await say(property("topic", "anarchy"));
      const [first, ...others] = await queued();
      assert.ok(first && others.length === 0);
      assert.equal(await sample.store.read(restoredProperty(at.room.group, first)), null);
      await moderate({ act: "set", name: "topic", value: "Rules" });
      const back = await sample.store.read(restoredProperty(at.room.group, first));
      assert.deepEqual([back?.name, back?.value], ["topic", "Rules"]);
      assert.equal(await notices("This was not carried%"), 1);
      const fence = await sample.claim(outLane(at.room.id));
      const settled = [
        { ...done, seq: first.seq, property: { name: "topic" as const, item: "", value: "Rules" } },
      ];
      await sample.store.write("progress", sample.progress(fence, at.room.id, { settled }));
      await sample.store.write("releaseLane", fence);
      await say(property("topic", "Rules"));
      assert.deepEqual(await queued(), [], "the echo of what was set back is nothing");
      await say(property("topic", "anarchy"));
      assert.equal((await queued()).length, 1, "who tries again is set back again");
    });

    void test("a new guest sees what the group's own policy says", async () => {
      await say(text(), text());
      const admit = (provider: typeof at.host) =>
        sample.store.write("admitProvider", {
          group: at.room.group,
          peer: at.peer,
          provider,
          connection: null,
          history: { kind: "none" },
          now: 5_000,
        });
      const shown = await operator().policy(at.room.groupUri, { history: null, join: null });
      assert.deepEqual([shown.history, shown.join, shown.retentionDays], ["none", "asserted", null]);
      const changed = await operator().policy(at.room.groupUri, { history: "all", join: "invite" });
      assert.deepEqual([changed.history, changed.join], ["all", "invite"]);
      assert.equal((await admit(at.host)).visibleFrom, 1);
      const kept = await operator().policy(at.room.groupUri, { history: "days:7", join: null });
      assert.deepEqual([kept.history, kept.join], ["days:7", "invite"]);
      for (const change of [
        { history: "days:0", join: null },
        { history: null, join: "open" },
      ])
        await assert.rejects(operator().policy(at.room.groupUri, change), { code: "usage" });
      assert.equal(
        await sample.count(`audit where act = 'group policy' and subject = '${at.room.groupUri}'`),
        2,
      );
    });
  });
}
