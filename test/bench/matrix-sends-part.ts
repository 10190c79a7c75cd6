/** What waits in the log for many rooms of a homeserver, sent there, beside bare clients that send the same. */
import { freePorts } from "../../deploy/servers/ports.ts";
import type { BenchGateway } from "./bench-gateway.ts";
import type { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { startMatrixGateway, startSender, startStandIn, urlOf } from "./matrix-children.ts";
import { roomFrom, roomTo, saidForm, sentByForm, sentForm } from "./matrix-job.ts";
import { median } from "./statistics.ts";

const SERVER = "sends.bench";
const ROOMS = 100;
const MESSAGES = 6_000;
const WARM_UP = 1_000;
const ROUNDS = 3;

interface Run {
  readonly seconds: number;
  readonly cpu: number;
  readonly commits: number;
  readonly missing: number;
  readonly faults: number;
  readonly httpSeconds: number;
  readonly librarySeconds: number;
  readonly libraryCpu: number;
}

/** The gateway and the bare clients by turns, so that whatever else the machine does hits all of them. */
export async function matrixSendsPart(context: BenchContext): Promise<readonly Line[]> {
  const [port = 0, listen = 0, bare = 0] = await freePorts(3);
  const standIn = await startStandIn(context, "sends-homeserver", {
    port,
    serverName: SERVER,
    service: listen,
  });
  const other = await startStandIn(context, "floor-homeserver", {
    port: bare,
    serverName: "floor",
    service: null,
  });
  const load = { url: urlOf(bare), rooms: ROOMS, messages: MESSAGES };
  const http = await startSender(context, { by: "http", ...load });
  const library = await startSender(context, { by: "library", ...load });
  const place = { url: urlOf(port), serverName: SERVER, listen };
  const gateway = await startMatrixGateway(context, "matrix-sends", place);
  const atFirst = gateway.memory().now;
  try {
    await link(gateway);
    // Ghosts enter, and compilers warm up.
    await through(standIn, listen, gateway, WARM_UP);
    await http.ask({}, sentByForm);
    await library.ask({}, sentByForm);
    const runs: Run[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      context.progress(`sends to ${ROOMS} rooms, round ${round}`);
      const own = await through(standIn, listen, gateway, MESSAGES);
      const { seconds: httpSeconds } = await http.ask({}, sentByForm);
      const { seconds, cpuMicroseconds } = await library.ask({}, sentByForm);
      runs.push({ ...own, httpSeconds, librarySeconds: seconds, libraryCpu: cpuMicroseconds });
    }
    return [...linesOf(runs), ...memoryLines(atFirst, gateway.memory().most)];
  } finally {
    await gateway.stop();
    for (const child of [http, library, other, standIn]) await child.stop();
  }
}

async function link({ operations }: BenchGateway): Promise<void> {
  for (let room = 0; room < ROOMS; room++)
    await operations.link(
      [roomFrom(room, SERVER), roomTo(room, SERVER)].map((one) => ({ account: "matrix", room: one })),
      null,
    );
}

/** Everything is in the log before the first of it is answered: what is measured is the sending alone. */
async function through(standIn: Child, listen: number, gateway: BenchGateway, messages: number) {
  standIn.tell({ order: "hold" });
  await standIn.ask({ order: "say", messages, rooms: ROOMS, each: 100, service: urlOf(listen) }, saidForm);
  await gateway.logged();
  const before = gateway.cpu();
  const { commits } = await gateway.storeCounts();
  const { sent } = await standIn.ask({ order: "release", messages }, sentForm);
  const { seconds, faults } = sent;
  const cpu = gateway.cpu() - before;
  const written = await gateway.storeCounts();
  return { seconds, faults, cpu, commits: written.commits - commits, missing: messages - sent.messages };
}

const NONE: Goal = { bound: "at most", limit: 0, of: "value" };

function linesOf(runs: readonly Run[]): Line[] {
  const what = `sends to ${ROOMS} rooms, one under way in each`;
  const rate = (of: (run: Run) => number): number => median(runs.map((run) => MESSAGES / of(run)));
  const each = (of: (run: Run) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / (runs.length * MESSAGES);
  const floor = rate(({ httpSeconds }) => httpSeconds);
  const lost = runs.reduce((sum, { missing }) => sum + missing, 0) + (runs.at(-1)?.faults ?? 0);
  return [
    {
      ...lineOf(
        what,
        rate(({ seconds }) => seconds),
        "msg/s",
      ),
      floor,
      goal: { bound: "at least", limit: 2_000, of: "value" },
    },
    {
      ...lineOf(
        `${what}: CPU (floor: the library alone)`,
        each(({ cpu }) => cpu),
        "us a message",
      ),
      floor: each(({ libraryCpu }) => libraryCpu),
    },
    lineOf(
      `${what}: commits, each an fsync`,
      each(({ commits }) => commits),
      "a message",
    ),
    {
      ...lineOf(
        "the library alone, in the same way",
        rate(({ librarySeconds }) => librarySeconds),
        "msg/s",
      ),
      floor,
    },
    { ...lineOf(`${what}: lost, doubled or out of order`, lost, "messages"), goal: NONE },
  ];
}

const memoryLines = (atFirst: number, most: number): Line[] => [
  lineOf("memory of a gateway with one account, just started", atFirst, "MB"),
  lineOf(`most memory, with ${ROOMS} rooms linked to ${ROOMS} others`, most, "MB"),
];

const lineOf = (what: string, value: number, unit: Line["unit"]): Line => ({
  part: "matrix",
  what,
  value,
  unit,
  floor: null,
  goal: null,
});
