/** The command `init`: from nothing to a gateway.yaml, the files that platforms need, and a look at each account. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { DEFAULT_FILE } from "../config/load.ts";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import type { DoctorReport } from "../doctor-operations.ts";
import { type Asker, nobody, SetUpCancelled } from "../setup/asker.ts";
import type { PlannedSetUp } from "../setup/plan-files.ts";
import { doctorCodes, exitCodes } from "./exit-codes.ts";
import { type InitReport, renderInit } from "./render-init.ts";
import { renderDoctor } from "./render-doctor.ts";
import type { Session } from "./session.ts";

interface InitOptions {
  readonly base?: string;
  readonly platform?: string;
  readonly set?: readonly string[];
  readonly answers?: string;
  readonly yes?: true;
  readonly force?: true;
  /** undefined: as somebody at a terminal says. */
  readonly check?: boolean;
}

export function addInitCommand<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  program
    .command("init")
    .argument("[folder]", "where the files are written", ".")
    .option("--base <domain>", "the gateway's base domain")
    .option("--platform <names>", "the accounts, with commas between: BRIDGE, or NAME=BRIDGE")
    .option(
      "--set <key=value>",
      "an answer: KEY, GROUP.KEY or ACCOUNT.KEY; may be said again (secrets: better by --answers)",
      (value: string, all: readonly string[] | undefined): readonly string[] => [...(all ?? []), value],
    )
    .option("--answers <file>", "answers in the form of gateway.yaml")
    .option("--yes", "ask nothing: take what is usual where nothing is said")
    .option("--force", "replace files that are there already")
    .option("--check", "try the accounts also where nobody can say that all is done at the platforms")
    .option("--no-check", "do not try the accounts")
    .description("set a gateway up: ask for what it needs, write its files, and look at each account")
    .action(async (folder: string, options: InitOptions) => {
      await init(session, resolve(session.io.folder, folder), options);
    });
}

async function init<Bridges extends BridgeConfigSchemas>(
  session: Session<Bridges>,
  folder: string,
  options: InitOptions,
): Promise<void> {
  const { io, json } = session;
  const stopping = new AbortController();
  const silence = io.onSignal(() => stopping.abort());
  const { terminal } = io;
  const asks = terminal !== null && options.yes !== true && !json;
  let written = false;
  const asker = asks
    ? (await import("./terminal-asker.ts")).terminalAsker(terminal, stopping.signal)
    : nobody;
  try {
    const { plan, replace } = await ask(session, folder, options, asker);
    const { writeFiles } = await import("../setup/write-files.ts");
    writeFiles(plan.files, replace);
    written = true;
    const report = { folder, files: plan.files.map(({ path }) => path), platforms: plan.platforms };
    if (!json) io.out(renderInit(report));
    const check = await look(session, folder, options, asker, stopping.signal);
    if (check !== null) session.exitCode = doctorCodes[check.state];
    if (json) session.print<InitReport>({ ...report, check }, renderInit);
  } catch (thrown) {
    if (!(thrown instanceof SetUpCancelled) && !stopping.signal.aborted) throw thrown;
    io.err(`cancelled; ${written ? "the files are written" : "nothing is written"}\n`);
    session.exitCode = exitCodes.interrupted;
  } finally {
    silence();
  }
}

/** All that is going to be written. Nothing is, yet. */
async function ask<Bridges extends BridgeConfigSchemas>(
  { io, parts }: Session<Bridges>,
  folder: string,
  options: InitOptions,
  asker: Asker,
): Promise<{ readonly plan: PlannedSetUp; readonly replace: boolean }> {
  const [{ givenAnswers }, { collect }, { planFiles }, { SECRETS_FOLDER }, { filesExist }, bridges, setups] =
    await Promise.all([
      import("../setup/given-answers.ts"),
      import("../setup/collect.ts"),
      import("../setup/plan-files.ts"),
      import("../setup/secret-answers.ts"),
      import("../setup/write-files.ts"),
      parts.bridges(),
      parts.setups(),
    ]);
  const given = givenAnswers({ ...options, file: options.answers, folder: io.folder });
  const main = join(folder, DEFAULT_FILE);
  // Nobody should answer everything only to hear that. Secrets come first: they may be left of a set-up that was killed.
  const found = [main, join(folder, SECRETS_FOLDER)].find((path) => existsSync(path));
  const said =
    options.force === true || found === undefined
      ? null
      : await asker.confirm(`Replace what is in ${found}?`);
  const replace = options.force === true || said === true;
  if (found !== undefined && !replace && (found === main || said === false)) throw filesExist([found]);
  const collected = await collect(given, { bridges, setups, asker });
  return { plan: planFiles(collected, { bridges, setups, folder, env: io.env }), replace };
}

/** Tries the accounts as they are written, again as long as somebody wants that; null: they are not tried. */
async function look<Bridges extends BridgeConfigSchemas>(
  session: Session<Bridges>,
  folder: string,
  { check }: InitOptions,
  asker: Asker,
  signal: AbortSignal,
): Promise<DoctorReport | null> {
  if (check === false) return null;
  const done = await asker.confirm("Done at the platforms? Then each account is tried.");
  // Where nobody says so, nothing can be right yet.
  if (done === false || (done === null && check !== true)) return null;
  session.configFile = join(folder, DEFAULT_FILE);
  const config = await session.load();
  for (;;) {
    if (await isRunning(config.data)) {
      session.io.err("A gateway runs here: start it again, and then: mimi-gateway doctor\n");
      return null;
    }
    const report = await session.parts.tryOut(config, signal);
    if (!session.json) session.io.out(renderDoctor(report));
    if (asker === nobody || report.state === "ok" || (await asker.confirm("Try again?")) !== true)
      return report;
  }
}

/** Whether a gateway has this data folder: a second one would take its platforms' connections. */
async function isRunning(data: string): Promise<boolean> {
  const [{ openControlClient }, { controlSocketPath }] = await Promise.all([
    import("../control/client.ts"),
    import("../control/socket-path.ts"),
  ]);
  return (await openControlClient(controlSocketPath(data))) !== null;
}
