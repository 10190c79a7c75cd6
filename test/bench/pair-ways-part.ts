/**
 * From each platform to each other one through one gateway: how much gets through, and at half of that how much later it is
 * than the same message said on the platform that it goes to.
 */
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { sayFor, sayPaced } from "./load.ts";
import type { NumberedLine } from "./numbered-line.ts";
import type { PairPlatform } from "./pair-platform.ts";
import { type PairStage, type PairWay, setPairStage } from "./pair-stage.ts";
import { percentile } from "./statistics.ts";

const ROOMS = 5;
/** Under way in each room. */
const WINDOW = 10;
const WARM_UP_SECONDS = 1;
const SECONDS = 3.5;
const FLOOR_SECONDS = 2;
const PACED_SECONDS = 2;
const ROUNDS = 2;

/** Microseconds for each message. */
interface Speed {
  readonly perSecond: number;
  readonly cpu: number;
}

/** Milliseconds until arrival. */
interface Latencies {
  readonly through: readonly number[];
  readonly bare: readonly number[];
}

export async function pairWaysPart(context: BenchContext): Promise<readonly Line[]> {
  const stage = await setPairStage(context, ROOMS);
  try {
    const floors = new Map<PairPlatform, Speed>();
    for (const [to, lines] of stage.floors) {
      context.progress(`bare to ${to.title}`);
      await sayFor(lines, WARM_UP_SECONDS, 2);
      floors.set(to, await bareSpeed(lines));
    }
    const measured: Line[] = [];
    for (const way of stage.ways) {
      context.progress(titleOf(way));
      // Ghosts enter, and compilers warm up.
      await sayFor(way.lines, WARM_UP_SECONDS, 2);
      const speed = await speedOf(stage, way);
      context.progress(`${titleOf(way)}, at half of ${speed.perSecond.toFixed(0)} a second`);
      const latencies = await latenciesOf(stage, way, speed.perSecond / 2);
      measured.push(...linesOf(way, { speed, floor: floors.get(way.to), latencies }));
    }
    return measured;
  } finally {
    await stage.stop();
  }
}

/** The CPU is that of the bench itself, which is at both ends of the bare way. */
async function bareSpeed(lines: readonly NumberedLine[]): Promise<Speed> {
  const before = process.cpuUsage();
  const { messages, seconds } = await sayFor(lines, FLOOR_SECONDS, WINDOW);
  const { user, system } = process.cpuUsage(before);
  return { perSecond: messages / seconds, cpu: (user + system) / messages };
}

async function speedOf({ gateway }: PairStage, { lines }: PairWay): Promise<Speed> {
  await gateway.logged();
  const before = gateway.cpu();
  const { messages, seconds } = await sayFor(lines, SECONDS, WINDOW);
  // What the platform tells the gateway of its own messages belongs to it.
  await gateway.logged();
  return { perSecond: messages / seconds, cpu: (gateway.cpu() - before) / messages };
}

/** By turns, so that whatever else the machine does hits both. */
async function latenciesOf(stage: PairStage, way: PairWay, perSecond: number): Promise<Latencies> {
  const bare = stage.floors.get(way.to) ?? [];
  const messages = Math.max(1, Math.round(perSecond * PACED_SECONDS));
  const took = { through: [] as number[], bare: [] as number[] };
  takeArrivals(way.lines);
  takeArrivals(bare);
  for (let round = 0; round < ROUNDS; round++) {
    await sayPaced(bare, messages, perSecond);
    took.bare.push(...takeArrivals(bare));
    await sayPaced(way.lines, messages, perSecond);
    took.through.push(...takeArrivals(way.lines));
  }
  return took;
}

const takeArrivals = (lines: readonly NumberedLine[]): readonly number[] =>
  lines.flatMap((line) => line.takeArrivals());

const NONE: Goal = { bound: "at most", limit: 0, of: "value" };
const CPU: Goal = { bound: "at most", limit: 400, of: "value" };

interface Measured {
  readonly speed: Speed;
  readonly floor: Speed | undefined;
  readonly latencies: Latencies;
}

function linesOf(way: PairWay, { speed, floor, latencies }: Measured): Line[] {
  const what = titleOf(way);
  const added = (share: number): Line => {
    const bare = percentile(latencies.bare, share);
    const value = percentile(latencies.through, share) - bare;
    return { ...lineOf(`${what}, at half of that: added p${share * 100}`, value, "ms"), floor: bare };
  };
  const faults = way.lines.reduce((sum, line) => sum + line.faults, 0);
  return [
    {
      ...lineOf(`${what}, ${ROOMS} rooms, ${WINDOW} under way in each`, speed.perSecond, "msg/s"),
      floor: floor?.perSecond ?? null,
    },
    { ...lineOf(`${what}: CPU`, speed.cpu, "us a message"), floor: floor?.cpu ?? null, goal: CPU },
    added(0.5),
    added(0.99),
    { ...lineOf(`${what}: lost, doubled or out of order`, faults, "messages"), goal: NONE },
  ];
}

const titleOf = ({ from, to }: PairWay): string => `${from.title} to ${to.title}`;

const lineOf = (what: string, value: number, unit: Line["unit"]): Line => ({
  part: "pairs",
  what,
  value,
  unit,
  floor: null,
  goal: null,
});
