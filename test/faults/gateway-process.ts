/** A gateway as an operator runs it, started again at once whenever it dies, with the preload that makes it die. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { openControlClient } from "../../core/control/client.ts";
import { controlSocketPath } from "../../core/control/socket-path.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { Operations } from "../../core/operations.ts";
import { until } from "./until.ts";

export interface GatewaySettings {
  /** Whose bridges/main.ts is run: the project, or a copy of it. */
  readonly root: string;
  /** For its configuration, its data and its log; it must exist. */
  readonly folder: string;
  /** The file in which points are armed. */
  readonly armed: string;
  /** By which a point is armed for it alone. */
  readonly name?: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Told at once when a point was reached; a process that did not die waits for `goOn`. */
  readonly reached: (gateway: GatewayProcess, point: number) => void;
}

const UP_WITHIN = 30_000;
const DOWN_WITHIN = 30_000;
const running = new Set<GatewayProcess>();
process.once("exit", () => {
  for (const gateway of running) gateway.destroy();
});

export class GatewayProcess {
  readonly data: string;
  readonly logFile: string;
  /** How often it ended without being asked to. */
  deaths = 0;
  /** Whether it is started again when it dies. */
  keep = true;
  readonly #settings: GatewaySettings;
  #child: ChildProcess | null = null;
  #reports = "";

  constructor(settings: GatewaySettings) {
    this.#settings = settings;
    this.data = join(settings.folder, "data");
    this.logFile = join(settings.folder, "gateway.log");
    const config = { ...settings.config, data: this.data, log: { level: "debug" } };
    // JSON is YAML too.
    writeFileSync(join(settings.folder, "gateway.yaml"), JSON.stringify(config), { mode: 0o600 });
    running.add(this);
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  start(): void {
    const { root, folder, armed, name = "" } = this.#settings;
    const log = openSync(this.logFile, "a");
    const preload = join(import.meta.dirname, "preload.ts");
    const command = [process.execPath, "--import", preload, join(root, "bridges/main.ts")];
    const child = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", "--", ...command, "start", "--config", join(folder, "gateway.yaml")],
      {
        cwd: root,
        env: { ...process.env, FAULTS_ARMED: armed, FAULTS_GATEWAY: name },
        stdio: ["ignore", log, log, "pipe", "pipe"],
        detached: true,
      },
    );
    closeSync(log);
    this.#child = child;
    child.stdio[3]?.on("data", (chunk: Buffer) => this.#hear(chunk.toString()));
    child.stdio[4]?.on("error", () => undefined);
    child.once("exit", () => {
      this.#child = null;
      if (!running.has(this)) return;
      this.deaths += 1;
      if (this.keep) this.start();
    });
  }

  /** Its operations once it answers; however often it dies meanwhile. */
  async operations(): Promise<Operations> {
    return until("the gateway's control socket", UP_WITHIN, async () =>
      openControlClient(controlSocketPath(this.data)).catch(() => null),
    );
  }

  /** Sends the signal to its process, if there is one. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Lets the thread that reached a point go on. */
  goOn(): void {
    const answers = this.#child?.stdio[4] as Writable | null | undefined;
    answers?.write("\n");
  }

  /** Ends it in order, and starts it again after that time. */
  async pause(ms: number): Promise<void> {
    await this.stop();
    await delay(ms);
    running.add(this);
    this.start();
  }

  /** Ends it in order. Rejects where that takes too long or fails. */
  async stop(): Promise<void> {
    running.delete(this);
    const child = this.#child;
    if (!child) return;
    child.kill("SIGTERM");
    try {
      await until(
        "the gateway's end",
        DOWN_WITHIN,
        () => child.exitCode !== null || child.signalCode !== null,
      );
      if (child.exitCode !== 0) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    } catch (thrown) {
      this.destroy();
      throw new Error(`the gateway did not stop in order: ${asGatewayError(thrown).detail}`, {
        cause: thrown,
      });
    }
  }

  /** Without waiting, with the private Redis that would live on. */
  destroy(): void {
    running.delete(this);
    this.#child?.kill("SIGKILL");
    const redis = this.privateRedis();
    if (redis !== null) process.kill(redis, "SIGKILL");
  }

  /** The process of its private Redis, if one runs. */
  privateRedis(): number | null {
    try {
      const pid = Number(readFileSync(join(this.data, "redis.pid"), "utf8"));
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("redis-server") ? pid : null;
    } catch {
      return null;
    }
  }

  #hear(text: string): void {
    const lines = (this.#reports + text).split("\n");
    this.#reports = lines.pop() ?? "";
    for (const line of lines) this.#settings.reached(this, Number(line));
  }
}
