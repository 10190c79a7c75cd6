/**
 * From room to room on a real Prosody: the gateway in both wake modes, and the bare relay as floor, by turns on the same
 * server so that whatever else the machine does hits all of them.
 */
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { median, percentile } from "./statistics.ts";
import { type Load, type Round, runRound, together } from "./xmpp-round.ts";
import { setStage, type Stage, type SystemName } from "./xmpp-stage.ts";

interface Course {
  readonly what: string;
  readonly load: Load;
  /** How often each system has its turn. */
  readonly rounds: Readonly<Partial<Record<SystemName, number>>>;
}

const PAIRS = 10;
const paced = { messages: 250, perSecond: 50 };
const everybody = (rounds: number) => ({ relay: rounds, direct: rounds, queue: rounds });

const onMemory: readonly Course[] = [
  { what: "50/s", load: paced, rounds: { relay: 6, direct: 6, queue: 2 } },
  { what: "one at a time", load: { messages: 500, pairs: 1, window: 1 }, rounds: everybody(2) },
  { what: "one pair, window 50", load: { messages: 2_000, pairs: 1, window: 50 }, rounds: everybody(3) },
  { what: "ten pairs, window 100", load: { messages: 2_000, pairs: 10, window: 10 }, rounds: everybody(3) },
];
const onSql: readonly Course[] = [
  { what: "SQL archive, 50/s", load: paced, rounds: { relay: 1, direct: 1 } },
  {
    what: "SQL archive, one pair, window 50",
    load: { messages: 750, pairs: 1, window: 50 },
    rounds: { relay: 2, direct: 2 },
  },
];

export async function xmppPart(context: BenchContext): Promise<readonly Line[]> {
  const fast = await onStage(context, "memory", PAIRS, ["relay", "direct", "queue"], onMemory);
  return [...fast, ...(await onStage(context, "sql", 1, ["relay", "direct"], onSql))];
}

async function onStage(
  context: BenchContext,
  archive: "memory" | "sql",
  pairs: number,
  names: readonly SystemName[],
  courses: readonly Course[],
): Promise<readonly Line[]> {
  context.progress(`Prosody with its archive in ${archive === "sql" ? "SQLite" : "memory"}`);
  const stage = await setStage(context, archive, pairs, names);
  try {
    // Ghosts enter, and compilers warm up.
    for (const system of stage.systems)
      await runRound(stage, system, { messages: 40 * pairs, pairs, window: 5 });
    const lines: Line[] = [];
    for (const course of courses) {
      const done = await run(context, stage, course);
      lines.push(...("window" in course.load ? speedLines(course, done) : latencyLines(course, done)));
    }
    return [...lines, ...closingLines(stage, archive)];
  } finally {
    await stage.stop();
  }
}

/** All rounds of a course, the systems by turns. */
async function run(
  context: BenchContext,
  stage: Stage,
  { what, load, rounds }: Course,
): Promise<ReadonlyMap<SystemName, readonly Round[]>> {
  const done = new Map<SystemName, Round[]>(stage.systems.map(({ name }) => [name, []]));
  for (let turn = 1; turn <= Math.max(...Object.values(rounds)); turn++)
    for (const system of stage.systems) {
      if (turn > (rounds[system.name] ?? 0)) continue;
      context.progress(`${what}, ${title(system.name)}, round ${turn}`);
      done.get(system.name)?.push(await runRound(stage, system, load));
    }
  return done;
}

function latencyLines({ what }: Course, done: ReadonlyMap<SystemName, readonly Round[]>): Line[] {
  return [...done].flatMap(([name, rounds]) => {
    const { arrivals, reflections, systemCpu, commits, rows, messages } = together(rounds);
    const start = `${what}, ${title(name)}`;
    const arrival = (share: number, limit: number): Line => ({
      part: "xmpp",
      what: `${start}: arrival p${share * 100} (floor: the reflection)`,
      value: percentile(arrivals, share),
      unit: "ms",
      floor: percentile(reflections, share),
      goal: name === "relay" || what !== "50/s" ? null : { bound: "at most", limit, of: "difference" },
    });
    return [
      arrival(0.5, 2),
      arrival(0.99, 10),
      measured(`${start}: CPU`, systemCpu / messages, "us a message"),
      ...storeLines(start, name, commits / messages, rows / messages),
    ];
  });
}

function speedLines({ what, load }: Course, done: ReadonlyMap<SystemName, readonly Round[]>): Line[] {
  const relay = done.get("relay") ?? [];
  const floor = together(relay);
  const full = "window" in load && load.window * load.pairs > 1;
  return [...done].flatMap(([name, rounds]) => {
    const sum = together(rounds);
    const start = `${what}, ${title(name)}`;
    const cpu = measured(`${start}: CPU`, sum.systemCpu / sum.messages, "us a message");
    const prosody = sum.prosodyCpu / sum.seconds / 1e6;
    const client = sum.clientCpu / sum.seconds / 1e6;
    const shares = [
      measured(`${start}: Prosody`, prosody, "of a core"),
      measured(`${start}: the bench's client`, client, "of a core"),
    ];
    if (name === "relay") return [measured(start, speed(rounds), "msg/s"), cpu, ...shares];
    const judged = full && !what.startsWith("SQL");
    const ratio: Goal = { bound: "at least", limit: 0.8, of: "ratio" };
    const most: Goal = { bound: "at most", limit: 400, of: "value" };
    return [
      { ...measured(start, speed(rounds), "msg/s"), floor: speed(relay), goal: judged ? ratio : null },
      { ...cpu, floor: floor.systemCpu / floor.messages, goal: judged ? most : null },
      ...shares,
      ...storeLines(start, name, sum.commits / sum.messages, sum.rows / sum.messages),
    ];
  });
}

function storeLines(start: string, name: SystemName, commits: number, rows: number): Line[] {
  if (name === "relay") return [];
  return [
    measured(`${start}: commits, each an fsync`, commits, "a message"),
    measured(`${start}: rows written`, rows, "a message"),
  ];
}

function closingLines({ systems }: Stage, archive: string): Line[] {
  const relay = systems.find(({ name }) => name === "relay")?.system.mostMegabytes() ?? null;
  return systems.flatMap(({ name, system, lines }) => {
    const faults = lines.reduce((sum, line) => sum + line.faults, 0);
    const start = `archive in ${archive}, ${title(name)}`;
    const memory = measured(`${start}: most memory`, system.mostMegabytes(), "MB");
    const none: Goal = { bound: "at most", limit: 0, of: "value" };
    const little: Goal = { bound: "at most", limit: 150, of: "value" };
    return [
      { ...measured(`${start}: lost, doubled or out of order`, faults, "messages"), goal: none },
      name === "relay" ? memory : { ...memory, floor: relay, goal: little },
    ];
  });
}

const speed = (rounds: readonly Round[]): number =>
  median(rounds.map(({ messages, seconds }) => messages / seconds));

const title = (name: SystemName): string => (name === "relay" ? "bare relay" : `wake: ${name}`);

const measured = (what: string, value: number, unit: Line["unit"]): Line => ({
  part: "xmpp",
  what,
  value,
  unit,
  floor: null,
  goal: null,
});
