/** The Slack bridge against the project's own simulator: what it takes in, how soon others have it, how it catches up. */
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { slackCatchUpPart } from "./slack-catch-up-part.ts";
import { slackIntakePart } from "./slack-intake-part.ts";
import { slackLatencyPart } from "./slack-latency-part.ts";

export async function slackPart(context: BenchContext): Promise<readonly Line[]> {
  return [
    ...(await slackIntakePart(context)),
    ...(await slackLatencyPart(context)),
    ...(await slackCatchUpPart(context)),
  ];
}
