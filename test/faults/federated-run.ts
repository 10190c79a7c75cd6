/** Two gateways that know each other, each on its embedded default, struck while everybody talks, and judged. */
import { join } from "node:path";
import { asGatewayError } from "../../core/errors.ts";
import type { Milliseconds } from "../../core/time.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import type { End } from "./crowd.ts";
import { describe, Disturbance } from "./disturbance.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { judge, type Outcome } from "./outcome.ts";
import type { PointsRun, Stage } from "./points-run.ts";
import { until } from "./until.ts";

/** What was said meanwhile comes first. */
const BACK_WITHIN = 120_000;

export type Gateways = Readonly<Record<End, GatewayProcess>>;

/** The rooms that two gateways are to link, and what each serves them by. */
export interface FederatedStage {
  readonly lab: Stage["lab"] & { gatewayFolder(name: string): string };
  readonly accounts: Readonly<Record<End, readonly object[]>>;
  readonly link: (gateways: Gateways) => Promise<void>;
  readonly longestStall: Milliseconds;
  /** How long each of them is away after the points; 0: neither is. */
  readonly awayFor: Milliseconds;
}

export async function strikeTwo(
  run: Omit<PointsRun, "pairs" | "rate">,
  { lab, accounts, link, longestStall, awayFor }: FederatedStage,
): Promise<Outcome> {
  const [north = 0, south = 0] = await freePorts(2);
  const ports: Readonly<Record<End, number>> = { north, south };
  const gateway = (end: End, other: End): GatewayProcess =>
    new GatewayProcess({
      root: run.root,
      folder: lab.gatewayFolder(end),
      armed: lab.armed,
      name: end,
      config: {
        base: `${end}.example`,
        wake: run.wake,
        federation: {
          listen: `127.0.0.1:${ports[end]}`,
          endpoint: `http://127.0.0.1:${ports[end]}`,
          peers: [{ base: `${other}.example`, endpoint: `http://127.0.0.1:${ports[other]}` }],
        },
        accounts: accounts[end],
      },
      reached: (struck, point) => {
        last = struck;
        disturbance.reached(struck, point);
      },
    });
  const gateways: Gateways = { north: gateway("north", "south"), south: gateway("south", "north") };
  let last = gateways.north;
  const redis = {
    // Whichever comes to a point must have its own.
    pid: (): number | null =>
      Object.values(gateways).every((one) => one.privateRedis() !== null) ? last.privateRedis() : null,
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
    await link(gateways);
    lab.crowd.talk();
    for (const point of run.points) {
      run.progress(describe(point));
      await disturbance.inflict(point);
    }
    for (const away of awayFor === 0 ? [] : Object.values(gateways)) {
      run.progress(`a gateway is away for ${awayFor / 1_000} s`);
      const from = Date.now();
      await away.pause(awayFor);
      disturbance.outages.push({ from, to: Date.now() });
      const back = Date.now();
      await until("messages in every room", BACK_WITHIN, () => lab.crowd.flowsSince(back));
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
    longestStall: longestStall * run.patience,
    count: run.points.length,
  });
}
