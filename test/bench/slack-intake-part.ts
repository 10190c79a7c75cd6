/** Events that Slack sends, taken in until they are on disk, beside a receiver that only answers. */
import { freePorts } from "../../deploy/servers/ports.ts";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import { eventually } from "../support/harness-eventually.ts";
import type { BenchGateway } from "./bench-gateway.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { readyForm } from "./relay-job.ts";
import { EVENTS_PATH, sendByHttp, sendBySocket } from "./slack-events.ts";
import { CHANNEL, startSlackGateway } from "./slack-gateway.ts";
import type { ReceiverJob } from "./slack-job.ts";
import { median } from "./statistics.ts";

const EVENTS = 4_000;
const UNDER_WAY = 50;
const WARM_UP = 400;
const ROUNDS = 3;

type Transport = "http" | "sockets";

const TITLES = { http: "HTTP", sockets: "Socket Mode" } as const;

export async function slackIntakePart(context: BenchContext): Promise<readonly Line[]> {
  return [...(await measure(context, "http")), ...(await measure(context, "sockets"))];
}

/** The gateway and the bare receiver by turns, so that whatever else the machine does hits both. */
async function measure(context: BenchContext, transport: Transport): Promise<readonly Line[]> {
  const what = `${TITLES[transport]}, ${UNDER_WAY} under way`;
  const [port = 0] = await freePorts(1);
  const simulator = await startSlackSimulator({ limits: "off" });
  const listen = transport === "http" ? port : null;
  const gateway = await startSlackGateway(context, simulator, { name: `intake-${transport}`, listen });
  await gateway.operations.link([{ account: "slack", room: CHANNEL }], null);
  try {
    const runs: Run[] = [];
    const floors: number[] = [];
    await untilRead(simulator, gateway, listen);
    await send(simulator, transport, port, WARM_UP);
    let sent = 1 + WARM_UP;
    for (let round = 1; round <= ROUNDS; round++) {
      context.progress(`${what}, round ${round}`);
      runs.push(await toGateway(gateway, () => send(simulator, transport, port, EVENTS)));
      sent += EVENTS;
      floors.push(await toFloor(context, transport));
    }
    const missing = sent - (await gateway.logged());
    return linesOf(what, runs, floors, missing);
  } finally {
    await gateway.stop();
    await simulator.stop();
  }
}

/**
 * The channel's history has none of the events that are sent from here: what came while it is read would be looked for there,
 * one by one. So one message that it does have is waited for.
 */
async function untilRead(
  simulator: SlackSimulator,
  gateway: BenchGateway,
  port: number | null,
): Promise<void> {
  if (port !== null) simulator.events.useUrl(`http://127.0.0.1:${port}${EVENTS_PATH}`);
  simulator.workspace().people.post(CHANNEL, "U0BOB", "The first.");
  await eventually("the first message", async () => (await gateway.logged()) === 1);
}

interface Run {
  readonly seconds: number;
  readonly cpu: number;
}

async function toGateway(gateway: BenchGateway, act: () => Promise<number>): Promise<Run> {
  const before = gateway.cpu();
  const seconds = await act();
  // What is on disk still goes into the log: that belongs to it.
  await gateway.logged();
  return { seconds, cpu: gateway.cpu() - before };
}

/** Events a second that the bare receiver answers. */
async function toFloor(context: BenchContext, transport: Transport): Promise<number> {
  const simulator = await startSlackSimulator({ limits: "off" });
  const [port = 0] = await freePorts(1);
  const job: ReceiverJob =
    transport === "http"
      ? { kind: "http", port, secret: simulator.app.signingSecret }
      : { kind: "sockets", url: await openSocket(simulator) };
  const child = new Child({
    script: "slack-receiver.ts",
    args: [JSON.stringify(job)],
    folder: context.folder,
    name: `slack-receiver-${transport}`,
    counting: false,
    profile: null,
  });
  await child.message(readyForm);
  await send(simulator, transport, port, WARM_UP);
  const seconds = await send(simulator, transport, port, EVENTS);
  await child.stop();
  await simulator.stop();
  return EVENTS / seconds;
}

function send(simulator: SlackSimulator, transport: Transport, port: number, count: number): Promise<number> {
  const load = { channel: CHANNEL, count, underWay: UNDER_WAY };
  return transport === "http" ? sendByHttp(simulator, port, load) : sendBySocket(simulator, load);
}

const openSocket = (simulator: SlackSimulator): Promise<string> => {
  const ticket = simulator.events.sockets.ticket();
  return Promise.resolve(`${simulator.url.replace("http", "ws")}/link?ticket=${ticket}`);
};

function linesOf(what: string, runs: readonly Run[], floors: readonly number[], missing: number): Line[] {
  const part = "slack";
  const speed = median(runs.map(({ seconds }) => EVENTS / seconds));
  const cpu = runs.reduce((sum, run) => sum + run.cpu, 0) / (runs.length * EVENTS);
  const none = { bound: "at most", limit: 0, of: "value" } as const;
  return [
    { part, what, value: speed, unit: "events/s", floor: median(floors), goal: null },
    { part, what: `${what}: CPU, with the log`, value: cpu, unit: "us a message", floor: null, goal: null },
    {
      part,
      what: `${what}: taken and not in the log`,
      value: missing,
      unit: "messages",
      floor: null,
      goal: none,
    },
  ];
}
