import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { answerChecks } from "../../../core/peer-check/chapters/all-answers.ts";
import { clientRequestChecks } from "../../../core/peer-check/chapters/client-requests.ts";
import {
  connectionChecks,
  endChecks,
  guestDoorChecks,
  heldChecks,
} from "../../../core/peer-check/chapters/connection.ts";
import { followingChecks } from "../../../core/peer-check/chapters/following.ts";
import { guestSigningChecks } from "../../../core/peer-check/chapters/guest-signing.ts";
import { holdingChecks } from "../../../core/peer-check/chapters/holding.ts";
import { logChecks } from "../../../core/peer-check/chapters/log.ts";
import { logFaultChecks } from "../../../core/peer-check/chapters/log-faults.ts";
import { redeemChecks, redeemRateChecks } from "../../../core/peer-check/chapters/redeem.ts";
import { signingChecks } from "../../../core/peer-check/chapters/signing.ts";
import { slownessChecks } from "../../../core/peer-check/chapters/slowness.ts";
import { stateChecks } from "../../../core/peer-check/chapters/state.ts";
import { submissionChecks } from "../../../core/peer-check/chapters/submissions.ts";
import { transportChecks } from "../../../core/peer-check/chapters/transport.ts";
import { verdictChecks } from "../../../core/peer-check/chapters/verdicts.ts";
import { musts } from "../../../core/peer-check/musts.ts";
import { unseen } from "../../../core/peer-check/unseen.ts";

const page = readFileSync(new URL("../../../docs/mtp.md", import.meta.url), "utf8");

void test("the table has every MUST of docs/mtp.md with its number, label and whom it binds", () => {
  const found = [...page.matchAll(/^- \*\*M(\d+)\*\* `([a-z0-9-]+)` \(((?:[^()])*)\)/gm)];
  assert.deepEqual(
    musts.map(([number, label, binds]) => [String(number), label, binds]),
    found.map(([, number, label, binds]) => [number, label, binds]),
  );
  assert.equal([...page.matchAll(/^- \*\*M\d+\*\*/gm)].length, found.length);
});

void test("every MUST is looked at by a check, or it is said why none can", () => {
  const checks = [
    ...answerChecks,
    ...clientRequestChecks,
    ...connectionChecks,
    ...endChecks,
    ...followingChecks,
    ...guestDoorChecks,
    ...guestSigningChecks,
    ...heldChecks,
    ...holdingChecks,
    ...logChecks,
    ...logFaultChecks,
    ...redeemChecks,
    ...redeemRateChecks,
    ...signingChecks,
    ...slownessChecks,
    ...stateChecks,
    ...submissionChecks,
    ...transportChecks,
    ...verdictChecks,
  ];
  const looked = new Set<string>(checks.flatMap(({ about }) => about));
  const labels = musts.map(([, label]) => label);
  assert.deepEqual(
    labels.filter((label) => !looked.has(label) && unseen[label] === undefined),
    [],
  );
});
