/** What a run with Slack in it happens on: channels of the Slack simulator, MUCs of a Prosody, their people, the links. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { Operations, StatusReport } from "../../core/operations.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { type Prosody, startProsody } from "../../deploy/servers/prosody.ts";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import { ACCOUNT } from "./lab.ts";
import { LinkedPairs, type Way } from "./linked-pairs.ts";
import { MucPerson, PASSWORD } from "./muc-person.ts";
import { processesOf } from "./processes.ts";
import type { Interruptible, Scene } from "./scene.ts";
import { ScriptedCrowd } from "./scripted-crowd.ts";
import { SlackPerson } from "./slack-person.ts";
import { channelRoom } from "./slack-standing.ts";
import { archivedRoom, type Room } from "./standing.ts";
import type { Outage } from "./verdict.ts";

const COMPONENT = { domain: "mimi.localhost", secret: "component secret" };
const SLACK = "slack";
const TEAM = "T0FAULTS";
/** How long the simulator can't be reached when it goes away. */
const AWAY: Milliseconds = 2_000;
/** Slack's own are a minute and five: nobody waits so long here. */
const RETRIES: readonly Milliseconds[] = [0, 2_000, 10_000];
/** Longer than what was lost is hidden; Slack's own is longer too. */
const SETTLE = "1500ms";
/** How often each person does something. Slack takes one post a second and few edits of an app: fewer come from XMPP. */
const EVERY = { slack: 350, xmpp: 1_500 } as const;

export type Transport = "sockets" | "http";

interface Pair {
  /** Ids of Slack. */
  readonly channel: string;
  readonly user: string;
  /** The MUC's address. */
  readonly room: string;
  /** By these names their texts begin. */
  readonly speakers: { readonly slack: string; readonly xmpp: string };
}

export class SlackLab implements Scene {
  readonly folder: string;
  readonly slack: SlackSimulator;
  readonly prosody: Prosody;
  readonly crowd: ScriptedCrowd;
  readonly #pairs: readonly Pair[];
  readonly #port: number | null;
  readonly #linked: LinkedPairs;

  private constructor(
    folder: string,
    servers: { readonly slack: SlackSimulator; readonly prosody: Prosody; readonly port: number | null },
    pairs: readonly Pair[],
  ) {
    const { slack, prosody, port } = servers;
    this.folder = folder;
    this.slack = slack;
    this.prosody = prosody;
    this.#port = port;
    this.#pairs = pairs;
    this.crowd = new ScriptedCrowd(
      pairs.map(({ channel, user, room, speakers }) => [
        new SlackPerson({
          slack: slack.workspace(),
          channel,
          user,
          name: speakers.slack,
          every: EVERY.slack,
        }),
        new MucPerson({ prosody, room, name: speakers.xmpp, every: EVERY.xmpp }),
      ]),
    );
    const rooms = pairs.map(({ channel, room }) => [
      { account: SLACK, room: channel },
      { account: ACCOUNT, room },
    ]);
    this.#linked = new LinkedPairs(rooms, () => this.#ways());
  }

  static async open(pairs: number, transport: Transport): Promise<SlackLab> {
    const folder = mkdtempSync(join(tmpdir(), "mimi-faults-"));
    const numbers = Array.from({ length: pairs }, (_, i) => i + 1);
    mkdirSync(join(folder, "prosody"));
    const prosody = await startProsody({
      folder: join(folder, "prosody"),
      domain: "localhost",
      archive: "sql",
      users: numbers.map((n) => ({ name: `otto${n}`, password: PASSWORD })),
      components: [COMPONENT],
    });
    const all = numbers.map((n) => ({
      channel: `C0NORTH${n}`,
      user: `U0ANNA${n}`,
      room: `south${n}@${prosody.rooms}`,
      speakers: { slack: `anna${n}`, xmpp: `otto${n}` },
    }));
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
          users: all.map(({ user, speakers }) => ({ id: user, name: speakers.slack })),
          channels: all.map(({ channel, user }) => ({
            id: channel,
            name: channel.toLowerCase(),
            members: [user],
            bot: true,
          })),
        },
      ],
    });
    return new SlackLab(folder, { slack, prosody, port: transport === "http" ? port : null }, all);
  }

  get armed(): string {
    return join(this.folder, "armed");
  }

  get servers(): readonly Interruptible[] {
    const { faults, events } = this.slack;
    const slack: Interruptible = {
      stop: () => {
        faults.outage = true;
        events.sockets.drop();
        return Promise.resolve();
      },
      restart: async () => {
        await pause(AWAY);
        faults.outage = false;
      },
    };
    return [this.prosody, slack];
  }

  /** A folder for the gateway. */
  gatewayFolder(): string {
    const folder = join(this.folder, "gateway");
    mkdirSync(folder);
    return folder;
  }

  /** The accounts that the gateway serves. */
  get accounts(): readonly Readonly<Record<string, unknown>>[] {
    const { app, apiUrl } = this.slack;
    const transport =
      this.#port === null
        ? { app_token: app.appToken }
        : { signing_secret: app.signingSecret, listen: `127.0.0.1:${this.#port}` };
    const service = `xmpp://127.0.0.1:${this.prosody.ports.component}`;
    const token = this.slack.workspace().botToken;
    return [
      { name: ACCOUNT, bridge: "xmpp", service, ...COMPONENT },
      { name: SLACK, bridge: "slack", token, ...transport, api: apiUrl, team: TEAM, settle: SETTLE },
    ];
  }

  /** Links every channel with its MUC. `operations`: of the gateway, whenever they are asked for. */
  link(operations: () => Promise<Operations>): Promise<void> {
    return this.#linked.link(operations);
  }

  drain(status: () => Promise<readonly StatusReport[]>): Promise<readonly StatusReport[]> {
    return this.#linked.drain(status);
  }

  results() {
    return this.#linked.results();
  }

  longestStall(outages: readonly Outage[]): Milliseconds {
    return this.#linked.longestStall(outages);
  }

  async close(keepFolder: boolean): Promise<readonly string[]> {
    await this.crowd.leave();
    await this.slack.stop();
    await this.prosody.stop();
    const left = processesOf(this.folder);
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
    return left;
  }

  /** Both directions of every pair, and what either end holds of what was said in it. */
  #ways(): readonly Way[] {
    return this.#pairs.flatMap(({ channel, room, speakers }, pair) => {
      const messages = this.slack.workspace().messages(channel);
      const archive = this.prosody.readArchive(room);
      const read = (speaker: string): { readonly channel: Room; readonly muc: Room } => ({
        channel: channelRoom(messages, speaker),
        muc: archivedRoom(archive, speaker),
      });
      const { slack, xmpp } = speakers;
      const [onSlack, onXmpp] = [read(slack), read(xmpp)];
      return [
        { pair, from: channel, to: room, source: onSlack.channel, target: onSlack.muc, speaker: slack },
        { pair, from: room, to: channel, source: onXmpp.muc, target: onXmpp.channel, speaker: xmpp },
      ];
    });
  }
}
