/** Rooms that are paused: what comes waits, lines still go, and it all goes on where somebody resumes them. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NativeKey, Seq } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import { liveBindings } from "../../../../core/store/units/bindings.ts";
import { givenToRoom } from "../../../../core/store/units/given-messages.ts";
import { inboxBinding, inboxPage } from "../../../../core/store/units/inbox.ts";
import { lanesBehind } from "../../../../core/store/units/lanes.ts";
import { outboxBinding } from "../../../../core/store/units/outbox.ts";
import { statusReport } from "../../../../core/store/units/status.ts";
import { person, remote } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { done, intent, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const WHY = "echo says again what is carried into the room";
const NAMELESS = "somebody says again what is carried into the room";

const raw = (text: string) => ({ nativeKey: `key ${text}` as NativeKey, at: 1_000, raw: text });

for (const kind of storeKinds()) {
  void describe(`a paused room on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    const behind = async () => (await sample.store.read(lanesBehind())).map(({ key }) => key).toSorted();
    /** Delivers the lines that wait for a room. */
    async function settleLines(): Promise<readonly string[]> {
      const { store, b } = sample;
      const notices = await sample.sql(`select n, text from notice where binding = ${b.id} order by n`);
      const fence = await sample.claim(outLane(b.id));
      const settled = notices.map(({ n }) => ({ ...done, seq: -Number(n) }));
      await store.write("progress", sample.progress(fence, b.id, { settled }));
      await store.write("releaseLane", fence);
      return notices.map(({ text }) => String(text));
    }
    const resume = (drop: boolean) =>
      sample.store.write("resumeRoom", {
        account: sample.account.id,
        native: sample.b.native,
        label: "fake:b",
        drop,
        at: 9_000,
        actor: "operator",
      });

    void test("is told so once, and says why", async () => {
      const { store, b } = sample;
      await assert.rejects(resume(false), { code: "room_not_paused" });
      const pause = { binding: b.id, at: 5_000, why: WHY, nameless: NAMELESS };
      assert.equal(await store.write("pauseRoom", pause), true);
      assert.equal(await store.write("pauseRoom", { ...pause, why: "another reason" }), false);
      assert.deepEqual(await behind(), [outLane(b.id)], "its line goes out");
      const lines = await settleLines();
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /^This room is paused: echo says again .*mimi-gateway resume fake:b$/);
      const report = (await store.read(statusReport())).bindings.find(({ id }) => id === b.id);
      assert.deepEqual([report?.pausedAt, report?.pausedWhy, report?.state], [5_000, WHY, "live"]);
      const acts = await sample.sql("select actor, act, subject, detail from audit where act = 'pause'");
      assert.deepEqual(
        acts.map((row) => ({ ...row })),
        [{ actor: "gateway", act: "pause", subject: "fake:b", detail: NAMELESS }],
      );
    });

    void test("takes what comes into its inbox, what is translated already too, and no lane runs for it", async () => {
      const { store, a, b, account } = sample;
      const place = { binding: b.id, group: b.group, provider: account.provider, now: 6_000 };
      const translation = { events: [message("direct")], replies: [], refused: null };
      const raws = [raw("one"), { ...raw("direct"), translation }, raw("two")];
      const batches = [{ binding: b.id, mark: null, raws, place }];
      const accepted = await store.write("accept", { fence: null, account: account.id, at: 6_000, batches });
      assert.deepEqual(accepted.appended, []);
      await sample.say(a, "for b");
      const waiting = await store.read(inboxPage({ binding: b.id, limit: 10 }));
      assert.deepEqual(
        waiting.map((row) => row.raw),
        ["one", "direct", "two"],
      );
      assert.deepEqual(await behind(), [], "neither its inbox nor its outbox");
      const fence = await sample.claim(outLane(b.id));
      const head = (await sample.head()) as Seq;
      const change = { intents: [intent(head)], intendedSeq: head };
      assert.equal(await store.write("progress", sample.progress(fence, b.id, change)), false);
      assert.equal(await sample.count(`delivery where binding = ${b.id}`), 0, "a lane that did not know");
      assert.equal((await store.read(outboxBinding(b.id)))?.intendedSeq, 0);
      await store.write("releaseLane", fence);
      const bindings = await store.read(liveBindings(account.id));
      assert.deepEqual(
        bindings.map(({ pausedAt }) => pausedAt),
        [null, 5_000],
      );
      assert.equal((await store.read(outboxBinding(b.id)))?.pausedAt, 5_000);
    });

    void test("goes on where somebody resumes it, what waited apart from what comes then", async () => {
      const { store, b } = sample;
      const resumed = await resume(true);
      assert.deepEqual(
        [resumed.binding, resumed.group, resumed.pausedAt, resumed.why, resumed.waiting],
        [b.id, b.groupUri, 5_000, WHY, 3],
      );
      assert.deepEqual(await behind(), [inLane(b.id), outLane(b.id)]);
      const room = await store.read(inboxBinding(b.id));
      const last = (await store.read(inboxPage({ binding: b.id, limit: 10 }))).at(-1)?.n;
      assert.deepEqual(
        [room?.pausedAt, room?.resumedAt, room?.resumedUpTo, room?.resumedDrop],
        [null, 9_000, last, 1],
      );
      assert.deepEqual(await settleLines(), [
        "This room is resumed: what is said here is carried again, and so is what waited.",
      ]);
      await assert.rejects(resume(false), { code: "room_not_paused" });
      await assert.rejects(
        store.write("resumeRoom", {
          account: sample.account.id,
          native: "nowhere" as never,
          label: "fake:nowhere",
          drop: false,
          at: 9_000,
          actor: "operator",
        }),
        { code: "room_not_linked" },
      );
    });

    void test("was given what others have said, up to where deliveries are written down", async () => {
      const { store, a, b } = sample;
      await sample.say(a, "later one", "later two");
      await sample.say(b, "its own");
      const head = await sample.head();
      const question = { binding: b.id, group: b.group, after: 0, upTo: head, most: 10 };
      const texts = async (change: Partial<typeof question>) =>
        (await store.read(givenToRoom({ ...question, ...change }))).map(({ content }) =>
          Buffer.from(content ?? "").toString("utf8"),
        );
      const all = await texts({});
      assert.deepEqual(all.slice(-2), ["later one", "later two"]);
      assert.ok(!all.includes("its own"));
      assert.deepEqual(await texts({ most: 2 }), ["later one", "later two"]);
      assert.deepEqual(await texts({ upTo: 0 }), []);
      assert.equal((await store.read(givenToRoom(question))).at(-1)?.at, 3_000);
    });

    void test("was given what a peer's log says when that came here, by this gateway's clock", async () => {
      const at = await FollowerStage.make(sample, "owner.test");
      const mia = person(at.host, "mia");
      await at.apply([remote(1, mia)], { now: 30_000 });
      const question = { binding: at.room.id, group: at.group, after: 0, upTo: 1, most: 10 };
      assert.deepEqual(
        (await sample.store.read(givenToRoom(question))).map((one) => one.at),
        [30_000],
      );
    });
  });
}
