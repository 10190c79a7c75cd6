import assert from "node:assert/strict";
import { it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import type { BindingId } from "../../../core/ids.ts";
import { inLane, outLane } from "../../../core/lanes/lane-key.ts";
import type { Store } from "../../../core/store/store.ts";
import { Metrics } from "../../../core/watch/metrics.ts";
import { standingHost, up } from "./standing-hosts.ts";

const ONE = 1 as BindingId;

/** What was counted of the gateway, without what is zero from the start. */
async function counted(metrics: Metrics): Promise<readonly string[]> {
  const { body } = await metrics.text();
  return body.split("\n").filter((line) => /^mimi_gateway_(events|put_off|given_up)_total\{/.test(line));
}

function counting() {
  const metrics = new Metrics();
  const outcome: { fault: GatewayError | null } = { fault: null };
  const bare = {
    dialect: "sqlite",
    slot: "one",
    write: () => (outcome.fault ? Promise.reject(outcome.fault) : Promise.resolve(null)),
  } as unknown as Store;
  const store = metrics.counting(bare);
  metrics.know([standingHost(1, "one", { health: up, serving: true, ping: null, fault: null })]);
  return { metrics, store, outcome };
}

void it("what is written down is counted by account and direction, faults by their codes", async () => {
  const { metrics, store } = counting();
  const raws = [{}, {}, {}];
  await store.write("accept", { account: 1, batches: [{ raws }, { raws: [{}] }] } as never);
  await store.write("progress", { binding: ONE, settled: [{}, {}] } as never);
  await store.write("progress", { binding: ONE, settled: [] } as never);
  await store.write("progress", { binding: 77, settled: [{}] } as never);
  const aside = { code: "event_malformed", cause: "" };
  await store.write("append", { binding: ONE, rows: [{ setAside: aside }, { setAside: null }] } as never);
  await store.write("giveUp", { binding: ONE, code: "delivery_refused" } as never);
  const off = { fence: null, wait: 1, failures: 1, pulls: 0 };
  await store.write("putOffLane", { ...off, lane: inLane(ONE), error: "target_under_way: later" } as never);
  await store.write("putOffLane", { ...off, lane: outLane(ONE), error: "in words alone" } as never);
  const of = 'account="one",bridge="fake"';
  assert.deepEqual(
    [...(await counted(metrics))].toSorted(),
    [
      `mimi_gateway_events_total{${of},direction="in"} 4`,
      `mimi_gateway_events_total{${of},direction="out"} 2`,
      `mimi_gateway_given_up_total{${of},direction="in",code="event_malformed"} 1`,
      `mimi_gateway_given_up_total{${of},direction="out",code="delivery_refused"} 1`,
      `mimi_gateway_put_off_total{${of},direction="in",code="target_under_way"} 1`,
    ].toSorted(),
  );
  const { body } = await metrics.text();
  assert.match(body, /^mimi_gateway_commit_seconds_count\{unit="progress"\} 3$/m);
  assert.match(body, /^mimi_gateway_commit_seconds_count\{unit="other"\} 3$/m);
});

void it("what was not written is not counted, and its error is the caller's", async () => {
  const { metrics, store, outcome } = counting();
  outcome.fault = new GatewayError("store_full", "no room");
  await assert.rejects(store.write("progress", { binding: ONE, settled: [{}] } as never), {
    code: "store_full",
  });
  assert.deepEqual(await counted(metrics), []);
});
