/** Lanes: claims, leases, putting off; and that a stale holder writes nothing, whichever unit it is. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BindingId, InboxNumber, NativeId, NativeRoom, PeerId, Seq } from "../../../../core/ids.ts";
import { accountLane, inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import type { Fence } from "../../../../core/store/units/fence.ts";
import { lanesBehind, readLane } from "../../../../core/store/units/lanes.ts";
import { writingUnits } from "../../../../core/store/units/registry.ts";
import { statusReport } from "../../../../core/store/units/status.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { eventually } from "../../../support/harness-eventually.ts";
import { nothingHolds } from "../federation-sample.ts";
import { done, LEASE_MS, SampleStore, intent } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const lost = { code: "lane_lost" };
/** Units that take no fence. */
const unfenced = `
  addBlock addConnection addGuest addPeer admitProvider answerInvitation blockPeer
  changeProfile claimLane confirmConnection createCode discardAside dismissProvider dropAvatars
  dropBlockOf dropSecret dropUnnamedMedia
  endAlarms endConnection endInvitations endKnock follow freeLeasesOf invite keepMedia keepSecret
  keepRedeemed link linkByCode markRestored markServed noteAudit noteAvatar noteInvitation noteKnock noteMarkers
  noteRoomRead noteTold pauseRoom pullLaneForward queueTallies raiseAlarms recordVerdict redeem registerAccount removeGuest replaceSetting
  rewrapSecret setOptOut setRoomPolicy tellProfile
  resumeRoom retryAside revokeCode setCursor setGroupPolicy settle takeCode takeValues
  tellVerdicts unlink updatePeer writeOwnEvent
`
  .trim()
  .split(/\s+/);

for (const kind of storeKinds()) {
  void describe(`lanes on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("fences: a stale epoch writes nothing, in every unit that takes one", async () => {
      const { store, a, b, account } = sample;
      await sample.accept(a.id, ["fenced"]);
      const lane = outLane(b.id);
      const stale = await sample.claim(lane);
      await store.write("releaseLane", stale);
      const held = await sample.claim(lane, "another");
      const rows = await sample.rows(a.id);
      const dump = async () => {
        const tables = [
          "inbox",
          "event",
          "delivery",
          "set_aside",
          "binding",
          "grp",
          "origin",
          "lane",
          "notice",
        ];
        return Promise.all(tables.map((table) => sample.sql(`select * from ${table} order by 1`)));
      };
      const before = await dump();
      const attempts: Readonly<Record<string, (fence: Fence) => Promise<unknown>>> = {
        accept: (fence) => sample.accept(a.id, ["stale"], "stale mark", fence),
        append: (fence) => sample.append(fence, a, rows),
        noteAttempt: (fence) => store.write("noteAttempt", { fence, n: rows[0]?.n ?? (0 as InboxNumber) }),
        progress: (fence) =>
          store.write("progress", sample.progress(fence, b.id, { intents: [intent(900)] })),
        giveUp: (fence) =>
          store.write("giveUp", {
            fence,
            binding: b.id,
            seq: 900,
            step: 0,
            event: null,
            code: "x",
            cause: "x",
            attempts: 1,
            at: 1,
            unclear: false,
            author: null,
            notice: "",
          }),
        noteUnclear: (fence) => store.write("noteUnclear", { fence, binding: b.id }),
        putOffLane: (fence) =>
          store.write("putOffLane", { fence, lane, wait: 60_000, failures: 9, error: "stale", pulls: 0 }),
        noteDouble: (fence) =>
          store.write("noteDouble", {
            fence,
            binding: b.id,
            event: "00".repeat(32) as EventId,
            native: "x" as NativeId,
            at: 1,
          }),
        tellLag: (fence) => store.write("tellLag", { fence, binding: b.id, text: "behind", at: 1 }),
        endLag: (fence) => store.write("endLag", { fence, binding: b.id }),
        writeDigests: (fence) =>
          store.write("writeDigests", { fence, binding: b.id, digests: [], intendedSeq: 1 as Seq, at: 1 }),
        endBinding: (fence) => store.write("endBinding", { fence, binding: b.id }),
        releaseIfCaughtUp: (fence) => store.write("releaseIfCaughtUp", fence),
        applyRemoteEvents: (fence) =>
          store.write("applyRemoteEvents", {
            fence,
            group: a.group,
            peer: 1 as PeerId,
            events: [],
            cursor: null,
            now: 1,
          }),
        appendSubmitted: (fence) =>
          store.write("appendSubmitted", {
            fence,
            group: a.group,
            peer: 1 as PeerId,
            events: [],
            perMinute: 1_000,
            verdicts: "kept",
            pulled: null,
            now: 1,
          }),
        putOffFollowing: (fence) => store.write("putOffFollowing", { fence, group: a.group, wake: 1 }),
        restartFollowing: (fence) =>
          store.write("restartFollowing", {
            fence,
            group: a.group,
            after: 0,
            cursor: null,
            rev: 1,
            state: nothingHolds,
            now: 1,
          }),
        takeGroupState: (fence) =>
          store.write("takeGroupState", { fence, group: a.group, state: nothingHolds }),
        forgetPulled: (fence) => store.write("forgetPulled", { fence, group: a.group, peer: 1 as PeerId }),
        moveRoom: (fence) =>
          store.write("moveRoom", {
            fence,
            account: account.id,
            from: a.native,
            to: "x" as NativeRoom,
            at: 1,
          }),
        stopFollowing: (fence) =>
          store.write("stopFollowing", { fence, group: a.group, state: "stopped", code: "log_gap" }),
      };
      for (const [name, attempt] of Object.entries(attempts))
        await assert.rejects(attempt(stale), lost, `${name} must refuse`);
      assert.equal(await store.write("renewLane", { fence: stale, ttl: LEASE_MS }), false);
      await store.write("releaseLane", stale);
      assert.deepEqual(await dump(), before);
      const fenced = Object.keys(writingUnits).filter((name) => name in attempts);
      assert.equal(fenced.length, Object.keys(attempts).length);
      const own = ["releaseLane", "renewLane"];
      assert.deepEqual(
        Object.keys(writingUnits).toSorted(),
        [...fenced, ...unfenced, ...own].toSorted(),
        "a new unit must be tried here, or be one that takes no fence",
      );
      await store.write("releaseLane", held);
      const inFence = await sample.claim(inLane(a.id));
      await sample.append(inFence, a, rows);
      await store.write("releaseLane", inFence);
      assert.equal(account.lane, accountLane(account.id));
    });

    void test("lanes: claimed by one, refused while held or put off, renewed, let go, freed", async () => {
      const { store, a, account } = sample;
      const lane = account.lane;
      const claim = (holder: string, ttl = LEASE_MS) => store.write("claimLane", { lane, holder, ttl });
      const first = await claim("first");
      assert.ok(first.claimed);
      assert.deepEqual(await claim("second"), { claimed: false, why: "held", holder: "first" });
      const fence = { lane, epoch: first.epoch };
      assert.equal(await store.write("renewLane", { fence, ttl: 1 }), true);
      const second = await eventually<{ readonly epoch: number }>("the short lease to end", async () => {
        const tried = await claim("second");
        return tried.claimed ? tried : null;
      });
      assert.equal(second.epoch, first.epoch + 1);
      assert.equal(await store.write("renewLane", { fence, ttl: LEASE_MS }), false);
      const next = { lane, epoch: second.epoch };
      await store.write("putOffLane", {
        fence: next,
        lane,
        wait: 60_000,
        failures: 3,
        error: "no",
        pulls: 0,
      });
      await store.write("releaseLane", next);
      assert.deepEqual(await claim("third"), { claimed: false, why: "put-off", holder: null });
      const state = await store.read(readLane(lane));
      assert.equal(state.failures, 3);
      assert.ok(state.wait > 59_000 && state.wait <= 60_000);
      await store.write("pullLaneForward", lane);
      const third = await claim("third");
      assert.ok(third.claimed);
      assert.equal(third.failures, 0);
      assert.equal(await store.write("freeLeasesOf", "nobody"), 0);
      assert.equal(await store.write("freeLeasesOf", "third"), 1);
      assert.ok((await claim("fourth")).claimed);
      assert.equal(await store.write("freeLeasesOf", "fourth"), 1);
      assert.deepEqual(
        await store.write("claimLane", { lane: inLane(999 as BindingId), holder: "x", ttl: 1 }),
        {
          claimed: false,
          why: "unknown",
          holder: null,
        },
      );
      assert.equal((await store.read(statusReport())).accounts[0]?.holder, null);
      assert.ok(a.id);
    });

    void test("lanes: let go only when caught up, and found by the sweep when not", async () => {
      const { store, a, b } = sample;
      const inbox = inLane(a.id);
      const held = await sample.claim(inbox);
      await sample.accept(a.id, ["behind"]);
      assert.equal(await store.write("releaseIfCaughtUp", held), false);
      assert.ok(
        !(await store.read(lanesBehind())).some(({ key }) => key === inbox),
        "held lanes are no one else's",
      );
      await store.write("releaseLane", held);
      assert.ok((await store.read(lanesBehind())).some(({ key }) => key === inbox));
      const again = await sample.claim(inbox);
      await sample.append(again, a, await sample.rows(a.id));
      assert.equal(await store.write("releaseIfCaughtUp", again), true);
      await assert.doesNotReject(sample.claim(inbox).then((fence) => store.write("releaseLane", fence)));
      const outbox = outLane(b.id);
      assert.ok((await store.read(lanesBehind())).some(({ key }) => key === outbox));
      const out = await sample.claim(outbox);
      assert.equal(await store.write("releaseIfCaughtUp", out), false);
      const seq = (await sample.head()) as Seq;
      await store.write("progress", sample.progress(out, b.id, { intents: [intent(seq)], intendedSeq: seq }));
      assert.equal(await store.write("releaseIfCaughtUp", out), false, "an open delivery is work");
      await store.write("progress", sample.progress(out, b.id, { settled: [{ ...done, seq }] }));
      assert.equal(await store.write("releaseIfCaughtUp", out), true);
      await store.write("putOffLane", {
        fence: out,
        lane: outLane(a.id),
        wait: 60_000,
        failures: 1,
        error: "no",
        pulls: 0,
      });
      assert.ok(!(await store.read(lanesBehind())).some(({ key }) => key === outLane(a.id)));
      await store.write("pullLaneForward", outLane(a.id));
      const late = { fence: out, lane: outLane(a.id), wait: 60_000, failures: 1, error: "late", pulls: 0 };
      assert.equal(await store.write("putOffLane", late), false);
      const { wait, failures, pulls } = await store.read(readLane(outLane(a.id)));
      assert.ok(wait <= 0, "it was pulled forward since what failed had begun");
      assert.deepEqual([failures, pulls], [0, 1]);
    });
  });
}
