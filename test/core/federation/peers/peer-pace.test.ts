import assert from "node:assert/strict";
import { test } from "node:test";
import { FederationError } from "../../../../core/federation/wire/federation-error.ts";
import { PeerPace } from "../../../../core/federation/peers/peer-pace.ts";

/** Time that goes on only where it is waited for. */
function clock(random = 0, spreadMs = 0) {
  const at = { now: 1_000_000, waits: [] as number[] };
  const pace = new PeerPace({
    now: () => at.now,
    random: () => random,
    pause: (ms) => {
      at.waits.push(ms);
      at.now += ms;
      return Promise.resolve();
    },
    spreadMs,
  });
  return { at, pace };
}
const silent = new FederationError("peer_unreachable", "no answer", { certainty: "unknown" });
const refused = (problem: string, status: number) =>
  new FederationError("peer_refused", problem, { status, problem, certainty: "certain" });
const never = new AbortController().signal;

void test("waits double from a second to five minutes, by chance between half and all of it", () => {
  for (const [random, waits] of [
    [0, [500, 1_000, 2_000, 4_000]],
    [1, [1_000, 2_000, 4_000, 8_000]],
  ] as const) {
    const { at, pace } = clock(random);
    for (const wait of waits) {
      assert.equal(pace.failed(silent, at.now), wait);
      at.now += wait;
    }
    for (let more = 0; more < 20; more++) at.now += pace.failed(silent, at.now);
    assert.equal(pace.failed(silent, at.now), random === 1 ? 300_000 : 150_000);
  }
});

void test("a success and a hint begin anew", () => {
  const { at, pace } = clock(1);
  at.now += pace.failed(silent, at.now);
  at.now += pace.failed(silent, at.now);
  pace.succeeded();
  assert.equal(pace.failed(silent, at.now), 1_000);
  pace.hurry();
  assert.equal(pace.failures, 0);
});

void test("a hint ends our own wait and not the peer's", async () => {
  const { at, pace } = clock(1);
  pace.failed(silent, at.now);
  pace.hurry();
  await pace.ready(never);
  assert.deepEqual(at.waits, []);
  pace.failed(
    new FederationError("peer_refused", "429", { status: 429, retryAfterMs: 7_000, certainty: "certain" }),
    at.now,
  );
  pace.hurry();
  await pace.ready(never);
  assert.deepEqual(at.waits, [7_000]);
});

void test("the first request waits by chance, within the spread", async () => {
  const { at, pace } = clock(0.5, 5_000);
  await pace.ready(never);
  assert.deepEqual(at.waits, [2_500]);
});

void test("an unknown key is tried again after five seconds, a peer that wants nothing of us is left alone", () => {
  for (const [error, wait] of [
    [refused("key_unknown", 401), 5_000],
    [refused("blocked", 403), 3_600_000],
  ] as const) {
    const { at, pace } = clock();
    assert.equal(pace.failed(error, at.now), wait);
  }
});

void test("requests that were under way together when the peer went away are one failure", () => {
  const { at, pace } = clock(1);
  const together = pace.begin();
  at.now += 10;
  assert.equal(pace.failed(silent, together), 1_000);
  at.now += 10;
  assert.equal(pace.failed(silent, together), 990);
  assert.equal(pace.failures, 1);
  at.now += 1_000;
  assert.equal(pace.failed(silent, pace.begin()), 2_000);
});
