/** What tests of the simulator share: one that runs, and Slack's own client for it. */
import { type Logger, LogLevel, WebAPIPlatformError, WebClient } from "@slack/web-api";
import { SimulatedClock } from "./clock.ts";
import type { SimulatorOptions } from "./settings.ts";
import { type SlackSimulator, startSlackSimulator } from "./simulator.ts";

const START = 1_790_000_000_000;
export const LAB = "C0LAB";
export const GENERAL = "C0GENERAL";

export interface Stage {
  readonly slack: SlackSimulator;
  readonly client: WebClient;
}

const say = (): void => undefined;
/** Tests make things go wrong: nobody needs to read of it. */
export const silent: Logger = {
  debug: say,
  info: say,
  warn: say,
  error: say,
  setLevel: say,
  getLevel: () => LogLevel.ERROR,
  setName: say,
};

/** A simulator whose clock stands, and a client with the bot's token that repeats nothing. */
export async function onStage(
  options: SimulatorOptions,
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  const slack = await startSlackSimulator({ clock: new SimulatedClock(START), ...options });
  try {
    await run({ slack, client: clientOf(slack, slack.workspace().botToken) });
  } finally {
    await slack.stop();
  }
}

/** A client that repeats nothing and does not wait. */
export function clientOf(slack: SlackSimulator, token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  });
}

/** The code with which Slack refuses a call, and the answer that it comes in. */
export async function refusalOf(call: Promise<unknown>): Promise<{ error: string; [name: string]: unknown }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return { ...error.data };
    throw error;
  }
  throw new Error("the call was not refused");
}

/** The code alone. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await refusalOf(call)).error;
}
