/** The demo's channel, in a simulated Slack workspace. */
import { join } from "node:path";
import { SlackPeople } from "../../../clients/slack-people.ts";
import { startSlackSimulator } from "../../../servers/slack-simulator.ts";
import type { Ends } from "../../ends.ts";

/** The account's name in gateway.yaml. */
export const SLACK = "slack";
/** A public channel that the app is not in yet: it enters when the channel is linked. */
const CHANNEL = "C0LAB";

export interface SlackRoom {
  readonly people: SlackPeople;
  /** The lines of gateway.yaml that serve it, below `accounts:`. */
  readonly account: string;
}

/** Starts a simulated workspace. `tell` is told that it is not Slack. */
export async function startWorkspace(
  folder: string,
  ends: Ends,
  tell: (line: string) => void,
): Promise<SlackRoom> {
  tell("starting a simulator of Slack: it is not Slack, and nothing reaches any workspace");
  const simulator = await startSlackSimulator(join(folder, "slack-simulator"));
  ends.add(async () => simulator.stop());
  const { token, appToken, api } = simulator;
  return {
    people: new SlackPeople(simulator.people, CHANNEL),
    account: `  - name: ${SLACK}
    bridge: slack
    token: ${token}
    app_token: ${appToken}
    api: ${api}
`,
  };
}

/** People by id, as the simulated workspace calls them. */
export const SLACK_NAMES: ReadonlyMap<string, string> = new Map([
  ["U0ALICE", "Alice Liddell"],
  ["U0BOB", "Bobby"],
]);
