import assert from "node:assert/strict";
import { it } from "node:test";
import type { AccountId } from "../../../core/ids.ts";
import type { Store } from "../../../core/store/store.ts";
import type { StandingAlarm } from "../../../core/store/units/alarms.ts";
import { Metrics } from "../../../core/watch/metrics.ts";
import { noteStanding } from "../../../core/watch/standing-metrics.ts";
import { standingHost, up } from "./standing-hosts.ts";

const alarm = (id: number, account: string) =>
  ({ accountId: id as AccountId, account, bridge: "fake", code: "room_unread" }) as StandingAlarm;

void it("alarms are counted by account and code, also those of an account that the configuration has no more", async () => {
  const metrics = new Metrics();
  const host = standingHost(1, "one", { health: up, serving: true, ping: null, fault: null });
  metrics.know([host]);
  // First the rooms, then what is counted by account.
  const reads: unknown[] = [[], { setAside: [], unclear: [] }];
  await noteStanding({
    metrics,
    store: { read: () => Promise.resolve(reads.shift()) } as unknown as Store,
    hosts: [host],
    report: () => ({
      at: 0,
      accounts: [],
      alarms: [alarm(1, "one"), alarm(1, "one"), alarm(2, "gone")],
      storeFault: null,
    }),
    heldPolls: () => 0,
    now: () => 0,
  });
  const { body } = await metrics.text();
  const counts = [...body.matchAll(/^mimi_gateway_alarms\{account="(\w+)".*code="(\w+)"\} (\d)$/gm)];
  assert.deepEqual(counts.map(([, ...facts]) => facts.join(" ")).toSorted(), [
    "gone room_unread 1",
    "one account_silent 0",
    "one room_silent 0",
    "one room_unread 2",
  ]);
});
