import assert from "node:assert/strict";
import { it } from "node:test";
import type { Health } from "../../../core/bridge/room.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { AccountVerdict } from "../../../core/watch/account-watch.ts";
import { healthReport, type WatchReport } from "../../../core/watch/watch-report.ts";
import { standingHost, up } from "./standing-hosts.ts";

const EVERY_MS = 5_000;
const AT = 1_000_000;

function report(accounts: readonly (readonly [AccountVerdict, Health | null])[]): WatchReport {
  return {
    at: AT,
    accounts: accounts.map(([verdict, health], i) => ({
      host: standingHost(i, `account-${i}`, { health, serving: true, ping: null, fault: null }),
      verdict,
      answeredAt: null,
      tripMs: null,
    })),
    alarms: [],
    storeFault: null,
  };
}

const health = (found: WatchReport | null, now = AT) => healthReport(found, now, EVERY_MS);

void it("a gateway is well when its accounts are, here or in another process", () => {
  const well = report([
    [{ state: "well" }, up],
    [{ state: "waiting" }, up],
    [{ state: "elsewhere" }, null],
  ]);
  assert.deepEqual(health(well), { status: "ok", faults: [] });
  assert.deepEqual(health(report([])), { status: "ok", faults: [] });
});

void it("a gateway is not well when an account is silent, down, or nobody's", () => {
  const found = health(
    report([
      [{ state: "silent", since: 1_000, why: "nothing came" }, up],
      [{ state: "waiting" }, { state: "down", since: 2_000, reason: "refused" }],
      [{ state: "waiting" }, null],
    ]),
  );
  assert.equal(found.status, "fault");
  assert.deepEqual(
    found.faults.map(({ account, code, since, why }) => [account, code, since, why]),
    [
      ["account-0", "account_silent", "1970-01-01T00:00:01.000Z", "nothing came"],
      ["account-1", "account_down", "1970-01-01T00:00:02.000Z", "refused"],
      ["account-2", null, null, "no process serves it"],
    ],
  );
});

void it("a gateway is not well when its store does not answer, nobody has looked for long, or it only starts", () => {
  const store = { ...report([]), storeFault: new GatewayError("store_failed", "away") };
  assert.deepEqual(
    health(store).faults.map(({ what, code }) => [what, code]),
    [["store", "store_failed"]],
  );
  assert.equal(health(report([]), AT + 6 * EVERY_MS).status, "ok");
  assert.equal(health(report([]), AT + 6 * EVERY_MS + 1).faults[0]?.what, "gateway");
  assert.equal(health(null).status, "fault");
});
