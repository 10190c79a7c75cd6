/** Votes on polls, their ends, and when rooms are to be shown how one stands. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NativeId, Seq } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { openDeliveries } from "../../../../core/store/units/outbox.ts";
import { pollAt, votesAt } from "../../../../core/store/units/polls.ts";
import { TALLY, TALLY_EVERY_MS, tallyIsDue } from "../../../../core/store/units/tallies.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { nothingHolds, person, remote } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { done, eventId, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const START = 1_000_000;
const LATER = Number.MAX_SAFE_INTEGER;

let people = 0;
/** Somebody of the platform whom nothing has been heard of. */
function somebody(sample: SampleStore): NonNullable<NewEvent["sender"]> {
  const native = `voter ${++people}`;
  return { uri: `mimi://${sample.a.groupUri.split("/")[2]}/u/voter${people}` as never, native, name: native };
}
const vote = (poll: EventId, options: readonly string[], sender?: NewEvent["sender"]): NewEvent => ({
  ...message(`vote ${eventId()}`),
  ...(sender && { sender }),
  native: null,
  effect: { kind: "vote", poll, options },
});
const end = (poll: EventId, sender?: NewEvent["sender"]): NewEvent => ({
  ...message(`end ${eventId()}`),
  ...(sender && { sender }),
  effect: { kind: "poll-end", poll },
});

for (const kind of storeKinds()) {
  void describe(`polls on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    /** Appends these events as said in room a at a time; how many got into the log. */
    async function say(now: number, ...events: readonly NewEvent[]): Promise<number> {
      const head = await sample.head();
      await sample.accept(
        sample.a.id,
        events.map(({ id }) => id),
      );
      const fence = await sample.claim(inLane(sample.a.id));
      const rows = (await sample.rows(sample.a.id)).map(({ n }, i) => sample.row(n, events.slice(i, i + 1)));
      const { id: binding, group } = sample.a;
      const place = { fence, binding, group, provider: sample.account.provider, now };
      await sample.store.write("append", { ...place, rows });
      await sample.store.write("releaseLane", fence);
      return (await sample.head()) - head;
    }

    const at = (poll: EventId, seq = LATER) =>
      sample.store.read(pollAt({ group: sample.a.group, poll, seq }));
    const counted = async (poll: EventId, seq = LATER) =>
      (await at(poll, seq))?.votes.map(({ options }) => options.join("+")).toSorted();
    /** Those of a poll that wait for the room b. */
    const tallies = async (poll: EventId) => {
      const open = await sample.store.read(openDeliveries({ binding: sample.b.id, limit: 100 }));
      return open.filter(({ op, noticeToNative }) => op === TALLY && noticeToNative === poll).length;
    };
    /** The room b gets everything that waits for it, the poll under a name of its own. */
    async function delivered(poll: EventId | null): Promise<void> {
      const fence = await sample.claim(outLane(sample.b.id));
      const open = await sample.store.read(openDeliveries({ binding: sample.b.id, limit: 100 }));
      const settled = open.map(({ seq, step }) => ({ ...done, seq, step }));
      const seq = (await sample.head()) as never;
      await sample.store.write(
        "progress",
        sample.progress(fence, sample.b.id, { settled, intendedSeq: seq }),
      );
      if (poll !== null) {
        const intents = [{ seq, step: 9, op: "x", key: `k${poll}` as never, argsHash: "", mark: null }];
        await sample.store.write("progress", sample.progress(fence, sample.b.id, { intents }));
        const link = { ...done, seq, step: 9, id: poll, native: `copy ${poll}` as NativeId, part: 0 };
        await sample.store.write("progress", sample.progress(fence, sample.b.id, { settled: [link] }));
      }
      await sample.store.write("releaseLane", fence);
    }

    void test("the last vote of each user counts, by any version of the poll", async () => {
      const [poll, ben] = [message("poll one"), somebody(sample)];
      const edited: NewEvent = { ...message("poll one, edited"), effect: { kind: "version", root: poll.id } };
      await say(START, poll, edited, { ...message("ben is here"), sender: ben });
      assert.equal(await say(START, vote(poll.id, ["a"])), 1);
      assert.equal(await say(START, vote(edited.id, ["b", "c"]), vote(poll.id, ["a"], ben)), 2);
      assert.deepEqual(await counted(poll.id), ["a", "b+c"]);
      assert.equal(await say(START, vote(poll.id, ["b", "c"])), 0, "a vote that stands is nothing new");
      assert.equal(await say(START, vote(poll.id, [])), 1, "a vote is taken back");
      assert.deepEqual(await counted(poll.id), ["", "a"]);
      assert.equal(await say(START, vote(poll.id, [])), 0);
      assert.equal(Buffer.from((await at(poll.id))?.content ?? []).toString(), "poll one, edited");
    });

    void test("how a poll stood at a place in the log stays the same", async () => {
      const poll = message("poll two");
      await say(START, poll, vote(poll.id, ["a"]));
      const then = await sample.head();
      await say(START, vote(poll.id, ["b"]));
      assert.deepEqual(await counted(poll.id, then), ["a"]);
      assert.deepEqual(await counted(poll.id), ["b"]);
      const mine = await sample.store.read(votesAt({ group: sample.a.group, poll: poll.id, seq: LATER }));
      assert.deepEqual(
        mine.map(({ native, options }) => [native, options]),
        [["anna", ["b"]]],
      );
    });

    void test("a poll is ended by its author alone, and no vote counts after that", async () => {
      const [poll, ben] = [message("poll three"), somebody(sample)];
      await say(START, poll, vote(poll.id, ["a"], ben));
      assert.equal(await say(START, end(poll.id, ben)), 0);
      assert.equal((await at(poll.id))?.ended, false);
      assert.equal(await say(START, end(poll.id)), 1);
      assert.equal(await say(START, vote(poll.id, ["b"], ben), end(poll.id)), 0);
      assert.deepEqual(await counted(poll.id), ["a"]);
      assert.equal((await at(poll.id))?.ended, true);
    });

    void test("rooms are shown how it stands at once, and then no sooner than after a while, the last state", async () => {
      const [poll, ben] = [message("poll four"), somebody(sample)];
      await say(START, poll, { ...message("ben speaks"), sender: ben });
      await delivered(poll.id);
      // The polls of other tests are none of this room's.
      await sample.store.write("queueTallies", { now: START });
      await say(START, vote(poll.id, ["a"]));
      assert.equal(await tallies(poll.id), 1);
      await delivered(null);
      await say(START + 1_000, vote(poll.id, ["b"]));
      await say(START + 2_000, vote(poll.id, ["b"], ben));
      assert.equal(await tallies(poll.id), 0);
      assert.equal(await sample.store.read(tallyIsDue({ now: START + TALLY_EVERY_MS - 1 })), false);
      const now = START + TALLY_EVERY_MS;
      assert.equal(await sample.store.read(tallyIsDue({ now })), true);
      await sample.store.write("queueTallies", { now });
      await sample.store.write("queueTallies", { now });
      assert.equal(await tallies(poll.id), 1, "once for both votes");
      await delivered(null);
      assert.equal(await sample.store.read(tallyIsDue({ now: LATER })), false);
      await sample.store.write("queueTallies", { now: now + TALLY_EVERY_MS });
      assert.equal(
        await sample.count(`poll_shown where wanted = 0 and poll = '${poll.id}'`),
        0,
        "nothing is kept",
      );
    });

    void test("a room that is paused is shown how it stands when it goes on", async () => {
      const { store, account, b } = sample;
      const poll = message("poll of a paused room");
      await say(START, poll);
      await delivered(poll.id);
      await store.write("queueTallies", { now: START + TALLY_EVERY_MS });
      await store.write("pauseRoom", { binding: b.id, at: START, why: "it goes round", nameless: "it" });
      await say(START, vote(poll.id, ["a"]));
      const now = START + 2 * TALLY_EVERY_MS;
      await store.write("queueTallies", { now });
      assert.equal(await tallies(poll.id), 0);
      assert.equal(await store.read(tallyIsDue({ now })), false);
      const room = { account: account.id, native: b.native, label: "fake:b" };
      await store.write("resumeRoom", { ...room, drop: false, at: now, actor: "test" });
      assert.equal(await store.read(tallyIsDue({ now })), true);
      await store.write("queueTallies", { now });
      assert.equal(await tallies(poll.id), 1);
      await delivered(null);
    });

    void test("what is under way may have been made too early: another one comes after it", async () => {
      const poll = message("poll five");
      await say(START, poll);
      await delivered(poll.id);
      await say(START, vote(poll.id, ["a"]));
      await say(START + 60_000, vote(poll.id, ["b"]));
      assert.equal(await tallies(poll.id), 1);
      await delivered(null);
      await sample.store.write("queueTallies", { now: START + 60_001 });
      assert.equal(await tallies(poll.id), 1);
      await delivered(null);
    });

    void test("a room that is still to get the poll is shown how it stands when it has it; one that never gets it, not", async () => {
      const poll = message("poll six");
      await say(START, poll, vote(poll.id, ["a"]));
      await sample.store.write("queueTallies", { now: START + 60_000 });
      assert.equal(await tallies(poll.id), 0);
      await delivered(poll.id);
      await sample.store.write("queueTallies", { now: START + 60_000 });
      assert.equal(await tallies(poll.id), 1);
      const other = message("poll seven");
      await say(START, other);
      await delivered(null);
      await say(START, vote(other.id, ["a"]));
      assert.equal(
        await sample.count(`poll_shown where binding = ${sample.b.id} and poll = '${other.id}'`),
        0,
      );
    });

    void test("a log that is another from a place on has neither the votes nor the ends behind it", async () => {
      const there = await FollowerStage.make(sample, "forked.test");
      const mia = person(there.host, "mia");
      const poll = remote(1, mia);
      const voted = (seq: number, options: readonly string[]) =>
        remote(seq, mia, { effect: { kind: "vote", poll: poll.id, options } });
      const events = [poll, voted(2, ["a"]), voted(3, ["b"])];
      const ended = remote(4, mia, { effect: { kind: "poll-end", poll: poll.id } });
      await there.apply([...events, ended]);
      const stands = () => sample.store.read(pollAt({ group: there.group, poll: poll.id, seq: LATER }));
      const now = await stands();
      assert.deepEqual([now?.ended, now?.votes.map(({ options }) => options)], [true, [["b"]]]);
      await sample.store.write("restartFollowing", {
        fence: there.fence,
        group: there.group,
        after: 2 as Seq,
        cursor: "snapshot",
        rev: 2,
        state: nothingHolds,
        now: 50_000,
      });
      await there.apply(events.slice(0, 2), { bounds: { after: 0, head: 2 } });
      const then = await stands();
      assert.deepEqual([then?.ended, then?.votes.map(({ options }) => options)], [false, [["a"]]]);
    });
  });
}
