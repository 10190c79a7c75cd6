/**
 * The append path (accept, inbox lane, append) on the SQLite store, against a script that writes the same rows in the same
 * transactions.
 */
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { runFloor, runSink } from "./sink-run.ts";
import { median } from "./statistics.ts";

/** Callers at once, and how many messages they say: enough that the database outgrows its caches and checkpoints. */
const LOADS = [
  { callers: 1, messages: 3_000 },
  { callers: 8, messages: 10_000 },
  { callers: 64, messages: 30_000 },
  { callers: 512, messages: 60_000 },
] as const;
const ROUNDS = 2;
const ROOMS = 10;

export async function appendPart(context: BenchContext): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const { callers, messages } of LOADS) {
    const rates: number[] = [];
    const floors: number[] = [];
    let commits = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      context.progress(`${callers} callers, round ${round} of ${ROUNDS}`);
      const rooms = Math.min(callers, ROOMS);
      const base = { wake: "direct", deliver: false, window: 1 } as const;
      const job = { ...base, rooms, messages, inFlight: callers };
      const done = await runSink(context, job);
      rates.push(messages / done.seconds);
      floors.push(messages / (await runFloor(context, job, done)));
      commits += done.commits;
    }
    lines.push({
      part: "append",
      what: `${callers} callers, ${((messages * ROUNDS) / commits).toFixed(1)} messages a commit`,
      value: median(rates),
      unit: "msg/s",
      floor: median(floors),
      goal: { bound: "at least", limit: 0.7, of: "ratio" },
    });
  }
  return lines;
}
