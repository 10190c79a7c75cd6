/**
 * A gateway with the sink as its only platform, and a source that keeps it busy: a child of the bench, which gets one
 * message with the figures.
 */
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import type { Config } from "../../core/config/config.ts";
import { startGateway } from "../../core/gateway.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { limits } from "../../core/limits.ts";
import { createLogger } from "../../core/log.ts";
import type { AcceptInput } from "../../core/store/units/accept.ts";
import type { AppendInput } from "../../core/store/units/append.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { memoryMegabytes } from "./process-usage.ts";
import { SinkBridge } from "./sink-bridge.ts";
import {
  numberOf,
  type SinkJob,
  sinkJobForm,
  type SinkResult,
  textOf,
  type Transaction,
} from "./sink-job.ts";
import { storeCounts } from "./store-counts.ts";

const job = sinkJobForm.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
const record: { transactions: Transaction[]; contentBytes: number } = { transactions: [], contentBytes: 0 };
if (!job.deliver) recordTransactions();

let arrived = 0;
let onArrival: () => void = () => undefined;
const next = new Map<NativeRoom, number>();
const bridge = new SinkBridge(job.window, arrive);
const file = join(job.data, "gateway.sqlite");
const gateway = await startGateway(
  configOf(job),
  () => bridge,
  createLogger({ level: "warn", bodies: false }),
);
await bridge.started;
const rooms = Array.from({ length: job.rooms }, (_, i) => `from-${i}` as NativeRoom);
for (const [i, room] of rooms.entries()) {
  const pair = job.deliver ? [room, `to-${i}`] : [room];
  await gateway.operations.link(
    pair.map((native) => ({ account: "sink", room: native })),
    null,
  );
}
process.send?.(await measure());
await gateway.stop();

async function measure(): Promise<SinkResult> {
  const before = await storeCounts();
  record.transactions.length = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await (job.deliver ? sayUntilDelivered() : sayUntilAppended());
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const after = await storeCounts();
  return {
    seconds,
    cpuMicroseconds: user + system,
    commits: after.commits - before.commits,
    rows: after.rows - before.rows,
    mostMegabytes: memoryMegabytes(process.pid).most,
    ...record,
  };
}

/** Keeps so many messages on their way from room to room. Resolves when the last has arrived. */
function sayUntilDelivered(): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = 0;
    onArrival = () => {
      if (arrived === job.messages) resolve();
      else if (said < job.messages) say(said++).catch(reject);
    };
    while (said < Math.min(job.inFlight, job.messages)) say(said++).catch(reject);
  });
}

/** So many callers, each of which waits until what it says is on disk. Resolves when all is in the log. */
async function sayUntilAppended(): Promise<void> {
  const reader = new DatabaseSync(file, { readOnly: true });
  const inbox = reader.prepare("select count(*) as rows from inbox");
  const empty = Promise.withResolvers<void>();
  let accepted = false;
  const look = (): void => {
    if (accepted && inbox.get()?.["rows"] === 0) empty.resolve();
  };
  subscribe("mimi-gateway:step", (name) => {
    if (name === "append.done") look();
  });
  let said = 0;
  const caller = async (): Promise<void> => {
    while (said < job.messages) await say(said++);
  };
  await Promise.all(Array.from({ length: job.inFlight }, caller));
  accepted = true;
  look();
  await empty.promise;
  const { events } =
    reader.prepare("select count(*) as events from event where kind = 'message'").get() ?? {};
  reader.close();
  if (events !== job.messages)
    throw new Error(`${String(events)} of ${job.messages} messages are in the log`);
}

function say(number: number): Promise<void> {
  const room = rooms[number % rooms.length];
  if (room === undefined) throw new Error("there is no room to say anything in");
  return bridge.say(room, number, textOf(number));
}

/** Each message must arrive once and in the order of its room. */
function arrive(room: NativeRoom, text: string): void {
  const number = numberOf(text);
  const expected = next.get(room) ?? Number(room.slice("to-".length));
  if (number !== expected) throw new Error(`${room} was told message ${number} instead of ${expected}`);
  next.set(room, expected + job.rooms);
  arrived += 1;
  onArrival();
}

function configOf({ data, wake }: SinkJob): Config {
  const base = parseProviderDomain("bench.localhost");
  if (base === null) throw new Error("the bench's own base is no domain");
  return {
    file: null,
    base,
    data,
    store: { kind: "sqlite", file: join(data, "gateway.sqlite") },
    redis: { kind: wake === "queue" ? "private" : "off" },
    wake,
    log: { level: "warn", bodies: false },
    limits,
    media: { maxBytes: limits.mediaBytes, allow: [] },
    federation: {
      listen: null,
      unreachable: false,
      confirm: false,
      proxies: [],
      endpoint: `https://${base}`,
      peers: [],
      allow: [],
    },
    commands: { linkAcross: false },
    alarms: [],
    watch: { listen: null },
    slot: null,
    accounts: [{ name: "sink", bridge: "sink" }],
    secretsKey: null,
    secrets: [],
  };
}

/** Writes down what the store sends to its writer, batch by batch: a batch is a transaction. */
function recordTransactions(): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the worker that it was called on
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (batch: unknown): void {
    if (Array.isArray(batch)) {
      const calls = batch as readonly (readonly [name: string, input: unknown])[];
      record.transactions.push(calls.flatMap(([name, input]) => shapeOf(name, input)));
    }
    postMessage.call(this, batch);
  };
}

function shapeOf(name: string, input: unknown): Transaction {
  if (name === "append") {
    const { binding, rows } = input as AppendInput;
    record.contentBytes = rows[0]?.events[0]?.content.length ?? record.contentBytes;
    return [{ kind: "append", binding, messages: rows.length }];
  }
  if (name !== "accept") return [];
  const counts = { accept: new Map<number, number>(), direct: new Map<number, number>() };
  for (const { binding, raws } of (input as AcceptInput).batches)
    for (const { translation } of raws) {
      const kind = translation ? "direct" : "accept";
      counts[kind].set(binding, (counts[kind].get(binding) ?? 0) + 1);
      record.contentBytes = translation?.events[0]?.content.length ?? record.contentBytes;
    }
  return (["accept", "direct"] as const).flatMap((kind) =>
    [...counts[kind]].map(([binding, messages]) => ({ kind, binding, messages })),
  );
}
