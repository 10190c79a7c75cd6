/**
 * The fault test: `npm run faults`. The platform is the judge: a room's archive must hold what its counterpart's archive
 * holds, every message once and in order, whatever is killed, stopped or emptied on the way.
 *
 *   npm run faults                                 3 seeds in every mode, then the broken copies
 *   npm run faults -- --seeds 20 --mode queue      more seeds, one mode (direct, queue, two, federated, slack, matrix, all; both: direct and queue)
 *   npm run faults -- --seeds 5 --mode all --with-synapse
 *                                                  one group of all platforms and two gateways, with a room of a Synapse in it too
 *   npm run faults -- --seed 7 --mode direct       one seed again, nothing else
 *   npm run faults -- --away 600                   a peer is away for that many seconds, instead of 60
 *   npm run faults -- --copies                     the broken copies, nothing else
 *   npm run faults -- --short                      what npm test runs, two at a time: one seed a mode with fewer points, and the broken
 *                                                  copies alone, without the same run on what is not broken
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { asGatewayError } from "../../core/errors.ts";
import { runPointsAll } from "./all.ts";
import { breakages, tryBreakage } from "./broken-copies.ts";
import type { Outcome } from "./outcome.ts";
import { runPointsFederated } from "./federated.ts";
import { runPointsMatrix } from "./matrix.ts";
import { type Drawing, drawPoints, stepsOf } from "./points.ts";
import { type PointsRun, runPoints } from "./points-run.ts";
import { runPointsSlack } from "./slack.ts";
import { runPointsOnTwo } from "./two-gateways.ts";

const allModes = ["direct", "queue", "two", "federated", "slack", "matrix", "all"] as const;
type Mode = (typeof allModes)[number];

/** Slack and Synapse take few messages in a second, and so the steps are passed seldom. */
const QUIET = { steps: 12, pages: 3 } as const;
const TWO_PAIRS = { steps: 10, pages: 2 } as const;
/** In one group all of it is passed seldom at the gateway that has one room in it. */
const ONE_GROUP = { federated: true, sampled: true, passes: { steps: 4, pages: 1 } } as const;

/** What a seed draws is the same in every run of a form of the test, so that seed and mode are all it takes to repeat it. */
const drawings: Readonly<Record<Mode, { readonly whole: Drawing; readonly short: Drawing }>> = {
  direct: {
    whole: { count: 30, gatewayStops: 1, redisStops: 1 },
    short: { count: 17, gatewayStops: 1, redisStops: 1 },
  },
  queue: {
    whole: { count: 30, gatewayStops: 1, redisStops: 1 },
    short: { count: 14, gatewayStops: 0, redisStops: 1 },
  },
  two: {
    whole: { count: 6, gatewayStops: 1, redisStops: 0 },
    short: { count: 4, gatewayStops: 1, redisStops: 0 },
  },
  federated: {
    whole: { count: 40, gatewayStops: 1, redisStops: 1, federated: true },
    short: { count: 21, gatewayStops: 0, redisStops: 0, federated: true },
  },
  slack: {
    whole: { count: 30, gatewayStops: 1, redisStops: 1, passes: QUIET },
    short: { count: 5, gatewayStops: 0, redisStops: 0, passes: QUIET },
  },
  matrix: {
    whole: { count: 20, gatewayStops: 1, redisStops: 1, passes: TWO_PAIRS },
    short: { count: 5, gatewayStops: 0, redisStops: 0, passes: TWO_PAIRS },
  },
  all: {
    whole: { count: 4, gatewayStops: 1, redisStops: 1, ...ONE_GROUP },
    short: { count: 2, gatewayStops: 0, redisStops: 0, ...ONE_GROUP },
  },
};
const runners: Readonly<Record<Mode, (run: PointsRun & { readonly seed: number }) => Promise<Outcome>>> = {
  direct: runPoints,
  queue: runPoints,
  two: runPointsOnTwo,
  federated: runPointsFederated,
  slack: async (run) => runPointsSlack(run, run.seed % 2 === 0 ? "sockets" : "http"),
  matrix: async (run) => runPointsMatrix(run),
  all: async (run) =>
    runPointsAll(run, {
      transport: run.seed % 2 === 0 ? "sockets" : "http",
      owner: run.seed % 4 < 2 ? "north" : "south",
      synapse: withSynapse,
    }),
};
/** How far the draws of two seeds are apart; it stays, so that a seed draws what it drew before. */
const DRAWS = 4;
const PAIRS = 10;
const STOP_MS = 15_000;
/** How many messages in all at least, and in a second. PostgreSQL takes more of the machine. */
const loads: Readonly<Record<Mode, { messages: number; rate: number; stopFor?: number }>> = {
  direct: { messages: 2_000, rate: 60 },
  queue: { messages: 2_000, rate: 60 },
  two: { messages: 1_000, rate: 30 },
  federated: { messages: 2_000, rate: 40 },
  slack: { messages: 200, rate: 10 },
  matrix: { messages: 150, rate: 10 },
  all: { messages: 60, rate: 10, stopFor: 5_000 },
};

interface Row {
  readonly seed: number;
  readonly mode: Mode;
  readonly seconds: number;
  readonly outcome: Outcome;
}

const root = join(import.meta.dirname, "../..");
const started = performance.now();
const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    mode: { type: "string" },
    away: { type: "string" },
    short: { type: "boolean", default: false },
    copies: { type: "boolean", default: false },
    "with-synapse": { type: "boolean", default: false },
  },
});
const single = values.seed !== undefined && values.seeds === undefined;
const withCopies = values.copies || !single;
const first = whole("seed", values.seed, 1);
const count = single || values.short ? 1 : whole("seeds", values.seeds, 3);
const withSynapse = values["with-synapse"];
const awayFor = 1_000 * whole("away", values.away, values.short ? 10 : 60);
const wanted = modes(values.mode);
const rows: Row[] = [];
let faulty = 0;

if (!values.copies) {
  for (let seed = first; seed < first + count; seed++) {
    for (const mode of wanted) rows.push(await run(seed, mode));
  }
}
if (withCopies) {
  for (const breakage of breakages) {
    say(`broken copy: ${breakage.name}`);
    const problems = await tryBreakage(root, breakage, {
      alone: values.short,
      progress: (line) => say(`  ${line}`),
    }).catch((thrown: unknown) => [asGatewayError(thrown).detail]);
    for (const problem of problems) say(`  FAILED: ${problem}`);
    if (problems.length > 0) faulty += 1;
  }
}
report();

async function run(seed: number, mode: Mode): Promise<Row> {
  const start = performance.now();
  say(`seed ${seed}, ${mode}`);
  const settings = {
    root,
    seed,
    wake: mode === "queue" ? mode : ("direct" as const),
    points: drawPoints(
      DRAWS * seed + allModes.indexOf(mode),
      drawings[mode][values.short ? "short" : "whole"],
    ),
    pairs: PAIRS,
    stopFor: STOP_MS,
    ...loads[mode],
    keepLogs: true,
    awayFor,
    // The short form runs on machines of any speed, beside other work: there it is to end, not to be fast.
    patience: values.short ? 6 : 1,
    progress: (line: string) => say(`  ${line}`),
  };
  const outcome = await runners[mode](settings);
  for (const problem of outcome.problems) say(`  FAILED: ${problem}`);
  const seconds = (performance.now() - start) / 1000;
  const { said, problems } = outcome;
  say(`  ${problems.length === 0 ? "green" : "RED"}: ${said} messages in ${seconds.toFixed(0)} s`);
  return { seed, mode, outcome, seconds };
}

function report(): void {
  if (rows.length > 0) tellRuns();
  if (withCopies)
    console.log(`${breakages.length - faulty} of ${breakages.length} broken copies were noticed`);
  const red = rows.some(({ outcome }) => outcome.problems.length > 0);
  process.exitCode = red || faulty > 0 ? 1 : 0;
}

function tellRuns(): void {
  console.log(
    "\nseed  mode       points  messages  restarts  lost  doubled  out of order  longest stall  took",
  );
  for (const { seed, mode, seconds, outcome } of rows) {
    const cells = [
      String(seed).padEnd(4),
      mode.padEnd(9),
      String(outcome.points).padStart(6),
      String(outcome.said).padStart(8),
      String(outcome.deaths).padStart(8),
      String(outcome.lost).padStart(4),
      String(outcome.doubled).padStart(7),
      String(outcome.misplaced).padStart(12),
      `${(outcome.stall / 1000).toFixed(1)} s`.padStart(13),
      `${seconds.toFixed(0)} s`,
    ];
    console.log(cells.join("  "));
  }
  const passed = new Set(rows.flatMap(({ outcome }) => outcome.steps));
  console.log(`faults at ${passed.size} of ${stepsOf(true).length} steps`);
  const red = rows.filter(({ outcome }) => outcome.problems.length > 0);
  for (const { seed, mode } of red)
    console.log(
      `to repeat: npm run faults -- --seed ${seed} --mode ${mode}${mode === "all" && withSynapse ? " --with-synapse" : ""}${values.short ? " --short" : ""}`,
    );
}

function say(line: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} ${line}`);
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return refuse(`--${name} takes a whole number, not ${text}`);
}

function modes(text: string | undefined): readonly Mode[] {
  switch (text) {
    case undefined:
      return allModes;
    case "both":
      return ["direct", "queue"];
    case "direct":
    case "queue":
    case "two":
    case "federated":
    case "slack":
    case "matrix":
    case "all":
      return [text];
    default:
      return refuse(`--mode is direct, queue, two, federated, slack, matrix, all or both, not ${text}`);
  }
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
