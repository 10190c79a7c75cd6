/** One run: a gateway on its embedded default, its points, and the verdict of the archives. */
import { join } from "node:path";
import { asGatewayError } from "../../core/errors.ts";
import type { Milliseconds } from "../../core/time.ts";
import { describe, Disturbance } from "./disturbance.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { Lab } from "./lab.ts";
import { judge, type Outcome } from "./outcome.ts";
import type { Point } from "./points.ts";
import type { Scene, Talkers } from "./scene.ts";

export interface PointsRun {
  readonly root: string;
  readonly wake: "direct" | "queue";
  readonly points: readonly Point[];
  readonly pairs: number;
  /** Messages in a second, of all together, and how many are said at least. */
  readonly rate: number;
  readonly messages: number;
  /** How long a stop lasts, in milliseconds. */
  readonly stopFor: number;
  /** Between gateways: how long one of them is away after the points, in milliseconds. */
  readonly awayFor?: number;
  /** How many times the longest stall may last. */
  readonly patience: number;
  /** Whether the folder with logs and archives stays where the run is red. */
  readonly keepLogs: boolean;
  readonly progress: (line: string) => void;
}

/** The longest that a message may take beyond the faults. */
const LONGEST_STALL = 10_000;

/** The rooms that one gateway is to link, and what it serves them by. */
export interface Stage {
  readonly lab: Scene & {
    readonly crowd: Talkers & {
      gather(): Promise<void>;
      talk(): void;
      untilSaid(messages: number): Promise<void>;
    };
  };
  /** The gateway's. */
  readonly folder: string;
  readonly accounts: readonly object[];
  readonly link: (gateway: GatewayProcess) => Promise<void>;
  readonly longestStall: Milliseconds;
}

export async function runPoints(run: PointsRun): Promise<Outcome> {
  const lab = await Lab.open(run.pairs, run.rate);
  return strikeOne(run, {
    lab,
    folder: lab.gatewayFolder("gateway"),
    accounts: [lab.account()],
    link: async (gateway) => lab.link(await gateway.operations()),
    longestStall: LONGEST_STALL,
  });
}

/** A gateway on its embedded default is struck at each point while everybody talks, and judged. */
export async function strikeOne(
  run: Omit<PointsRun, "pairs" | "rate">,
  { lab, folder, accounts, link, longestStall }: Stage,
): Promise<Outcome> {
  const redis = {
    pid: (): number | null => gateway.privateRedis(),
    address: { path: join(folder, "data/redis.sock") },
    killed: () => Promise.resolve(),
  };
  const disturbance = new Disturbance({ lab, redis, stopFor: run.stopFor });
  const gateway = new GatewayProcess({
    root: run.root,
    folder,
    armed: lab.armed,
    config: { wake: run.wake, accounts },
    reached: disturbance.reached,
  });
  const problems: string[] = [];
  try {
    gateway.start();
    await lab.crowd.gather();
    await link(gateway);
    lab.crowd.talk();
    for (const point of run.points) {
      run.progress(describe(point));
      await disturbance.inflict(point);
    }
    await lab.crowd.untilSaid(run.messages);
  } catch (thrown) {
    problems.push(asGatewayError(thrown).detail);
  }
  return judge({
    lab,
    keepLogs: run.keepLogs,
    gateways: [gateway],
    disturbance,
    problems,
    longestStall: longestStall * run.patience,
    count: run.points.length,
  });
}
