import assert from "node:assert/strict";
import { test } from "node:test";
import { checkExitCode, renderCheck } from "../../../core/peer-check/report.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { CheckedGateway } from "./checked-gateway.ts";

const folder = temporaryFolder("peer-check");

void test("our own gateway keeps all that can be checked of an owner and of a guest", async (t) => {
  const checked = await CheckedGateway.start(t, folder);
  const redeemed: Promise<unknown>[] = [];
  const progress = (line: string): void => {
    if (!line.startsWith("mtp1:")) return;
    const room = { account: "fake", room: `room-${redeemed.length}` };
    redeemed.push(checked.operations.federation.redeem({ code: line, as: null, room }));
  };
  const code = await checked.code("tea");
  const report = await checked.check(code, { brief: false, ownerWaitSeconds: 120, progress });
  assert.equal((await Promise.all(redeemed)).length, 7);
  const failed = report.musts.flatMap(({ label, outcome }) => (outcome === "fail" ? [label] : []));
  assert.deepEqual(failed, [], renderCheck(report));
  assert.equal(checkExitCode(report), 0);
  const passed = report.musts.filter(({ outcome }) => outcome === "pass").length;
  assert.ok(passed >= 95, renderCheck(report));
});
