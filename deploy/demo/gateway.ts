/** A gateway as an operator has it: a process of its own, a gateway.yaml, and the command line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer } from "../servers/server-process.ts";
import { ServerProcess } from "../servers/server-process.ts";

const root = join(import.meta.dirname, "../..");
const program = join(root, "bridges/main.ts");

export interface GatewayOptions {
  /** Holds gateway.yaml and, by default, the data folder. */
  readonly folder: string;
  /** Text of gateway.yaml. */
  readonly config: string;
  /** What its log says when it is connected; by default to an XMPP service. */
  readonly connected?: readonly string[];
}

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One installation of the gateway, running or not. */
export class Gateway {
  readonly folder: string;
  readonly configFile: string;
  readonly #connected: readonly string[];
  #process: RunningServer | null = null;

  /** Writes gateway.yaml; starts nothing. */
  constructor(options: GatewayOptions) {
    this.folder = options.folder;
    this.configFile = join(options.folder, "gateway.yaml");
    this.#connected = options.connected ?? ["connected to the XMPP service"];
    mkdirSync(options.folder, { recursive: true });
    writeFileSync(this.configFile, options.config, { mode: 0o600 });
  }

  /** Everything that the gateway has printed, over all its starts. */
  get logFile(): string {
    return join(this.folder, "gateway.log");
  }

  /** What to type to run a command of it, from any folder. */
  commandLine(...line: readonly string[]): string {
    return [process.execPath, program, "--config", this.configFile, ...line].join(" ");
  }

  /**
   * Resolves when the gateway is connected to its platforms; where another process is (`standingBy`, which the first start
   * decides), when it serves other gateways. Throws GatewayError server_failed.
   */
  async start({ standingBy = false }: { readonly standingBy?: boolean } = {}): Promise<void> {
    if (this.#process !== null) return this.#process.restart();
    this.#process = await ServerProcess.start({
      name: "mimi-gateway",
      program: process.execPath,
      args: [program, "--config", this.configFile, "start"],
      folder: this.folder,
      logFile: this.logFile,
      readyWhen: standingBy ? ["other gateways are served"] : this.#connected,
      failsWhen: [],
      stopSignal: "SIGTERM",
    });
  }

  /** Ends it in order. Resolves also where it does not run. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#process?.kill(signal);
  }

  /** Runs the real command line with this configuration to its end. */
  async command(...line: readonly string[]): Promise<CommandResult> {
    return runCommandLine(["--config", this.configFile, ...line], { folder: this.folder });
  }

  /** The same with --json, for a command that succeeds. Throws an Error with what it printed where it does not. */
  async report(...line: readonly string[]): Promise<unknown> {
    const { code, out, err } = await this.command(...line, "--json");
    if (code !== 0) throw new Error(`mimi-gateway ${line.join(" ")} ended with ${code}: ${out}${err}`);
    return JSON.parse(out);
  }
}

/** Runs `mimi-gateway LINE` to its end. */
export async function runCommandLine(
  line: readonly string[],
  options: { readonly folder: string; readonly env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, ...line], {
    cwd: options.folder,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.err += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...printed };
}
