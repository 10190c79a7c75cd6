/** Many groups: ten thousand subscriptions of a hundred gateways that wait, and a guest that takes up its thousand again. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import type { GroupUri } from "../../mappings/ids.ts";
import type { BindingRow } from "../../core/store/units/bindings.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { writeBacklog } from "./mtp-backlog.ts";
import {
  type CrowdJob,
  heldForm,
  memoryForm,
  onceForm,
  readyForm,
  reportForm,
  saidForm,
  watchingForm,
  wokenForm,
} from "./mtp-job.ts";
import { domainOf, know, knowEnd, linkRooms, newEnd, newKeys, share, startEnd } from "./mtp-stage.ts";
import { cpuMicroseconds } from "./process-usage.ts";
import { percentile } from "./statistics.ts";

const PEERS = 100;
const GROUPS = 1_000;
/** Groups of one gateway, and gateways of one group. */
const GROUPS_EACH = 100;
const PEERS_EACH = (PEERS * GROUPS_EACH) / GROUPS;
const IDLE_SECONDS = 5;
const WAKES = 50;
const LONGEST = 5_000;

export async function crowdLines(context: BenchContext): Promise<readonly Line[]> {
  context.progress(`${PEERS * GROUPS_EACH} subscriptions: writing them`);
  const owner = await newEnd(context, "a");
  const rooms = await linkRooms(owner, names(GROUPS));
  const peers: CrowdJob["peers"][number][] = [];
  for (let at = 0; at < PEERS; at++) {
    const base = domainOf(`crowd-${at}.example`);
    const keys = newKeys();
    const facts = { base, endpoint: "http://127.0.0.1:9", hosts: [], keys: [keys] };
    const peer = await know(owner, facts, ["unreachable"]);
    const block = Math.floor(at / PEERS_EACH) * GROUPS_EACH;
    const its = rooms.slice(block, block + GROUPS_EACH);
    await share({ end: owner, guest: peer }, null, its);
    const key = keys.private.export({ format: "der", type: "pkcs8" }).toString("base64");
    peers.push({ base, key, groups: its.map(({ groupUri }) => groupUri) });
  }
  await owner.store.close();
  const { child: gateway } = await startEnd(context, owner, []);
  const crowd = startCrowd(owner.folder, { endpoint: owner.endpoint, peers });
  await crowd.message(readyForm);
  await crowd.ask({ crowd: "once" }, onceForm);
  const before = await gateway.ask({ order: "memory" }, memoryForm);
  const quiet = await idleShare(gateway.pid);
  const all = PEERS * GROUPS_EACH;
  const held = gateway.ask({ order: "held", groups: all }, heldForm);
  crowd.tell({ crowd: "hold" });
  await held;
  const after = await gateway.ask({ order: "memory" }, memoryForm);
  context.progress(`${all} subscriptions: waiting`);
  const idle = await idleShare(gateway.pid);
  context.progress(`${all} subscriptions: waking`);
  const took: number[] = [];
  for (let at = 0; at < WAKES; at++) {
    const room = rooms[(at * 37) % GROUPS];
    if (room) took.push(await wake(gateway, crowd, room));
  }
  await Promise.all([gateway.stop(), crowd.stop()]);
  rmSync(owner.folder, { recursive: true });
  const line = { part: "mtp", floor: null, goal: null };
  const what = `${all} subscriptions of ${PEERS} gateways`;
  const goal = { bound: "at most", limit: 20, of: "value" } as const;
  return [
    { ...line, what: `${what}: memory of one`, value: (after.heap - before.heap) / all, unit: "bytes" },
    { ...line, what: `${what}: the same, resident`, value: (after.rss - before.rss) / all, unit: "bytes" },
    { ...line, what: `${what}: CPU while idle`, value: idle, unit: "of a core", floor: quiet },
    {
      ...line,
      what: `an event wakes ${PEERS_EACH}, the last one: p50`,
      value: percentile(took, 0.5),
      unit: "ms",
    },
    {
      ...line,
      what: `an event wakes ${PEERS_EACH}, the last one: p99`,
      value: percentile(took, 0.99),
      unit: "ms",
      goal,
    },
  ];
}

async function idleShare(pid: number): Promise<number> {
  const before = cpuMicroseconds(pid);
  const begun = performance.now();
  await delay(IDLE_SECONDS * 1_000);
  return (cpuMicroseconds(pid) - before) / ((performance.now() - begun) * 1_000);
}

/** From the log to the last gateway that waits for it. */
async function wake(
  gateway: Child,
  crowd: Child,
  { native, groupUri }: Pick<BindingRow, "native" | "groupUri">,
): Promise<number> {
  const times: number[] = [];
  const last = crowd.each(
    wokenForm,
    ({ woken, at }) => woken === groupUri && times.push(at) === PEERS_EACH,
    LONGEST,
  );
  const { watching } = await gateway.ask({ order: "watch", group: groupUri }, watchingForm);
  const order = { order: "say", room: native, first: 0, messages: 1, perSecond: 1 };
  await gateway.ask(order, saidForm);
  await last;
  const { committed } = await gateway.ask({ order: "report" }, reportForm);
  // The others have asked again by then.
  await delay(100);
  const [, written = Number.NaN] = committed.findLast(([seq]) => seq > watching) ?? [];
  return Math.max(...times) - written;
}

function startCrowd(folder: string, job: CrowdJob): Child {
  const jobFile = join(folder, "crowd.json");
  writeFileSync(jobFile, JSON.stringify(job));
  const options = { script: "mtp-crowd.ts", args: [jobFile], folder, name: "crowd" };
  return new Child({ ...options, counting: false, profile: null });
}

/** A guest that was stopped takes up what it follows. */
export async function resumeLines(context: BenchContext): Promise<readonly Line[]> {
  context.progress(`${GROUPS} groups: writing them`);
  const owner = await newEnd(context, "a");
  const guest = await newEnd(context, "b");
  const peer = await knowEnd(owner, guest);
  const known = await knowEnd(guest, owner);
  const rooms = await linkRooms(owner, names(GROUPS));
  await share({ end: owner, guest: peer }, { end: guest, owner: known }, rooms);
  await Promise.all([owner.store.close(), guest.store.close()]);
  const { file, base, host } = owner;
  const [first] = rooms;
  const uri: GroupUri | undefined = first?.groupUri;
  if (first === undefined || uri === undefined) throw new Error("there are rooms");
  await writeBacklog({ file, base, host, group: first.group, uri, events: 1, third: null }, null);
  const serving = await startEnd(context, owner, [guest]);
  const resumed: { seconds: number; requests: number }[] = [];
  for (const round of ["first", "again"]) {
    context.progress(`${GROUPS} groups: ${round}`);
    const earlier = await requests(serving.child);
    const held = serving.child.ask({ order: "held", groups: GROUPS }, heldForm);
    const { child } = await startEnd(context, guest, [owner]);
    const { held: at } = await held;
    // What else is asked now belongs to it, too.
    await delay(1_000);
    const asked = (await requests(child)).asked.filter(([path]) => path === "/sync");
    const all = (await requests(serving.child)).served.slice(earlier.served.length);
    resumed.push({ seconds: (at - (asked[0]?.[1] ?? Number.NaN)) / 1_000, requests: all.length });
    await child.stop();
    await delay(1_000);
  }
  await serving.child.stop();
  for (const { folder } of [owner, guest]) rmSync(folder, { recursive: true });
  const again = resumed.at(-1);
  const line = { part: "mtp", floor: null, goal: null };
  const what = `${GROUPS} groups taken up again`;
  const goal = { bound: "at most", limit: 10, of: "value" } as const;
  return [
    { ...line, what: `${what}: requests`, value: again?.requests ?? Number.NaN, unit: "requests", goal },
    {
      ...line,
      what: `${what}: from the first request`,
      value: (again?.seconds ?? Number.NaN) * 1_000,
      unit: "ms",
    },
  ];
}

const requests = (child: Child): Promise<z.output<typeof reportForm>> =>
  child.ask({ order: "report" }, reportForm);

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `${at}`);
