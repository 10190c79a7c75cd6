/** What the watch has found at its last look, and what of it makes the gateway unwell. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { GatewayError } from "../errors.ts";
import type { StandingAlarm } from "../store/units/alarms.ts";
import type { Milliseconds } from "../time.ts";
import type { AccountVerdict } from "./account-watch.ts";

/** An account as the watch sees it. */
export interface WatchedAccount {
  readonly host: AccountHost;
  readonly verdict: AccountVerdict;
  /** When a ping was last answered, and how long that took; null: none was. */
  readonly answeredAt: Milliseconds | null;
  readonly tripMs: Milliseconds | null;
}

export interface WatchReport {
  readonly at: Milliseconds;
  readonly accounts: readonly WatchedAccount[];
  readonly alarms: readonly StandingAlarm[];
  /** Why the store could not be read; null: it was. */
  readonly storeFault: GatewayError | null;
}

/** Something that does not work. `since`: null where that is not known. */
export interface HealthFault {
  readonly what: "account" | "store" | "gateway";
  readonly account: string | null;
  readonly code: string | null;
  readonly since: string | null;
  readonly why: string;
}

/** What `/health` answers. */
export interface HealthReport {
  readonly status: "ok" | "fault";
  readonly faults: readonly HealthFault[];
}

/** A look that is older than this many times its interval is none: the gateway hangs. */
const LATE = 6;

/** Well: every account is connected here, or served by another process, and none is silent; the store answers. */
export function healthReport(
  report: WatchReport | null,
  now: Milliseconds,
  watchEveryMs: Milliseconds,
): HealthReport {
  const faults = report === null ? [STARTING] : faultsOf(report);
  if (report !== null && now - report.at > LATE * watchEveryMs) {
    const since = new Date(report.at).toISOString();
    faults.push({ what: "gateway", account: null, code: null, since, why: "nobody has looked since then" });
  }
  return { status: faults.length === 0 ? "ok" : "fault", faults };
}

const STARTING: HealthFault = { what: "gateway", account: null, code: null, since: null, why: "it starts" };

function faultsOf({ accounts, storeFault }: WatchReport): HealthFault[] {
  const faults = accounts.flatMap(accountFault);
  if (storeFault)
    faults.push({
      what: "store",
      account: null,
      code: storeFault.code,
      since: null,
      why: storeFault.detail,
    });
  return faults;
}

function accountFault({ host: { options, health }, verdict }: WatchedAccount): HealthFault[] {
  if (verdict.state === "elsewhere") return [];
  const { name: account } = options;
  if (verdict.state === "silent") {
    const since = new Date(verdict.since).toISOString();
    return [{ what: "account", account, code: "account_silent", since, why: verdict.why }];
  }
  if (health === null)
    return [{ what: "account", account, code: null, since: null, why: "no process serves it" }];
  if (health.state === "up") return [];
  const since = new Date(health.since).toISOString();
  return [
    { what: "account", account, code: "account_down", since, why: health.reason ?? `it is ${health.state}` },
  ];
}
