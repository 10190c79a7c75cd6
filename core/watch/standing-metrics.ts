/** Metrics of what stands: of accounts, rooms, their lanes, and what was set aside. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { Store } from "../store/store.ts";
import { accountCounts } from "../store/units/account-counts.ts";
import { type WatchedRoom, watchedRooms } from "../store/units/watched-rooms.ts";
import type { Milliseconds } from "../time.ts";
import { labelsOf } from "./account-labels.ts";
import { alarmCodes } from "./alarm.ts";
import type { WatchedAccount, WatchReport } from "./watch-report.ts";
import type { NameOf } from "./metric-list.ts";
import type { Metrics } from "./metrics.ts";

export interface StandingOptions {
  readonly metrics: Metrics;
  readonly store: Pick<Store, "read">;
  readonly hosts: readonly AccountHost[];
  readonly report: () => WatchReport | null;
  readonly heldPolls: () => number;
  readonly now: () => Milliseconds;
}

/** Of what may be there no more at the next time. */
const GONE_AT_TIMES: readonly NameOf<"gauge">[] = [
  "mimi_gateway_account_up",
  "mimi_gateway_account_answered_seconds",
  "mimi_gateway_account_ping_seconds",
  "mimi_gateway_last_inbound_seconds",
  "mimi_gateway_set_aside",
  "mimi_gateway_unclear_deliveries",
  "mimi_gateway_alarms",
];

/** Reads what stands into the metrics. Rejects as the store does. */
export async function noteStanding(options: StandingOptions): Promise<void> {
  const { metrics, store, hosts, report, heldPolls, now } = options;
  const rooms = await store.read(watchedRooms());
  const counts = await store.read(accountCounts());
  const at = now();
  for (const name of GONE_AT_TIMES) metrics.clear(name);
  for (const account of report()?.accounts ?? []) noteAccount(metrics, account, at);
  for (const host of hosts) {
    const own = rooms.filter(({ account }) => account === host.options.row.id);
    noteRooms(metrics, host, own, at);
  }
  const ofAccount = new Map(hosts.map((host) => [host.options.row.id, labelsOf(host)]));
  for (const { account, direction, code, rows } of counts.setAside) {
    const labels = { ...ofAccount.get(account), direction: direction === "inbound" ? "in" : "out", code };
    if (ofAccount.has(account)) metrics.set("mimi_gateway_set_aside", labels, rows);
  }
  for (const { account, rows } of counts.unclear) {
    const labels = ofAccount.get(account);
    if (labels) metrics.set("mimi_gateway_unclear_deliveries", { ...labels }, rows);
  }
  noteAlarms(options);
  metrics.set("mimi_gateway_held_polls", {}, heldPolls());
}

function noteAlarms({ metrics, hosts, report }: StandingOptions): void {
  const alarms = report()?.alarms ?? [];
  const none = hosts.flatMap((host) => alarmCodes.map((code) => ({ ...labelsOf(host), code })));
  for (const labels of none) metrics.set("mimi_gateway_alarms", labels, 0);
  // Some are of accounts that the configuration has no more.
  for (const { account, bridge, code } of alarms) {
    const own = alarms.filter((one) => one.code === code && one.account === account && one.bridge === bridge);
    metrics.set("mimi_gateway_alarms", { account, bridge, code }, own.length);
  }
}

function noteAccount(
  metrics: Metrics,
  { host, verdict, answeredAt, tripMs }: WatchedAccount,
  at: Milliseconds,
): void {
  if (verdict.state === "elsewhere") return;
  const labels = { ...labelsOf(host) };
  const up = host.health?.state === "up" && verdict.state !== "silent";
  metrics.set("mimi_gateway_account_up", labels, up ? 1 : 0);
  if (answeredAt !== null)
    metrics.set("mimi_gateway_account_answered_seconds", labels, secondsSince(answeredAt, at));
  if (tripMs !== null) metrics.set("mimi_gateway_account_ping_seconds", labels, tripMs / 1000);
}

function noteRooms(
  metrics: Metrics,
  host: AccountHost,
  rooms: readonly WatchedRoom[],
  at: Milliseconds,
): void {
  const labels = { ...labelsOf(host) };
  const set = (name: NameOf<"gauge">, value: number): void => metrics.set(name, labels, value);
  const sum = (of: (room: WatchedRoom) => number): number =>
    rooms.reduce((total, room) => total + of(room), 0);
  const oldest = (of: (room: WatchedRoom) => Milliseconds | null): number =>
    Math.max(0, ...rooms.map((room) => secondsSince(of(room) ?? at, at)));
  set("mimi_gateway_rooms", rooms.length);
  set("mimi_gateway_rooms_paused", rooms.filter(({ pausedAt }) => pausedAt !== null).length);
  // Where a peer's group has gone on without us there is nothing to deliver.
  set(
    "mimi_gateway_undelivered_events",
    sum(({ behind, oldestAt }) => (oldestAt === null ? 0 : behind)),
  );
  set(
    "mimi_gateway_oldest_undelivered_seconds",
    oldest(({ oldestAt }) => oldestAt),
  );
  set(
    "mimi_gateway_inbox_rows",
    sum(({ inbox }) => inbox),
  );
  set(
    "mimi_gateway_inbox_oldest_seconds",
    oldest(({ inboxOldestAt }) => inboxOldestAt),
  );
  const last = Math.max(...rooms.map(({ lastInboundAt }) => lastInboundAt ?? -Infinity));
  if (Number.isFinite(last)) set("mimi_gateway_last_inbound_seconds", secondsSince(last, at));
}

const secondsSince = (since: Milliseconds, at: Milliseconds): number => Math.max(0, at - since) / 1000;
