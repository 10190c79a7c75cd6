/** One gateway between Matrix and XMPP. What it asks of the homeserver, and what that hands over, is lost and late on the way, beside what the points do. */
import { badGateway, type HttpProxy, type RequestFault } from "../support/http-proxy.ts";
import { MatrixLab } from "./matrix-lab.ts";
import type { Outcome } from "./outcome.ts";
import { type PointsRun, strikeOne } from "./points-run.ts";

/** The longest that a message may take beyond the faults: lost answers, Synapse's retries and its start are waited for. */
const LONGEST_STALL = 45_000;
const PAIRS = 2;
/** One call in so many goes wrong, and one transaction: behind that Synapse waits 2 s, and then hands over one event in each. */
const CALL_EVERY = 10;
const TRANSACTION_EVERY = 120;
const WRITES = /\/(?:send|redact)\//;
const TRANSACTIONS = /\/transactions\//;

/** By turns. What comes late comes behind the gateway's next try, which is the same transaction. */
const mishaps: readonly RequestFault[] = [
  { kind: "lost-after" },
  { kind: "lost-before" },
  { kind: "lost-late", ms: 3_000 },
  badGateway,
  {
    kind: "answer",
    status: 429,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", error: "slower", retry_after_ms: 500 }),
  },
];

/** What becomes of requests. */
export type Mishap = HttpProxy["onRequest"];

function callsByTurns(): Mishap {
  let writes = 0;
  return ({ method, path }) => {
    if (method !== "PUT" || !WRITES.test(path) || ++writes % CALL_EVERY !== 0) return null;
    return mishaps[(writes / CALL_EVERY - 1) % mishaps.length] ?? null;
  };
}

function lostAnswers(): Mishap {
  let transactions = 0;
  return ({ path }) =>
    TRANSACTIONS.test(path) && ++transactions % TRANSACTION_EVERY === 0 ? { kind: "lost-after" } : null;
}

export async function runPointsMatrix(
  run: Omit<PointsRun, "pairs" | "rate">,
  calls: Mishap = callsByTurns(),
): Promise<Outcome> {
  const lab = await MatrixLab.open(PAIRS);
  lab.calls.onRequest = calls;
  lab.transactions.onRequest = lostAnswers();
  return strikeOne(run, {
    lab,
    folder: lab.gatewayFolder(),
    accounts: lab.accounts,
    link: (gateway) => lab.link(async () => gateway.operations()),
    longestStall: LONGEST_STALL,
  });
}
