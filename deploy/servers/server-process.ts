/** A server program as a child of this process: ready, stopped, killed and started again on conditions. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import { GatewayError } from "../../core/errors.ts";

export interface ServerSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Working directory. */
  readonly folder: string;
  /** Both outputs of the program are appended to it. */
  readonly logFile: string;
  /** Ready when the log of this start has all of these. */
  readonly readyWhen: readonly string[];
  /** Not ready, and never going to be, when the log of this start has one of these. */
  readonly failsWhen: readonly string[];
  /** Asks for an orderly end. */
  readonly stopSignal: NodeJS.Signals;
  /** The user to run as, where it is another one. */
  readonly user?: string;
}

/** What every server here can do besides its own. */
export interface RunningServer {
  /** The process's id; another one after `restart`. */
  readonly pid: number;
  readonly logFile: string;
  /** Ends it in order, and for certain after 10 s. Resolves also where it was not running. */
  stop(): Promise<void>;
  /** Sends the signal to the server and its children. Resolves with their end, after SIGSTOP or SIGCONT at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it if it runs, and starts it on the same data and ports. Resolves when it is ready. */
  restart(): Promise<void>;
}

const READY_WITHIN: Milliseconds = 60_000;
const STOP_WITHIN: Milliseconds = 10_000;
const LOOK_EVERY: Milliseconds = 10;
/** From util-linux, which every Debian has; other systems do without it. */
const SETPRIV = "/usr/bin/setpriv";

const running = new Set<ServerProcess>();
process.once("exit", () => {
  for (const server of running) server.signal("SIGKILL");
});
let closed = false;

/**
 * For a process that is about to exit, perhaps while it still starts servers: kills every server, also those that are not
 * ready yet, and lets none start from now on. Resolves when they are gone.
 */
export async function endServers(): Promise<void> {
  closed = true;
  await Promise.all([...running].map(async (server) => server.kill("SIGKILL")));
}

export class ServerProcess implements RunningServer {
  readonly #spec: ServerSpec;
  #child: ChildProcess | null = null;
  #pid = 0;

  private constructor(spec: ServerSpec) {
    this.#spec = spec;
  }

  /** Starts it and resolves when it is ready. Throws GatewayError server_failed with the end of its log. */
  static async start(spec: ServerSpec): Promise<ServerProcess> {
    const server = new ServerProcess(spec);
    await server.#launch();
    return server;
  }

  get pid(): number {
    return this.#pid;
  }

  get logFile(): string {
    return this.#spec.logFile;
  }

  async stop(): Promise<void> {
    const child = this.#alive();
    if (!child) return;
    const ended = endOf(child);
    this.signal("SIGCONT");
    process.kill(this.#pid, this.#spec.stopSignal);
    const patience = new AbortController();
    const late = delay(STOP_WITHIN, true, { signal: patience.signal }).catch(() => false);
    if (await Promise.race([ended.then(() => false), late])) this.signal("SIGKILL");
    await ended;
    patience.abort();
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#alive();
    if (!child) return;
    const ended = endOf(child);
    const children = childrenOf(this.#pid);
    this.signal(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return;
    await ended;
    // They hold what the server needs when it is started again.
    const deadline = performance.now() + STOP_WITHIN;
    while (children.some(isRunning) && performance.now() < deadline) await delay(LOOK_EVERY);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.#launch();
  }

  /** Without waiting, to the process and its children: they may have made process groups of their own. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#alive()) return;
    for (const pid of [this.#pid, ...childrenOf(this.#pid)]) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        // Gone in the meantime.
        if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
      }
    }
  }

  #alive(): ChildProcess | null {
    const child = this.#child;
    return child && child.exitCode === null && child.signalCode === null ? child : null;
  }

  async #launch(): Promise<void> {
    const spec = this.#spec;
    if (closed)
      throw new GatewayError("server_failed", `${spec.name} is not started: this process is ending`);
    const log = openSync(spec.logFile, "a", 0o644);
    const logStart = statSync(spec.logFile).size;
    const [program, ...args] = commandLine(spec);
    // A group of its own, so that a Ctrl-C on the terminal reaches only us and we end it in order.
    const child = spawn(program, args, {
      cwd: spec.folder,
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    // Known at once, and so is the process, for whoever has to end it before it is ready.
    if (child.pid === undefined) {
      const [cause] = (await once(child, "error")) as [Error];
      throw new GatewayError(
        "server_failed",
        `${spec.name} cannot be started: is ${spec.program} installed?`,
        { cause },
      );
    }
    this.#child = child;
    this.#pid = child.pid;
    running.add(this);
    child.once("exit", () => running.delete(this));
    // What forgets to stop it may still end; the server ends with it.
    child.unref();
    await this.#ready(logStart);
  }

  async #ready(logStart: number): Promise<void> {
    const spec = this.#spec;
    const deadline = Date.now() + READY_WITHIN;
    for (;;) {
      const alive = this.#alive();
      const log = readFileSync(spec.logFile).subarray(logStart).toString("utf8");
      const refusal = spec.failsWhen.find((text) => log.includes(text));
      if (alive && refusal === undefined && spec.readyWhen.every((text) => log.includes(text))) return;
      const late = Date.now() > deadline;
      if (!alive || refusal !== undefined || late) {
        await this.kill("SIGKILL");
        const end = log.trimEnd().split("\n").slice(-15).join("\n");
        const what = late ? `was not ready after ${READY_WITHIN / 1000} s` : "did not come up";
        throw new GatewayError("server_failed", `${spec.name} ${what}; ${spec.logFile} ends with:\n${end}`);
      }
      await delay(LOOK_EVERY);
    }
  }
}

/**
 * Starts a server on ports chosen by `spec`, and tries again with others where somebody took one in between.
 * Throws GatewayError server_failed.
 */
export async function startOnFreePorts(
  makeSpec: () => Promise<ServerSpec>,
  portTaken: string,
): Promise<ServerProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ServerProcess.start(await makeSpec());
    } catch (error) {
      if (tries === 5 || !(error instanceof GatewayError) || !error.detail.includes(portTaken)) throw error;
    }
  }
}

/** With the kernel's order to end the server when this process ends, even by SIGKILL, where that can be had. */
function commandLine(spec: ServerSpec): [string, ...string[]] {
  const asUser = spec.user === undefined ? [] : ["--reuid", spec.user, "--regid", spec.user, "--init-groups"];
  if (process.platform !== "linux" || !existsSync(SETPRIV)) {
    if (spec.user === undefined) return [spec.program, ...spec.args];
    throw new GatewayError(
      "server_failed",
      `${spec.name} must run as ${spec.user}, and ${SETPRIV} is missing`,
    );
  }
  return [SETPRIV, "--pdeathsig", "KILL", ...asUser, "--", spec.program, ...spec.args];
}

function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(list)) return [];
  return readFileSync(list, "utf8").split(" ").filter(Boolean).map(Number);
}

/** What has ended and was not asked for its exit code by its parent yet runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Keeps this process awake until the child's end. */
async function endOf(child: ChildProcess): Promise<void> {
  child.ref();
  await once(child, "exit");
}
