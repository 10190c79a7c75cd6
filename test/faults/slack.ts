/** One gateway between Slack and XMPP. Answers of the Web API are lost and late on the way, beside what the points do. */
import { join } from "node:path";
import { asGatewayError } from "../../core/errors.ts";
import type { CallFault } from "../slack/faults.ts";
import { describe, Disturbance } from "./disturbance.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { judge, type Outcome } from "./outcome.ts";
import type { PointsRun } from "./points-run.ts";
import { SlackLab, type Transport } from "./slack-lab.ts";

/** The longest that a message may take beyond the faults: lost answers, Slack's retries and its limits are waited for. */
const LONGEST_STALL = 45_000;
const PAIRS = 3;
/** One call in so many goes wrong. */
const FAULT_EVERY = 12;
const WRITES = /^(?:chat\.|reactions\.(?:add|remove)$)/;
/** By turns; what is seen late is seen before its absence is believed. */
const mishaps: readonly CallFault[] = [
  { kind: "lost-after" },
  { kind: "lost-before" },
  { kind: "lost-unseen", ms: 800 },
  { kind: "status", status: 503 },
  { kind: "throttle", seconds: 1 },
];

/** What becomes of a call of the Web API. */
export type Mishap = (method: string) => CallFault | null;

function byTurns(): Mishap {
  let writes = 0;
  return (method) => {
    if (!WRITES.test(method) || ++writes % FAULT_EVERY !== 0) return null;
    return mishaps[(writes / FAULT_EVERY - 1) % mishaps.length] ?? null;
  };
}

/** `transport`: how events come. */
export async function runPointsSlack(
  run: Omit<PointsRun, "pairs" | "rate">,
  transport: Transport,
  mishap: Mishap = byTurns(),
): Promise<Outcome> {
  const lab = await SlackLab.open(PAIRS, transport);
  const folder = lab.gatewayFolder();
  lab.slack.faults.onCall = ({ method }) => mishap(method);
  const redis = {
    pid: (): number | null => gateway.privateRedis(),
    address: { path: join(folder, "data/redis.sock") },
    killed: () => Promise.resolve(),
  };
  const disturbance = new Disturbance({ lab, redis, stopFor: run.stopFor });
  const gateway = new GatewayProcess({
    root: run.root,
    folder,
    armed: lab.armed,
    config: { wake: run.wake, accounts: lab.accounts },
    reached: disturbance.reached,
  });
  const problems: string[] = [];
  try {
    gateway.start();
    await lab.crowd.gather();
    await lab.link(async () => gateway.operations());
    lab.crowd.talk();
    for (const point of run.points) {
      run.progress(describe(point));
      await disturbance.inflict(point);
    }
    await lab.crowd.untilSaid(run.messages);
  } catch (thrown) {
    problems.push(asGatewayError(thrown).detail);
  }
  return judge({
    lab,
    keepLogs: run.keepLogs,
    gateways: [gateway],
    disturbance,
    problems,
    longestStall: LONGEST_STALL * run.patience,
    count: run.points.length,
  });
}
