/** One command's work: configuration read, operations asked, the report printed. */
import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { AccountOf, BridgeConfigSchemas } from "../config/schema.ts";
import type { DoctorReport } from "../doctor-operations.ts";
import { GatewayError } from "../errors.ts";
import type { Operations } from "../operations.ts";
import type { PlatformSetup } from "../setup/platform-setup.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./plain-text.ts";
import type { StartedGateway } from "./start.ts";

/** Operations on a store that no gateway has open. */
export interface OpenedOperations {
  readonly operations: Operations;
  close(): Promise<void>;
}

/** What the composition root gives. */
export interface ProgramParts<Bridges extends BridgeConfigSchemas> {
  /** A function, since loading the bridges takes time that `--help` need not spend. */
  bridges(): Promise<Bridges>;
  /** Adds the commands of single bridges. */
  addCommands?(program: Command, session: Session<Bridges>): void;
  startGateway(config: Config<AccountOf<Bridges>>): Promise<StartedGateway>;
  /** How each bridge's accounts are set up. */
  setups(): Promise<readonly PlatformSetup[]>;
  /** Looks at the accounts without a gateway that runs, see core/setup/try-out.ts. */
  tryOut(config: Config<AccountOf<Bridges>>, signal: AbortSignal): Promise<DoctorReport>;
  /** Opens the store where no gateway runs. Throws store_locked where one does after all. */
  openOperations(config: Config<AccountOf<Bridges>>): Promise<OpenedOperations>;
}

export class Session<Bridges extends BridgeConfigSchemas> {
  readonly parts: ProgramParts<Bridges>;
  readonly io: Io;
  readonly json: boolean;
  /** As `--config` names it; null: not named there. */
  configFile: string | null = null;
  /** Of a command that has done its work: what it found may be worth another code than that of success. */
  exitCode: number = exitCodes.done;

  constructor(parts: ProgramParts<Bridges>, io: Io, json: boolean) {
    this.parts = parts;
    this.io = io;
    this.json = json;
  }

  async load(): Promise<Config<AccountOf<Bridges>>> {
    const [{ loadConfig }, bridges] = await Promise.all([import("../config/load.ts"), this.parts.bridges()]);
    const { env, folder } = this.io;
    return loadConfig({ file: this.configFile ?? env["MIMI_GATEWAY_CONFIG"] ?? null, folder, env, bridges });
  }

  /** Asks the running gateway, or the store where none runs, and prints the report. */
  async operate<Report>(
    ask: (operations: Operations) => Promise<Report>,
    render: (report: Report) => string,
  ): Promise<void> {
    const config = await this.load();
    const [{ openControlClient }, { controlSocketPath }] = await Promise.all([
      import("../control/client.ts"),
      import("../control/socket-path.ts"),
    ]);
    const running = await openControlClient(controlSocketPath(config.data));
    const report = running === null ? await this.#askStore(config, ask) : await ask(running);
    this.print(report, render);
  }

  /** The same of the running gateway alone, and returns the report. Throws gateway_unreachable where none runs: nothing is opened. */
  async askRunning<Report>(
    ask: (operations: Operations) => Promise<Report>,
    render: (report: Report) => string,
  ): Promise<Report> {
    const { data } = await this.load();
    const [{ openControlClient }, { controlSocketPath }] = await Promise.all([
      import("../control/client.ts"),
      import("../control/socket-path.ts"),
    ]);
    const running = await openControlClient(controlSocketPath(data));
    if (running === null)
      throw new GatewayError(
        "gateway_unreachable",
        "no gateway runs, and this asks a running one: mimi-gateway start",
      );
    const report = await ask(running);
    this.print(report, render);
    return report;
  }

  /** The report as it is with `--json`, else in words. */
  print<Report>(report: Report, render: (report: Report) => string): void {
    this.io.out(this.json ? jsonText(report) : render(report));
  }

  async #askStore<Report>(
    config: Config<AccountOf<Bridges>>,
    ask: (operations: Operations) => Promise<Report>,
  ): Promise<Report> {
    const opened = await this.parts.openOperations(config);
    try {
      return await ask(opened.operations);
    } finally {
      await opened.close();
    }
  }
}
