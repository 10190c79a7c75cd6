/** Transactions that a homeserver pushes, taken in until they are on disk, beside a receiver that only answers. */
import { freePorts } from "../../deploy/servers/ports.ts";
import type { BenchGateway } from "./bench-gateway.ts";
import type { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { startMatrixGateway, startMatrixReceiver, startStandIn, urlOf } from "./matrix-children.ts";
import { roomFrom, saidForm } from "./matrix-job.ts";
import { median } from "./statistics.ts";

const SERVER = "intake.bench";
const ROOMS = 10;
const WARM_UP = 2_000;
const ROUNDS = 3;

interface Course {
  readonly what: string;
  readonly messages: number;
  /** Events in a transaction. */
  readonly each: number;
  readonly goal: Goal | null;
}

const courses: readonly Course[] = [
  {
    what: "transactions of 100 events",
    messages: 10_000,
    each: 100,
    goal: { bound: "at least", limit: 5_000, of: "value" },
  },
  { what: "transactions of one event", messages: 1_000, each: 1, goal: null },
];

interface Run {
  readonly seconds: number;
  readonly floorSeconds: number;
  readonly cpu: number;
  readonly commits: number;
}

/** The gateway and the bare receiver by turns, so that whatever else the machine does hits both. */
export async function matrixIntakePart(context: BenchContext): Promise<readonly Line[]> {
  const [port = 0, listen = 0, receiving = 0] = await freePorts(3);
  const standIn = await startStandIn(context, "intake-homeserver", {
    port,
    serverName: SERVER,
    service: listen,
  });
  const receiver = await startMatrixReceiver(context, receiving);
  const gateway = await startMatrixGateway(context, "matrix-intake", {
    url: urlOf(port),
    serverName: SERVER,
    listen,
  });
  try {
    for (let room = 0; room < ROOMS; room++)
      await gateway.operations.link([{ account: "matrix", room: roomFrom(room, SERVER) }], null);
    const lines: Line[] = [];
    await say(standIn, listen, { messages: WARM_UP, each: 100 });
    await say(standIn, receiving, { messages: WARM_UP, each: 100 });
    let said = WARM_UP;
    for (const course of courses) {
      const runs: Run[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        context.progress(`${course.what}, round ${round}`);
        runs.push(await measure(standIn, gateway, [listen, receiving], course));
        said += course.messages;
      }
      lines.push(...linesOf(course, runs));
    }
    const missing = said - (await gateway.logged());
    return [...lines, { ...lineOf("taken and not in the log", missing, "messages"), goal: NONE }];
  } finally {
    await gateway.stop();
    await receiver.stop();
    await standIn.stop();
  }
}

async function measure(
  standIn: Child,
  gateway: BenchGateway,
  [listen, receiving]: readonly [listen: number, receiving: number],
  course: Course,
): Promise<Run> {
  await gateway.logged();
  const before = gateway.cpu();
  const { commits } = await gateway.storeCounts();
  const seconds = await say(standIn, listen, course);
  // What is on disk still goes into the log: that belongs to it.
  await gateway.logged();
  const cpu = gateway.cpu() - before;
  const written = await gateway.storeCounts();
  return {
    seconds,
    cpu,
    commits: written.commits - commits,
    floorSeconds: await say(standIn, receiving, course),
  };
}

/** Resolves with the seconds until the last transaction has its 200. */
async function say(
  standIn: Child,
  port: number,
  { messages, each }: Pick<Course, "messages" | "each">,
): Promise<number> {
  const order = { order: "say", messages, rooms: ROOMS, each, service: urlOf(port) };
  return (await standIn.ask(order, saidForm)).said.seconds;
}

const NONE: Goal = { bound: "at most", limit: 0, of: "value" };

function linesOf({ what, messages, goal }: Course, runs: readonly Run[]): Line[] {
  const each = (of: (run: Run) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / (runs.length * messages);
  const speed = median(runs.map(({ seconds }) => messages / seconds));
  const floor = median(runs.map(({ floorSeconds }) => messages / floorSeconds));
  return [
    { ...lineOf(what, speed, "events/s"), floor, goal },
    lineOf(
      `${what}: CPU, with the log`,
      each(({ cpu }) => cpu),
      "us a message",
    ),
    lineOf(
      `${what}: commits, each an fsync`,
      each(({ commits }) => commits),
      "a message",
    ),
  ];
}

const lineOf = (what: string, value: number, unit: Line["unit"]): Line => ({
  part: "matrix",
  what,
  value,
  unit,
  floor: null,
  goal: null,
});
