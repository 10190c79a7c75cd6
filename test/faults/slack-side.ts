/** Channels of the Slack simulator, with their people. */
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import type { CallFault } from "../slack/faults.ts";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import type { Interruptible } from "./scene.ts";
import type { Side, SideOptions } from "./side.ts";
import { SlackPerson } from "./slack-person.ts";
import { channelRoom } from "./slack-standing.ts";

const ACCOUNT = "slack";
const TEAM = "T0FAULTS";
/** How long the simulator can't be reached when it goes away. */
const AWAY: Milliseconds = 2_000;
/** Slack's own are a minute and five: nobody waits so long here. */
const RETRIES: readonly Milliseconds[] = [0, 2_000, 10_000];
/** Longer than what was lost is hidden; Slack's own is longer too. */
const SETTLE = "1500ms";
/** One call in so many goes wrong. */
const FAULT_EVERY = 12;
const WRITES = /^(?:chat\.|reactions\.(?:add|remove)$)/;
/** By turns; what is seen late is seen before its absence is believed. */
const mishaps: readonly CallFault[] = [
  { kind: "lost-after" },
  { kind: "lost-before" },
  { kind: "lost-unseen", ms: 800 },
  { kind: "status", status: 503 },
  { kind: "throttle", seconds: 1 },
];

export type Transport = "sockets" | "http";

/** What becomes of a call of the Web API. */
export type SlackMishap = (method: string) => CallFault | null;

export interface SlackOptions extends Omit<SideOptions, "folder"> {
  /** How events come. */
  readonly transport: Transport;
  /** Answers are lost and late by turns where it is left out. */
  readonly mishap?: SlackMishap;
}

export async function openSlack(options: SlackOptions): Promise<Side> {
  const { speakers, every, transport, mishap = byTurns() } = options;
  const all = speakers.map((name, i) => ({ name, channel: `C0NORTH${i + 1}`, user: `U0ANNA${i + 1}` }));
  const [port = 0] = transport === "http" ? await freePorts(1) : [];
  const slack = await startSlackSimulator({
    limits: "off",
    retries: RETRIES,
    ...(transport === "http" && { eventsUrl: `http://127.0.0.1:${port}/slack/events` }),
    workspaces: [
      {
        id: TEAM,
        name: "Faults",
        domain: "faults",
        users: all.map(({ user, name }) => ({ id: user, name })),
        channels: all.map(({ channel, user }) => ({
          id: channel,
          name: channel.toLowerCase(),
          members: [user],
          bot: true,
        })),
      },
    ],
  });
  slack.faults.onCall = ({ method }) => mishap(method);
  const workspace = slack.workspace();
  const events =
    transport === "http"
      ? { signing_secret: slack.app.signingSecret, listen: `127.0.0.1:${port}` }
      : { app_token: slack.app.appToken };
  const access = { token: workspace.botToken, ...events, api: slack.apiUrl, team: TEAM };
  return {
    account: { name: ACCOUNT, bridge: "slack", ...access, settle: SETTLE },
    server: interruptible(slack),
    rooms: all.map(({ name, channel, user }) => ({
      reference: { account: ACCOUNT, room: channel },
      person: new SlackPerson({ slack: workspace, channel, user, name, every }),
      read: () => channelRoom(workspace.messages(channel)),
    })),
    end: async () => slack.stop(),
  };
}

const interruptible = ({ faults, events }: SlackSimulator): Interruptible => ({
  stop: () => {
    faults.outage = true;
    events.sockets.drop();
    return Promise.resolve();
  },
  restart: async () => {
    await pause(AWAY);
    faults.outage = false;
  },
});

function byTurns(): SlackMishap {
  let writes = 0;
  return (method) => {
    if (!WRITES.test(method) || ++writes % FAULT_EVERY !== 0) return null;
    return mishaps[(writes / FAULT_EVERY - 1) % mishaps.length] ?? null;
  };
}
