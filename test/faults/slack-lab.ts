/** What a run with Slack in it happens on: channels of the Slack simulator, MUCs of a Prosody, their people, the links. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { GroupEvent } from "../../core/federation-operations.ts";
import type { Operations, StatusReport } from "../../core/operations.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { type Prosody, startProsody } from "../../deploy/servers/prosody.ts";
import { type SlackSimulator, startSlackSimulator } from "../slack/simulator.ts";
import { ACCOUNT } from "./lab.ts";
import { processesOf } from "./processes.ts";
import type { Direction, Interruptible, Scene } from "./scene.ts";
import { type Pair, PASSWORD, SlackCrowd } from "./slack-crowd.ts";
import { agreement, archivedRoom, channelRoom, type Room, speakerOf } from "./slack-standing.ts";
import { until } from "./until.ts";
import { compare, type Comparison, type Outage, stallBeyond } from "./verdict.ts";

const COMPONENT = { domain: "mimi.localhost", secret: "component secret" };
const SLACK = "slack";
const TEAM = "T0FAULTS";
const DRAINED_WITHIN: Milliseconds = 60_000;
/** How long the simulator can't be reached when it goes away. */
const AWAY: Milliseconds = 2_000;
/** Slack's own are a minute and five: nobody waits so long here. */
const RETRIES: readonly Milliseconds[] = [0, 2_000, 10_000];
/** Longer than what was lost is hidden; Slack's own is longer too. */
const SETTLE = "1500ms";
const EVERY = { slack: 350, xmpp: 1_500 } as const;
const WHOLE_LOG = 10_000;

export type Transport = "sockets" | "http";

export class SlackLab implements Scene {
  readonly folder: string;
  readonly slack: SlackSimulator;
  readonly prosody: Prosody;
  readonly crowd: SlackCrowd;
  readonly #pairs: readonly Pair[];
  readonly #port: number | null;
  /** The log of each pair's group, once everything has arrived. */
  readonly #logs = new Map<Pair, readonly GroupEvent[]>();
  readonly #groups = new Map<Pair, string>();
  #operations: (() => Promise<Operations>) | null = null;

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
    this.crowd = new SlackCrowd({ pairs, slack: slack.workspace(), prosody, every: EVERY });
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
  async link(operations: () => Promise<Operations>): Promise<void> {
    this.#operations = operations;
    const asked = await operations();
    await until("both accounts' connections", 20_000, async () => {
      const { accounts } = await asked.status();
      return accounts.length === 2 && accounts.every(({ health }) => health?.state === "up");
    });
    for (const pair of this.#pairs) {
      const rooms = [
        { account: SLACK, room: pair.channel },
        { account: ACCOUNT, room: pair.room },
      ];
      this.#groups.set(pair, (await asked.link(rooms, null)).group);
    }
  }

  async drain(status: () => Promise<readonly StatusReport[]>): Promise<readonly StatusReport[]> {
    const look = async () => {
      const reports = await status();
      const bindings = reports.flatMap((report) => report.bindings);
      const isCaughtUp = bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
      return isCaughtUp && this.#agree() && reports;
    };
    const reports = await until("the rooms to agree", DRAINED_WITHIN, look).catch(status);
    const operations = await this.#operations?.();
    for (const [pair, group] of this.#groups)
      this.#logs.set(pair, (await operations?.federation.history(group, WHOLE_LOG)) ?? []);
    return reports;
  }

  results(): readonly (Comparison & Direction)[] {
    return this.#ways().flatMap(({ pair, from, to, source, target, speaker }) => {
      // What nobody edited and nobody took back stands in the log exactly once.
      const plain = source.standing.filter(({ edited }) => !edited).map(({ text }) => text);
      const due = new Set(plain);
      const log = (this.#logs.get(pair) ?? []).flatMap(({ text }) =>
        text !== null && speakerOf(text) === speaker && due.has(text) ? [text] : [],
      );
      const logged = { from, to: `the log of ${from}`, ...compare(plain, log), said: 0, misdirected: [] };
      return [{ from, to, ...agreement(source, target) }, logged];
    });
  }

  longestStall(outages: readonly Outage[]): Milliseconds {
    let longest = 0;
    for (const { source, target } of this.#ways()) {
      const arrived = new Map(target.standing.map((one) => [one.text, one]));
      for (const { text, edited, at } of source.standing) {
        const there = arrived.get(text);
        if (there && !there.edited && !edited)
          longest = Math.max(longest, stallBeyond(outages, at, there.at));
      }
    }
    return longest;
  }

  async close(keepFolder: boolean): Promise<readonly string[]> {
    await this.crowd.leave();
    await this.slack.stop();
    await this.prosody.stop();
    const left = processesOf(this.folder);
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
    return left;
  }

  #agree(): boolean {
    return this.#ways().every(({ source, target }) => {
      const { lost, misdirected } = agreement(source, target);
      return lost.length + misdirected.length === 0;
    });
  }

  /** Both directions of every pair, and what either end holds of what was said in it. */
  #ways() {
    return this.#pairs.flatMap((pair) => {
      const messages = this.slack.workspace().messages(pair.channel);
      const archive = this.prosody.readArchive(pair.room);
      const read = (speaker: string): { readonly channel: Room; readonly muc: Room } => ({
        channel: channelRoom(messages, speaker),
        muc: archivedRoom(archive, speaker),
      });
      const { slack, xmpp } = pair.speakers;
      const [onSlack, onXmpp] = [read(slack), read(xmpp)];
      const [from, to] = [pair.channel, pair.room];
      return [
        { pair, from, to, source: onSlack.channel, target: onSlack.muc, speaker: slack },
        { pair, from: to, to: from, source: onXmpp.muc, target: onXmpp.channel, speaker: xmpp },
      ];
    });
  }
}
