import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { describe, it } from "node:test";
import type { Config } from "../../../core/config/config.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import type { Health } from "../../../core/bridge/room.ts";
import type { StatusReport } from "../../../core/operations.ts";
import { GatewayError } from "../../../core/errors.ts";
import { tryOut } from "../../../core/setup/try-out.ts";
import { harnessConfig } from "../../support/harness-config.ts";

const report: DoctorReport = { state: "ok", gateway: [], accounts: [] };
const config = harnessConfig({ folder: "/nowhere", redis: { kind: "private" } }, []);

/** A gateway whose account has one health after the other. */
function stage(healths: readonly (Health | null)[], found = report) {
  const seen: Config[] = [];
  let [asked, stopped] = [0, 0];
  const status = () => {
    const health = healths[Math.min(asked, healths.length - 1)] ?? null;
    asked += 1;
    const account = { account: "a", bridge: "fake", provider: "a.test", holder: null, health };
    return Promise.resolve({ accounts: [account] } as unknown as StatusReport);
  };
  const start = (trial: Config) => {
    seen.push(trial);
    mkdirSync(`${trial.data}/left`);
    return Promise.resolve({
      operations: { status, doctor: () => Promise.resolve(found) },
      stop: () => {
        stopped += 1;
        return Promise.resolve();
      },
    });
  };
  return { start, seen, asked: () => asked, stopped: () => stopped };
}

const connecting: Health = { state: "connecting", since: 0, reason: null };
const down: Health = { state: "down", since: 0, reason: "refused" };

void describe("trying accounts", () => {
  void it("waits until each is connected or says why not, looks, and leaves nothing", async () => {
    const { start, seen, asked, stopped } = stage([null, connecting, connecting, down]);
    assert.deepEqual(await tryOut(config, start, new AbortController().signal), report);
    assert.deepEqual([asked(), stopped()], [4, 1]);
    const [trial] = seen;
    assert.ok(trial && trial.data !== config.data && !existsSync(trial.data));
    assert.deepEqual([trial.store.kind, trial.redis.kind, trial.watch.listen], ["sqlite", "off", null]);
  });

  void it("ends at once, in order, where somebody wants no more", async () => {
    const stopping = new AbortController();
    const { start, seen, stopped } = stage([connecting]);
    const tried = tryOut(config, start, stopping.signal);
    stopping.abort();
    await assert.rejects(tried, { name: "AbortError" });
    assert.equal(stopped(), 1);
    assert.ok(!existsSync(seen[0]?.data ?? "/"));
  });

  void it("finds a start that fails, and leaves nothing", async () => {
    let data = "";
    const start = (trial: Config): Promise<never> => {
      data = trial.data;
      return Promise.reject(new GatewayError("config_invalid", "the port is taken"));
    };
    const { state, gateway } = await tryOut(config, start, new AbortController().signal);
    assert.deepEqual([state, gateway[0]?.check], ["fault", "start"]);
    assert.match(gateway[0]?.detail ?? "", /the port is taken/);
    assert.ok(data !== "" && !existsSync(data));
  });

  void it("finds nothing in a well-known that can't show the keys of a moment", async () => {
    const fault = { check: "well-known", state: "fault", detail: "old keys", remedy: null } as const;
    const other = { ...fault, check: "peer:b.test", state: "warning" } as const;
    const { start } = stage([down], { ...report, state: "fault", gateway: [fault, other] });
    const { signal } = new AbortController();
    assert.deepEqual(await tryOut(config, start, signal), {
      state: "warning",
      gateway: [other],
      accounts: [],
    });
    const served = {
      ...config,
      federation: { ...config.federation, listen: { host: "127.0.0.1", port: 1 } },
    };
    assert.equal((await tryOut(served, start, signal)).state, "fault");
  });
});
