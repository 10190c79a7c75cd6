/** Two simulated workspaces with a channel each, linked, for tests of what one does with what is said in the other. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { surroundings } from "../../../bridges/slack/entry.ts";
import type { Pace } from "../../../bridges/slack/limits.ts";
import { SCOPES } from "../../../bridges/slack/manifest.ts";
import type { Answer } from "../../../deploy/clients/waits.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import type { SimulatorOptions } from "../../slack/settings.ts";
import { type SlackSimulator, startSlackSimulator } from "../../slack/simulator.ts";
import type { SlackMessageRecord } from "../../slack/state/records.ts";
import { startHarness } from "../../support/harness.ts";
import type { HarnessOptions } from "../../support/harness-config.ts";
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
  readonly away: (meanwhile: () => unknown) => Promise<void>;
  /** The folder with the gateway's data. */
  readonly folder: string;
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
  /** What the gateway serves besides. */
  readonly serving?: HarnessOptions["serving"];
  readonly limits?: NonNullable<HarnessOptions["limits"]>;
  /** A further channel of each workspace, which is told of alarms. */
  readonly alarms?: string;
  /** Further keys of the accounts. */
  readonly account?: Readonly<Record<string, string | boolean>>;
  /** Events of the channel FROM come by HTTP. */
  readonly http?: boolean;
}

export async function linkedChannels(folder: string, options: SlackRunOptions = {}): Promise<SlackRun> {
  const simulators = new Map<string, SlackSimulator>();
  for (const channel of [FROM, TO]) {
    // What the manifest does not ask for is refused.
    const scopes = Object.keys(SCOPES);
    const simulator = await startSlackSimulator({ scopes, ...(options.simulator ?? { limits: "off" }) });
    const members = ["U0ALICE", "U0BOB"];
    simulator.workspace().people.addChannel({ id: channel, name: "linked", members, bot: true });
    if (options.alarms !== undefined)
      simulator.workspace().people.addChannel({ id: options.alarms, name: "alarms", members, bot: true });
    simulators.set(channel, simulator);
  }
  const [here, there] = [of(simulators, FROM), of(simulators, TO)];
  const port = options.http ? (await freePorts(1))[0] : undefined;
  if (port !== undefined) here.events.useUrl(`http://127.0.0.1:${port}/slack/events`);
  const accounts = [
    accountOf("here", here, { ...options.account, ...(port !== undefined && viaHttp(here, port)) }),
    accountOf("there", there, options.account),
  ];
  const { serving, limits, alarms: told } = options;
  const alarms = told === undefined ? [] : accounts.map(({ name: account }) => ({ account, room: told }));
  const parts = { alarms, ...(serving && { serving }), ...(limits && { limits }) };
  const own = join(folder, randomUUID().slice(0, 8));
  const pace = options.pace ?? (() => unhurried);
  const around = surroundings();
  const start = () =>
    startHarness({ folder: own, ...parts }, accounts, (account, { log, media }) => {
      return new SlackAccount(slackConfig(account), log, media, pace(), around);
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
  // What is counted from here on is none of the link's.
  for (const simulator of simulators.values()) await simulator.events.settled();
  return {
    here,
    there,
    folder: own,
    gateway: () => gateway,
    away: async (meanwhile) => {
      await gateway.stop();
      await meanwhile();
      gateway = await start();
    },
    shows: (what, test) => eventually(what, () => test(there.workspace().messages(TO)), 60_000),
    stop: async () => {
      await gateway.stop();
      for (const simulator of simulators.values()) await simulator.stop();
    },
  };
}

/** What was carried into a channel: the gateway's own lines and what people said there are left out. */
export const carried = (messages: readonly SlackMessageRecord[]): readonly SlackMessageRecord[] =>
  messages.filter(({ metadata, text }) => Boolean(metadata?.event_payload["id"]) && text !== "");

const viaHttp = ({ app }: SlackSimulator, port: number) => ({
  app_token: undefined,
  signing_secret: app.signingSecret,
  listen: `127.0.0.1:${port}`,
});

function accountOf(
  name: string,
  simulator: SlackSimulator,
  further: Readonly<Record<string, string | boolean | undefined>> = {},
) {
  const keys = {
    token: simulator.workspace().botToken,
    app_token: simulator.app.appToken,
    api: simulator.apiUrl,
    ...further,
  };
  return { name, bridge: "slack" as const, ...slackConfigSchema.parse(keys) };
}

function of(simulators: ReadonlyMap<string, SlackSimulator>, channel: string): SlackSimulator {
  const simulator = simulators.get(channel);
  if (!simulator) throw new Error(`there is no workspace with ${channel}`);
  return simulator;
}
