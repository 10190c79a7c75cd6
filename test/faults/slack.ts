/** One gateway between Slack and XMPP. Answers of the Web API are lost and late on the way, beside what the points do. */
import type { CallFault } from "../slack/faults.ts";
import type { Outcome } from "./outcome.ts";
import { type PointsRun, strikeOne } from "./points-run.ts";
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
  lab.slack.faults.onCall = ({ method }) => mishap(method);
  return strikeOne(run, {
    lab,
    folder: lab.gatewayFolder(),
    accounts: lab.accounts,
    link: (gateway) => lab.link(async () => gateway.operations()),
    longestStall: LONGEST_STALL,
  });
}
