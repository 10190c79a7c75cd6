/** Two gateways on one PostgreSQL and one Redis, of which one holds the account and the other one stands by. */
import { join } from "node:path";
import { asGatewayError } from "../../core/errors.ts";
import { startPostgres } from "../../deploy/servers/postgres.ts";
import { startRedis } from "../../deploy/servers/redis.ts";
import type { RunningServer } from "../../deploy/servers/server-process.ts";
import { describe, Disturbance } from "./disturbance.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { Lab } from "./lab.ts";
import { judge, type Outcome } from "./outcome.ts";
import type { PointsRun } from "./points-run.ts";
import { until } from "./until.ts";

/** How long a process owns what it claimed, in seconds. */
const LEASE = 5;
/** The longest that a message may take beyond the faults: the holder of the connection stays dead. */
const LONGEST_STALL = (LEASE + 5) * 1000;
const TAKEN_OVER_WITHIN = 60_000;
/** The epoch's test: how far the deliveries are when their holder is stopped. */
const DELIVERIES_BEFORE = 10;
const MESSAGES_AFTER = 100;

interface Two {
  readonly lab: Lab;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  readonly disturbance: Disturbance;
}

/** The points of a run, in which every second process that is killed stays dead until the other one has taken over. */
export async function runPointsOnTwo(run: PointsRun): Promise<Outcome> {
  return withTwo(run, async ({ lab, gateways, disturbance }) => {
    for (const [i, point] of run.points.entries()) {
      run.progress(describe(point));
      const stayDead = point.provokedAt === null && i % 2 === 0;
      for (const gateway of gateways) gateway.keep = !stayDead;
      await disturbance.inflict(point);
      for (const gateway of gateways) {
        gateway.keep = true;
        if (gateway.pid === null) gateway.start();
      }
    }
    await lab.crowd.untilSaid(run.messages);
  });
}

/**
 * The holder is stopped between its look at the lease and the write that comes next, loses connection and lease, and
 * goes on when the other one has delivered what it was about to: what it writes then must not count.
 */
export async function runTakeOver(run: Omit<PointsRun, "points">): Promise<Outcome> {
  return withTwo({ ...run, points: [] }, async ({ lab, disturbance }) => {
    const held = { step: "intend.begin", occurrence: DELIVERIES_BEFORE, gateway: null } as const;
    const holder = await disturbance.arm(held, "stop");
    run.progress("the holder is stopped");
    const from = Date.now();
    for (const server of lab.servers) await server.restart();
    disturbance.outages.push({ from, to: Date.now() });
    const back = Date.now();
    await until("the other one's take-over", TAKEN_OVER_WITHIN, () => lab.crowd.flowsSince(back));
    run.progress("the other one has taken over");
    // What it finds is settled then, so that a write that should not count can't be overwritten by chance.
    await lab.crowd.hush();
    await until("everything to arrive", TAKEN_OVER_WITHIN, () => lab.lastArrived());
    holder.signal("SIGCONT");
    holder.goOn();
    await until("the stopped one to notice", TAKEN_OVER_WITHIN, () => holder.log.includes("taken over"));
    run.progress("the stopped one has let go");
    lab.crowd.talk();
    await lab.crowd.untilSaid(lab.crowd.said + MESSAGES_AFTER);
  });
}

async function withTwo(run: PointsRun, act: (two: Two) => Promise<void>): Promise<Outcome> {
  const lab = await Lab.open(run.pairs, run.rate);
  const redis = await startRedis({ folder: join(lab.folder, "redis") });
  const postgres = await startPostgres();
  const servers: readonly RunningServer[] = [redis, postgres];
  const disturbance = new Disturbance({
    lab,
    stopFor: run.stopFor,
    redis: {
      pid: () => redis.pid,
      address: { host: "127.0.0.1", port: redis.port },
      killed: async () => redis.restart(),
    },
  });
  const url = await postgres.createDatabase("mimi");
  const gateway = (slot: string): GatewayProcess =>
    new GatewayProcess({
      root: run.root,
      folder: lab.gatewayFolder(slot),
      armed: lab.armed,
      config: {
        slot,
        wake: run.wake,
        store: { postgres: url },
        redis: { url: redis.url },
        limits: { lease: `${LEASE}s` },
        accounts: [lab.account()],
      },
      reached: disturbance.reached,
    });
  const gateways = [gateway("one"), gateway("two")] as const;
  const problems: string[] = [];
  try {
    const [first, second] = gateways;
    first.start();
    await lab.crowd.gather();
    await lab.link(await first.operations());
    second.start();
    await second.operations();
    lab.crowd.talk();
    await act({ lab, gateways, disturbance });
  } catch (thrown) {
    problems.push(asGatewayError(thrown).detail);
  }
  return judge({
    lab,
    keepLogs: run.keepLogs,
    gateways,
    disturbance,
    problems,
    longestStall: LONGEST_STALL * run.patience,
    count: run.points.length,
    servers,
  });
}
