/** Inflicts the points' faults, one after the other, and keeps account of how long each lasted. */
import { rmSync, writeFileSync, renameSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { StepName } from "../../core/steps.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import type { Fault, Point } from "./points.ts";
import type { Scene } from "./scene.ts";
import { until } from "./until.ts";
import type { Outage } from "./verdict.ts";

/** The Redis that the gateways use. */
export interface RedisUnderFault {
  /** null while there is none. */
  pid(): number | null;
  readonly address: { readonly path: string } | { readonly port: number; readonly host: string };
  /** Told after it was killed. */
  readonly killed: () => Promise<void>;
}

export interface DisturbanceOptions {
  readonly lab: Pick<Scene, "armed" | "crowd" | "servers">;
  readonly redis: RedisUnderFault;
  /** How long a stop lasts. */
  readonly stopFor: Milliseconds;
}

/** A point that is not reached within this time is a fault of the run. */
const REACHED_WITHIN: Milliseconds = 60_000;
const FLOWS_WITHIN: Milliseconds = 90_000;

export class Disturbance {
  readonly outages: Outage[] = [];
  /** What has happened at which step, for the report. */
  readonly fired: { readonly step: StepName; readonly fault: Fault }[] = [];
  readonly #options: DisturbanceOptions;
  #armed = 0;
  #waiting: { number: number; reached: (gateway: GatewayProcess) => void } | null = null;

  constructor(options: DisturbanceOptions) {
    this.#options = options;
  }

  /** What a gateway under fault reports to. */
  readonly reached = (gateway: GatewayProcess, number: number): void => {
    if (this.#waiting?.number === number) this.#waiting.reached(gateway);
  };

  /** Waits until the point is reached, and inflicts its fault to the end. Resolves when every room flows again. */
  async inflict(point: Point): Promise<void> {
    const { step, occurrence, fault, provokedAt, gateway } = point;
    if (provokedAt !== null)
      await this.#once({ step: provokedAt, occurrence: 1, fault: "gateway-kill", gateway });
    await this.#once({ step, occurrence, fault, gateway });
    this.fired.push({ step, fault });
    const over = Date.now();
    await until(`messages in every room after ${describe(point)}`, FLOWS_WITHIN, () =>
      this.#options.lab.crowd.flowsSince(over),
    );
  }

  /** Arms a step and resolves with the gateway that reached it; what happens there is the caller's, then `goOn`. */
  async arm(
    { step, occurrence, gateway: only }: Pick<Point, "step" | "occurrence" | "gateway">,
    act: "kill" | "stop" | "ask",
  ): Promise<GatewayProcess> {
    const number = ++this.#armed;
    const { promise, resolve } = Promise.withResolvers<GatewayProcess>();
    this.#waiting = { number, reached: resolve };
    const { armed } = this.#options.lab;
    const own = `${armed}.${number}`;
    writeFileSync(own, "");
    // Whoever reads it sees all of it or nothing.
    writeFileSync(
      `${armed}.next`,
      [number, step, occurrence, act, ...(only === null ? [] : [only])].join(" "),
    );
    renameSync(`${armed}.next`, armed);
    const late = AbortSignal.timeout(REACHED_WITHIN);
    try {
      return await Promise.race([promise, once(late, "abort").then(() => null)]).then((gateway) => {
        if (gateway) return gateway;
        throw new Error(`${step} was not passed ${occurrence} times within ${REACHED_WITHIN / 1000} s`);
      });
    } finally {
      for (const file of [armed, own]) rmSync(file, { force: true });
    }
  }

  async #once(place: Pick<Point, "step" | "occurrence" | "fault" | "gateway">): Promise<void> {
    const { fault } = place;
    // A gateway starts its own again a moment after it was killed.
    if (fault.startsWith("redis")) await until("a Redis", REACHED_WITHIN, () => this.#options.redis.pid());
    const act = fault === "gateway-kill" ? "kill" : fault === "gateway-stop" ? "stop" : "ask";
    const gateway = await this.arm(place, act);
    const from = Date.now();
    switch (fault) {
      case "gateway-kill":
        return;
      case "gateway-stop":
        await pause(this.#options.stopFor);
        gateway.signal("SIGCONT");
        break;
      case "redis-kill":
        await this.#killRedis();
        gateway.goOn();
        return;
      case "redis-flush":
        await this.#flushRedis();
        gateway.goOn();
        return;
      case "redis-stop":
        this.#signalRedis("SIGSTOP");
        gateway.goOn();
        await pause(this.#options.stopFor);
        this.#signalRedis("SIGCONT");
        break;
      case "server-restart": {
        const { servers } = this.#options.lab;
        const server = servers[this.#armed % servers.length];
        await server?.stop();
        gateway.goOn();
        await server?.restart();
        break;
      }
    }
    this.outages.push({ from, to: Date.now() });
    if (fault === "gateway-stop") gateway.goOn();
  }

  async #killRedis(): Promise<void> {
    const { redis } = this.#options;
    const pid = redis.pid();
    if (pid === null) throw new Error("there is no Redis to be killed");
    process.kill(pid, "SIGKILL");
    await redis.killed();
  }

  #signalRedis(signal: "SIGSTOP" | "SIGCONT"): void {
    const pid = this.#options.redis.pid();
    if (pid === null) throw new Error("there is no Redis to be stopped");
    process.kill(pid, signal);
  }

  async #flushRedis(): Promise<void> {
    const socket = connect(this.#options.redis.address);
    socket.setEncoding("utf8").write("FLUSHALL\r\n");
    const [answer] = (await once(socket, "data")) as [string];
    socket.destroy();
    if (!answer.startsWith("+OK")) throw new Error(`Redis does not take FLUSHALL: ${answer}`);
  }
}

export const describe = ({ number, step, occurrence, fault, gateway }: Point): string =>
  `point ${number} (${fault} at ${step}, time ${occurrence}${gateway === null ? "" : `, ${gateway}`})`;
