/**
 * What many rooms cost: memory of a gateway with a thousand rooms and five thousand ghosts, and how long it takes to start,
 * on the stand-in for a homeserver. The rooms are written into the store by the store's own units before the gateway
 * starts; the ghosts enter because five thousand people say something.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { NativeRoom } from "../../core/ids.ts";
import { openStore } from "../../core/store/open.ts";
import type { LinkInput } from "../../core/store/units/bindings.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { groupUri } from "../../mappings/ids.ts";
import { type BenchGateway, type BenchPlace, prepareBenchGateway, runBenchGateway } from "./bench-gateway.ts";
import type { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Goal, Line } from "./lines.ts";
import { matrixYaml, startMatrixReceiver, startStandIn, urlOf } from "./matrix-children.ts";
import { roomFrom, roomTo, saidForm, sentForm } from "./matrix-job.ts";
import { domainOf } from "./mtp-stage.ts";
import { memoryMegabytes } from "./process-usage.ts";
import { median } from "./statistics.ts";

const SERVER = "scale.bench";
const ACCOUNT = "matrix";
/** Pairs of linked rooms. */
const GROUPS = 500;
/** Who speak in the first room of each, and become ghosts in the second. */
const PEOPLE = 10;
const STARTS = 3;
/** After which memory is looked at. */
const REST_MS = 1_000;
const PRELOAD = "live-heap.ts";

interface Memory {
  /** As the system counts it, with garbage. */
  readonly megabytes: number;
  /** NaN: not looked at. */
  readonly heap: number;
}

interface Start extends Memory {
  /** Milliseconds until its accounts were connected. */
  readonly connected: number;
  /** Milliseconds until each pair of rooms had carried a message. */
  readonly carried: number;
}

export async function pairScalePart(context: BenchContext): Promise<readonly Line[]> {
  const [port = 0, listen = 0, bare = 0] = await freePorts(3);
  const floor = await bareStart(context, bare);
  const standIn = await startStandIn(context, "scale-homeserver", {
    port,
    serverName: SERVER,
    service: listen,
  });
  const yaml = matrixYaml(ACCOUNT, { url: urlOf(port), serverName: SERVER, listen });
  try {
    const empty: Start[] = [];
    for (let start = 1; start <= STARTS; start++) {
      context.progress(`start with an empty store, ${start}`);
      const gateway = await runBenchGateway(
        context,
        prepareBenchGateway(context, `scale-empty-${start}`, yaml),
        PRELOAD,
      );
      empty.push({ connected: gateway.startMs, carried: Number.NaN, ...(await memoryOf(gateway)) });
      await gateway.stop();
    }
    const place = prepareBenchGateway(context, "scale-full", yaml);
    context.progress(`writing ${2 * GROUPS} rooms`);
    await writeRooms(place);
    const run = new ScaleRun(context, standIn, place, urlOf(listen));
    return linesOf(floor, empty, await run.full());
  } finally {
    await standIn.stop();
  }
}

interface Full {
  readonly starts: readonly Start[];
  readonly withGhosts: Memory;
  readonly missing: number;
}

class ScaleRun {
  readonly #context: BenchContext;
  readonly #standIn: Child;
  readonly #place: BenchPlace;
  readonly #service: string;
  #missing = 0;

  constructor(context: BenchContext, standIn: Child, place: BenchPlace, service: string) {
    this.#context = context;
    this.#standIn = standIn;
    this.#place = place;
    this.#service = service;
  }

  /** The first start does not count: it tells all rooms with what they are linked. */
  async full(): Promise<Full> {
    const starts: Start[] = [];
    for (let start = 0; ; start++) {
      this.#context.progress(`start with ${2 * GROUPS} rooms, ${start}`);
      const gateway = await runBenchGateway(this.#context, this.#place, PRELOAD);
      const begun = performance.now();
      await this.#carry(GROUPS);
      const carried = gateway.startMs + performance.now() - begun;
      const memory = await memoryOf(gateway);
      if (start > 0) starts.push({ connected: gateway.startMs, carried, ...memory });
      if (start === STARTS) {
        const withGhosts = await this.#enterAll(gateway);
        await gateway.stop();
        return { starts, withGhosts, missing: this.#missing };
      }
      await gateway.stop();
    }
  }

  async #enterAll(gateway: BenchGateway): Promise<Memory> {
    this.#context.progress(`${GROUPS * PEOPLE} ghosts enter`);
    await this.#carry(GROUPS * PEOPLE);
    return memoryOf(gateway);
  }

  /** So many messages are said, by turns of rooms and people. Resolves when they have arrived, or nothing comes any more. */
  async #carry(messages: number): Promise<void> {
    const arrived = this.#standIn.ask({ order: "release", messages }, sentForm);
    const load = { messages, rooms: GROUPS, each: 100, people: PEOPLE };
    await this.#standIn.ask({ order: "say", ...load, service: this.#service }, saidForm);
    this.#missing += messages - (await arrived).sent.messages;
  }
}

async function memoryOf(gateway: BenchGateway): Promise<Memory> {
  await delay(REST_MS);
  const { now: megabytes } = gateway.memory();
  // Only then: it collects the garbage.
  return { megabytes, heap: await gateway.liveHeap() };
}

/** What it takes until a process is there that takes transactions and does nothing with them. */
async function bareStart(context: BenchContext, port: number): Promise<Start> {
  const took: number[] = [];
  let megabytes = Number.NaN;
  for (let start = 0; start < STARTS; start++) {
    const begun = performance.now();
    const receiver = await startMatrixReceiver(context, port);
    took.push(performance.now() - begun);
    megabytes = memoryMegabytes(receiver.pid).now;
    await receiver.stop();
  }
  return { connected: median(took), carried: Number.NaN, megabytes, heap: Number.NaN };
}

async function writeRooms({ data, base }: BenchPlace): Promise<void> {
  const file = join(data, "gateway.sqlite");
  const store = await openStore({ store: { kind: "sqlite", file }, slot: null });
  const domain = domainOf(`${ACCOUNT}.${base}`);
  const { id: account, provider } = await store.write("registerAccount", {
    bridge: "matrix",
    name: ACCOUNT,
    domain,
  });
  const roomOf = (native: string): LinkInput["rooms"][number] => ({
    account,
    provider,
    native: native as NativeRoom,
    label: `${ACCOUNT}:${native}`,
    unclear: "hold",
    mark: null,
    properties: { name: "", topic: "" },
  });
  await Promise.all(
    Array.from({ length: GROUPS }, (_, number) =>
      store.write("link", {
        rooms: [roomOf(roomFrom(number, SERVER)), roomOf(roomTo(number, SERVER))],
        group: null,
        newUri: groupUri(domain, randomUUID()),
        at: Date.now(),
        actor: "bench",
      }),
    ),
  );
  await store.close();
}

const NONE: Goal = { bound: "at most", limit: 0, of: "value" };

function linesOf(floor: Start, empty: readonly Start[], full: Full): Line[] {
  const middle = (starts: readonly Start[], of: (start: Start) => number): number => median(starts.map(of));
  const rooms = `${2 * GROUPS} rooms`;
  const ghosts = `${rooms}, ${GROUPS * PEOPLE} ghosts`;
  const timed = (what: string, starts: readonly Start[], of: (start: Start) => number): Line => ({
    ...lineOf(`start, ${what}`, middle(starts, of), "ms"),
    floor: floor.connected,
  });
  const held = (what: string, value: number): Line => ({
    ...lineOf(`memory, ${what}`, value, "MB"),
    floor: floor.megabytes,
  });
  const live = (what: string, value: number): Line => ({
    ...lineOf(`live heap, ${what}`, value, "MB"),
    floor: middle(empty, ({ heap }) => heap),
  });
  return [
    timed("empty store: until connected (floor: a bare receiver)", empty, ({ connected }) => connected),
    timed(`${rooms}: until connected`, full.starts, ({ connected }) => connected),
    timed(`${rooms}: until every pair has carried a message`, full.starts, ({ carried }) => carried),
    held(
      "empty store (floor: a bare receiver)",
      middle(empty, ({ megabytes }) => megabytes),
    ),
    held(
      `${rooms}, just started`,
      middle(full.starts, ({ megabytes }) => megabytes),
    ),
    held(ghosts, full.withGhosts.megabytes),
    live(
      `${rooms}, just started (floor: with an empty store)`,
      middle(full.starts, ({ heap }) => heap),
    ),
    live(ghosts, full.withGhosts.heap),
    { ...lineOf(`${rooms}: lost`, full.missing, "messages"), goal: NONE },
  ];
}

const lineOf = (what: string, value: number, unit: Line["unit"]): Line => ({
  part: "pairs",
  what,
  value,
  unit,
  floor: null,
  goal: null,
});
