/**
 * The command `mimi-gateway`. Whatever is slow to load is loaded by the command that needs it, so that help
 * answers at once.
 */
import { Command, CommanderError } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { asGatewayError } from "../errors.ts";
import { addBackupCommands } from "./backup-commands.ts";
import { addConfigCommands } from "./config-commands.ts";
import { addContentCommands } from "./content-commands.ts";
import { addConvertCommand } from "./convert-command.ts";
import { exitCodeHelp, exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { addFederationCommands } from "./federation-commands.ts";
import { addIdentityCommands } from "./identity-commands.ts";
import { addGroupCommands } from "./group-commands.ts";
import { addInitCommand } from "./init-command.ts";
import { addInvitationCommands } from "./invitation-commands.ts";
import { addModerationCommands } from "./moderation-commands.ts";
import { addOperationCommands } from "./operation-commands.ts";
import { addPolicyCommands } from "./policy-commands.ts";
import { jsonText } from "./plain-text.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { reportError } from "./report-error.ts";
import { addSecretsCommands } from "./secrets-commands.ts";
import { type ProgramParts, Session } from "./session.ts";
import { runGateway } from "./start.ts";

export interface Program {
  /** Runs one command line (without program names) and resolves to the exit code. Does not throw. */
  run(line: readonly string[], io: Io): Promise<number>;
}

export function createProgram<Bridges extends BridgeConfigSchemas>(parts: ProgramParts<Bridges>): Program {
  return {
    async run(line, io) {
      // Looked for by hand, since it must be known also where commander cannot make sense of the line.
      const json = upToOptionEnd(line).includes("--json");
      try {
        const session = new Session(parts, io, json);
        const program = commandLine(session, await versionFor(line));
        await program.parseAsync(line, { from: "user" });
        return session.exitCode;
      } catch (thrown) {
        if (thrown instanceof CommanderError) return afterCommander(thrown, json, io);
        const error = asGatewayError(thrown);
        reportError(error, json, io);
        return exitCodeOf(error);
      }
    },
  };
}

function commandLine<Bridges extends BridgeConfigSchemas>(
  session: Session<Bridges>,
  version: string,
): Command {
  const { io, json, parts } = session;
  const program = new Command("mimi-gateway")
    .description("A gateway between chat platforms that loses nothing and doubles nothing.")
    .version(version, "-V, --version", "print the version")
    .option(
      "-c, --config <file>",
      "configuration file (default: $MIMI_GATEWAY_CONFIG, or gateway.yaml where it is there)",
    )
    .option("--json", "print reports and errors as JSON")
    .addHelpText("after", exitCodeHelp)
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => (json ? undefined : io.err(text)),
      // As whatever else is wrong is told, and with the line that leads on.
      outputError: (text, write) =>
        write(
          `mimi-gateway: usage: ${unmarked(text)}For help: mimi-gateway --help, or --help after a command\n`,
        ),
    })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .hook("preAction", (command) => {
      session.configFile = command.opts<{ config?: string }>().config ?? null;
    });
  program
    .command("start")
    .description("run the gateway until SIGINT or SIGTERM")
    .action(async () => {
      await runGateway(await session.load(), (config) => parts.startGateway(config), io);
    });
  addInitCommand(program, session);
  addConfigCommands(program, session);
  addOperationCommands(program, session);
  addDoctorCommand(program, session);
  addBackupCommands(program, session);
  addFederationCommands(program, session);
  addIdentityCommands(program, session);
  addSecretsCommands(program, session);
  const group = addGroupCommands(program, session);
  addInvitationCommands(program, group, session);
  addModerationCommands(group, session);
  addPolicyCommands(program, session);
  addContentCommands(program, session);
  addConvertCommand(program, session);
  parts.addCommands?.(program, session);
  return program;
}

/** commander has written help or what was wrong already, except as JSON. */
function afterCommander(error: CommanderError, json: boolean, io: Io): number {
  if (error.exitCode === 0) return exitCodes.done;
  if (json) io.out(jsonText({ error: { code: "usage", detail: unmarked(error.message) } }));
  return exitCodes.wrongUse;
}

/** What commander finds wrong, without the word that it puts before it. */
const unmarked = (text: string): string => text.replace(/^error: /, "");

/** Reading the version costs more than all of commander, so it is read where it is asked for. */
async function versionFor(line: readonly string[]): Promise<string> {
  const asked = upToOptionEnd(line).some((word) => word === "-V" || word === "--version");
  return asked ? (await import("../version.ts")).version : "";
}

function upToOptionEnd(line: readonly string[]): readonly string[] {
  const end = line.indexOf("--");
  return end === -1 ? line : line.slice(0, end);
}
