/** The whole way of a message (accept, append, deliver) to a platform that costs nothing. */
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import type { SinkJob } from "./sink-job.ts";
import { runSink } from "./sink-run.ts";

const IN_FLIGHT = 500;
const jobs: readonly Pick<SinkJob, "wake" | "rooms" | "window" | "messages">[] = [
  { wake: "direct", rooms: 1, window: 50, messages: 20_000 },
  { wake: "direct", rooms: 10, window: 50, messages: 20_000 },
  { wake: "direct", rooms: 1, window: 1, messages: 10_000 },
  { wake: "direct", rooms: 10, window: 1, messages: 20_000 },
  { wake: "queue", rooms: 1, window: 50, messages: 20_000 },
  { wake: "queue", rooms: 10, window: 50, messages: 20_000 },
];

export async function sinkPart(context: BenchContext): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const job of jobs) {
    const pairs = job.rooms === 1 ? "one pair" : `${job.rooms} pairs`;
    const what = `wake: ${job.wake}, ${pairs}, window ${job.window}`;
    context.progress(what);
    const done = await runSink(context, { ...job, deliver: true, inFlight: IN_FLIGHT });
    const { messages } = job;
    const line = { part: "sink", floor: null, goal: null };
    // Windows of 1 are for platforms that answer each call before the next may be made: no goal was set for them.
    const goal = job.window === 1 ? null : ({ bound: "at least", limit: 2_500, of: "value" } as const);
    lines.push(
      { ...line, what, value: messages / done.seconds, unit: "msg/s", goal },
      { ...line, what: `${what}: CPU`, value: done.cpuMicroseconds / messages, unit: "us a message" },
      { ...line, what: `${what}: commits, each an fsync`, value: done.commits / messages, unit: "a message" },
      { ...line, what: `${what}: rows written`, value: done.rows / messages, unit: "a message" },
      { ...line, what: `${what}: most memory`, value: done.mostMegabytes, unit: "MB" },
    );
  }
  return lines;
}
