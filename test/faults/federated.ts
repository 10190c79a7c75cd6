/** Two gateways, each with a Prosody and a store of its own, whose rooms are linked across by codes. */
import { join } from "node:path";
import { asGatewayError } from "../../core/errors.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import type { End } from "./crowd.ts";
import { describe, Disturbance } from "./disturbance.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { Lab, untilConnected } from "./lab.ts";
import { judge, type Outcome } from "./outcome.ts";
import type { PointsRun } from "./points-run.ts";
import { until } from "./until.ts";

/** The longest that a message may take beyond the faults: a gateway that comes back is asked again after its backoff. */
const LONGEST_STALL = 15_000;
const FOLLOWED_WITHIN = 30_000;
/** What was said meanwhile comes first. */
const BACK_WITHIN = 120_000;
const CODE_LIFE = 3_600_000;

/** The points of a run; each strikes whichever of the two comes to it first. */
export async function runPointsFederated(run: PointsRun): Promise<Outcome> {
  const lab = await Lab.open(run.pairs, run.rate, 2);
  const [north = 0, south = 0] = await freePorts(2);
  const ports: Readonly<Record<End, number>> = { north, south };
  const gateway = (end: End, other: End): GatewayProcess =>
    new GatewayProcess({
      root: run.root,
      folder: lab.gatewayFolder(end),
      armed: lab.armed,
      config: {
        base: `${end}.example`,
        wake: run.wake,
        federation: {
          listen: `127.0.0.1:${ports[end]}`,
          endpoint: `http://127.0.0.1:${ports[end]}`,
          peers: [{ base: `${other}.example`, endpoint: `http://127.0.0.1:${ports[other]}` }],
        },
        accounts: [lab.account(end)],
      },
      reached: (struck, point) => {
        last = struck;
        disturbance.reached(struck, point);
      },
    });
  const gateways = { north: gateway("north", "south"), south: gateway("south", "north") } as const;
  let last = gateways.north;
  const redis = {
    pid: (): number | null => last.privateRedis(),
    get address() {
      return { path: join(last.data, "redis.sock") };
    },
    killed: () => Promise.resolve(),
  };
  const disturbance = new Disturbance({ lab, redis, stopFor: run.stopFor });
  const problems: string[] = [];
  try {
    for (const one of Object.values(gateways)) one.start();
    await lab.crowd.gather();
    await linkAcross(lab, gateways);
    lab.crowd.talk();
    for (const point of run.points) {
      run.progress(describe(point));
      await disturbance.inflict(point);
    }
    if (run.awayFor !== undefined) {
      for (const away of Object.values(gateways)) {
        run.progress(`a gateway is away for ${run.awayFor / 1_000} s`);
        const from = Date.now();
        await away.pause(run.awayFor);
        disturbance.outages.push({ from, to: Date.now() });
        const back = Date.now();
        await until("messages in every room", BACK_WITHIN, () => lab.crowd.flowsSince(back));
      }
    }
    await lab.crowd.untilSaid(run.messages);
  } catch (thrown) {
    problems.push(asGatewayError(thrown).detail);
  }
  return judge({
    lab,
    keepLogs: run.keepLogs,
    gateways: Object.values(gateways),
    answering: Object.values(gateways),
    disturbance,
    problems,
    longestStall: LONGEST_STALL * run.patience,
    count: run.points.length,
  });
}

/** The groups are owned by turns in the north and in the south, so that every fault strikes owners and guests. */
async function linkAcross(lab: Lab, gateways: Readonly<Record<End, GatewayProcess>>): Promise<void> {
  const operations = {
    north: await gateways.north.operations(),
    south: await gateways.south.operations(),
  };
  for (const one of Object.values(operations)) await untilConnected(one);
  for (const [i, rooms] of lab.rooms.entries()) {
    const [owner, guest] = i % 2 === 0 ? (["north", "south"] as const) : (["south", "north"] as const);
    const question = { group: null, room: rooms[owner], uses: 1, lifeMs: CODE_LIFE, confirm: false };
    const { code } = await operations[owner].federation.createCode(question);
    await operations[guest].federation.redeem({ code, as: null, room: rooms[guest] });
  }
  await until("every group to be followed", FOLLOWED_WITHIN, async () => {
    const reports = await Promise.all(Object.values(operations).map(async (one) => one.status()));
    return reports.every(({ bindings }) => bindings.length === lab.rooms.length);
  });
}
