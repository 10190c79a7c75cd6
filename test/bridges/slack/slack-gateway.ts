/** Two simulated workspaces with a channel each, linked, for tests of what one does with what is said in the other. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import type { Pace } from "../../../bridges/slack/limits.ts";
import type { Answer } from "../../../deploy/clients/waits.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { SimulatorOptions } from "../../slack/settings.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import type { SlackMessageRecord } from "../../slack/state/records.ts";
import { startHarness } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";

export const FROM = "C0FROM";
export const TO = "C0TO";

const unhurried: Pace = { take: () => 0, refused: () => undefined };

export interface SlackRun {
  /** The workspace of the channel FROM. */
  readonly here: SlackSimulator;
  /** The workspace of the channel TO. */
  readonly there: SlackSimulator;
  readonly gateway: () => RunningGateway;
  /** Stops the gateway, and starts it again after whatever happens meanwhile. */
  readonly away: (meanwhile: () => void) => Promise<void>;
  /** Waits until the messages of TO meet the test. */
  readonly shows: <T>(
    what: string,
    test: (messages: readonly SlackMessageRecord[]) => Answer<T>,
  ) => Promise<Exclude<T, Error | undefined | null | false>>;
  readonly stop: () => Promise<void>;
}

export interface SlackRunOptions {
  readonly simulator?: SimulatorOptions;
  /** The pace of each bridge; without: none waits between its calls. */
  readonly pace?: () => Pace;
}

export async function linkedChannels(folder: string, options: SlackRunOptions = {}): Promise<SlackRun> {
  const simulators = new Map<string, SlackSimulator>();
  for (const channel of [FROM, TO]) {
    const simulator = await startSlackSimulator(options.simulator ?? { limits: "off" });
    const members = ["U0ALICE", "U0BOB"];
    simulator.workspace().people.addChannel({ id: channel, name: "linked", members, bot: true });
    simulators.set(channel, simulator);
  }
  const [here, there] = [of(simulators, FROM), of(simulators, TO)];
  const accounts = [accountOf("here", here), accountOf("there", there)];
  const own = join(folder, randomUUID().slice(0, 8));
  const pace = options.pace ?? (() => unhurried);
  const start = () =>
    startHarness({ folder: own }, accounts, (account, { log, media }) => {
      return new SlackAccount(slackConfig(account), log, media, pace());
    });
  let gateway = await start();
  const rooms = [
    { account: "here", room: FROM },
    { account: "there", room: TO },
  ];
  await gateway.operations.link(rooms, null);
  for (const [channel, simulator] of simulators)
    await eventually(`the line of the link in ${channel}`, () =>
      simulator
        .workspace()
        .messages(channel)
        .some(({ text }) => text.includes("now linked")),
    );
  return {
    here,
    there,
    gateway: () => gateway,
    away: async (meanwhile) => {
      await gateway.stop();
      meanwhile();
      gateway = await start();
    },
    shows: (what, test) => eventually(what, () => test(there.workspace().messages(TO)), 20_000),
    stop: async () => {
      await gateway.stop();
      for (const simulator of simulators.values()) await simulator.stop();
    },
  };
}

/** What was carried into a channel: the gateway's own lines and what people said there are left out. */
export const carried = (messages: readonly SlackMessageRecord[]): readonly SlackMessageRecord[] =>
  messages.filter(({ metadata, text }) => Boolean(metadata?.event_payload["id"]) && text !== "");

function accountOf(name: string, simulator: SlackSimulator) {
  const keys = {
    token: simulator.workspace().botToken,
    app_token: simulator.app.appToken,
    api: simulator.apiUrl,
  };
  return { name, bridge: "slack" as const, ...slackConfigSchema.parse(keys) };
}

function of(simulators: ReadonlyMap<string, SlackSimulator>, channel: string): SlackSimulator {
  const simulator = simulators.get(channel);
  if (!simulator) throw new Error(`there is no workspace with ${channel}`);
  return simulator;
}
