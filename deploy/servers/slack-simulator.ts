/**
 * The project's simulator of Slack as a process of its own, for the demo. Nothing in it is Slack's: the token and the
 * workspace exist nowhere else.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GatewayError } from "../../core/errors.ts";
import { ServerProcess } from "./server-process.ts";

const program = join(import.meta.dirname, "../../test/slack/main.ts");

export interface SlackSimulatorProcess {
  /** Of the Web API, for `api` of an account; ends with a slash. */
  readonly api: string;
  readonly token: string;
  readonly appToken: string;
  /** Where people of its workspace act, for `SlackPeople`; ends with a slash. */
  readonly people: string;
  stop(): Promise<void>;
}

/** Resolves when it answers. Throws GatewayError server_failed. */
export async function startSlackSimulator(folder: string): Promise<SlackSimulatorProcess> {
  mkdirSync(folder, { recursive: true });
  const server = await ServerProcess.start({
    name: "the Slack simulator",
    program: process.execPath,
    args: [program, "--port", "0", "--people-port", "0"],
    folder,
    logFile: join(folder, "slack-simulator.log"),
    readyWhen: ["End:             Ctrl-C"],
    failsWhen: [],
    stopSignal: "SIGINT",
  });
  const said = readFileSync(server.logFile, "utf8");
  return {
    api: named(said, "Web API"),
    token: named(said, "bot token"),
    appToken: named(said, "app-level token"),
    people: named(said, "people by HTTP"),
    stop: () => server.stop(),
  };
}

function named(said: string, name: string): string {
  const value = new RegExp(`^${name} +(\\S+)`, "m").exec(said)?.[1];
  if (value === undefined)
    throw new GatewayError("server_failed", `the Slack simulator did not say its ${name}`);
  return value;
}
