/** A whole gateway that federates, with the sink as its only platform: a child of the bench, which does as it is told. */
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../../core/config/config.ts";
import { News } from "../../core/federation/news.ts";
import { startGateway } from "../../core/gateway.ts";
import { Announcer } from "../../core/groups/announce.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { limits } from "../../core/limits.ts";
import { createLogger } from "../../core/log.ts";
import { parseProviderDomain, type ProviderDomain } from "../../mappings/ids.ts";
import { clock, type GatewayJob, gatewayJobForm, type Order, orderForm, type Report } from "./mtp-job.ts";
import { SinkBridge } from "./sink-bridge.ts";
import { numberOf, textOf } from "./sink-job.ts";

const WINDOW = 50;

const job = gatewayJobForm.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
const file = join(job.data, "gateway.sqlite");
const noted = {
  committed: [] as [number, number][],
  delivered: [] as [number, number][],
  served: [] as [string, number][],
  asked: [] as [string, number][],
} satisfies Omit<Report, "cpuMicroseconds">;
const listened = { groups: 0, wanted: 0 };
const watched = { head: 0, wanted: Number.POSITIVE_INFINITY };
let lookAtHead: () => number = () => 0;

noteRequests();
noteCommits();
noteHolds();
const bridge = new SinkBridge(WINDOW, (_room, text) => noted.delivered.push([numberOf(text), clock()]));
const log = createLogger({ level: "warn", bodies: false });
const gateway = await startGateway(configOf(job), () => bridge, log);
await bridge.started;
process.on("message", (message) => {
  const order = orderForm.safeParse(message);
  if (order.success) void follow(order.data);
});
process.once("SIGTERM", () => void gateway.stop().then(() => process.exit(0)));
tell({ ready: clock() });

async function follow(order: Order): Promise<void> {
  switch (order.order) {
    case "watch": {
      const head = new DatabaseSync(file, { readOnly: true }).prepare("select head from grp where uri = ?");
      lookAtHead = () => Number(head.get(order.group)?.["head"] ?? 0);
      watched.head = lookAtHead();
      return tell({ watching: watched.head });
    }
    case "say":
      return tell({ said: await say(order) });
    case "reach":
      watched.wanted = order.head;
      return noteHead();
    case "held":
      listened.wanted = order.groups;
      return noteHeld();
    case "report": {
      const { user, system } = process.cpuUsage();
      return tell({ ...noted, cpuMicroseconds: user + system });
    }
    case "memory": {
      for (let round = 0; round < 3; round++) {
        globalThis.gc?.();
        await delay(100);
      }
      const { rss, heapUsed } = process.memoryUsage();
      return tell({ rss, heap: heapUsed });
    }
  }
}

async function say({ room, first, messages, perSecond }: Order & { order: "say" }): Promise<number[]> {
  const said: number[] = [];
  const under: Promise<void>[] = [];
  const start = performance.now();
  for (let at = 0; at < messages; at++) {
    const due = start + (at * 1_000) / perSecond;
    if (due > performance.now() + 1) await delay(due - performance.now());
    const one = bridge.say(room as NativeRoom, first + at, textOf(first + at));
    under.push(one.then(() => void (said[at] = clock())));
  }
  await Promise.all(under);
  return said;
}

function noteRequests(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { readonly request: { readonly url?: string } };
    noted.served.push([request.url ?? "", clock()]);
  });
  subscribe("http.client.request.start", (message) => {
    const { request } = message as { readonly request: { readonly path: string } };
    noted.asked.push([request.path, clock()]);
  });
}

/** Rooms are told right after a commit, also where there are none. */
function noteCommits(): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the announcer that it was called on
  const { rooms } = Announcer.prototype;
  Announcer.prototype.rooms = function (these) {
    noteHead();
    rooms.call(this, these);
  };
}

function noteHead(): void {
  const head = lookAtHead();
  const at = clock();
  while (watched.head < head) noted.committed.push([++watched.head, at]);
  if (head < watched.wanted) return;
  watched.wanted = Number.POSITIVE_INFINITY;
  tell({ reached: at });
}

function noteHolds(): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the news that it was called on
  const { listen } = News.prototype;
  News.prototype.listen = function (topics, listener) {
    const these = [...topics];
    const groups = these.filter((topic) => topic.startsWith("group:")).length;
    const stop = listen.call(this, these, listener);
    listened.groups += groups;
    noteHeld();
    return () => {
      listened.groups -= groups;
      stop();
    };
  };
}

function noteHeld(): void {
  if (listened.wanted === 0 || listened.groups < listened.wanted) return;
  listened.wanted = 0;
  tell({ held: clock() });
}

function tell(message: object): void {
  process.send?.(message);
}

function configOf({ data, base, port, peers }: GatewayJob): Config {
  return {
    file: null,
    base: domainOf(base),
    data,
    store: { kind: "sqlite", file },
    redis: { kind: "off" },
    wake: "direct",
    log: { level: "warn", bodies: false },
    limits,
    media: { maxBytes: limits.mediaBytes, allow: [] },
    federation: {
      listen: { host: "127.0.0.1", port },
      unreachable: false,
      confirm: false,
      proxies: [],
      endpoint: `http://127.0.0.1:${port}`,
      peers: peers.map((peer) => ({ base: domainOf(peer.base), endpoint: peer.endpoint, key: null })),
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

function domainOf(text: string): ProviderDomain {
  const domain = parseProviderDomain(text);
  if (domain === null) throw new Error(`${text} is no domain`);
  return domain;
}
