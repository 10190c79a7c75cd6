/** What a run happens on: pairs of rooms on one Prosody or two, their people, and the links. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Operations, RoomReference, StatusReport } from "../../core/operations.ts";
import { type Prosody, startProsody } from "../../deploy/servers/prosody.ts";
import { accounts, Crowd, directions, type End, endOf } from "./crowd.ts";
import { processesOf } from "./processes.ts";
import type { Direction, Scene } from "./scene.ts";
import { until } from "./until.ts";
import { type Archived, compare, type Comparison, misdirected, type Outage, stallBeyond } from "./verdict.ts";

export const ACCOUNT = "xmpp";
const COMPONENT = { domain: "mimi.localhost", secret: "component secret" };
const DRAINED_WITHIN = 30_000;
/** The nick of a text's speaker, and its number. */
const TEXT = /^(?<speaker>[a-z]+\d+) \d+$/;

export class Lab implements Scene {
  readonly folder: string;
  /** Where each end of a pair lies; on one server where there is one only. */
  readonly prosodys: Readonly<Record<End, Prosody>>;
  readonly crowd: Crowd;
  readonly pairs: number;

  private constructor(folder: string, prosodys: Readonly<Record<End, Prosody>>, pairs: number, rate: number) {
    this.folder = folder;
    this.prosodys = prosodys;
    this.crowd = new Crowd({ prosodys, pairs, rate });
    this.pairs = pairs;
  }

  /** `servers`: one with all rooms, or one for each end of the pairs. */
  static async open(pairs: number, rate: number, servers: 1 | 2 = 1): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), "mimi-faults-"));
    const start = async (name: string): Promise<Prosody> => {
      const prosodyFolder = join(folder, name);
      mkdirSync(prosodyFolder);
      const users = accounts(pairs);
      const settings = { folder: prosodyFolder, domain: "localhost", archive: "sql", users } as const;
      return startProsody({ ...settings, components: [COMPONENT] });
    };
    const north = await start("prosody");
    const south = servers === 1 ? north : await start("prosody-south");
    return new Lab(folder, { north, south }, pairs, rate);
  }

  get servers(): readonly Prosody[] {
    return [...new Set(Object.values(this.prosodys))];
  }

  /** A folder for one gateway. */
  gatewayFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  get armed(): string {
    return join(this.folder, "armed");
  }

  /** The account that a gateway serves at that end. */
  account(end: End = "north") {
    const service = `xmpp://127.0.0.1:${this.prosodys[end].ports.component}`;
    return { name: ACCOUNT, bridge: "xmpp", service, ...COMPONENT };
  }

  /** The rooms of each pair, as the command line names them. */
  get rooms(): readonly Readonly<Record<End, RoomReference>>[] {
    const reference = (end: End, name: string): RoomReference => ({
      account: ACCOUNT,
      room: `${name}@${this.prosodys[end].rooms}`,
    });
    return directions(this.pairs)
      .filter((_, i) => i % 2 === 0)
      .map(({ from, to }) => ({ north: reference("north", from), south: reference("south", to) }));
  }

  /** Links every pair of rooms by one gateway. */
  async link(operations: Operations): Promise<void> {
    await untilConnected(operations);
    for (const { north, south } of this.rooms) await operations.link([north, south], null);
  }

  /**
   * Resolves with the gateways' status when nothing is behind any more and the last text of every direction has arrived; with
   * the status as it is where that does not come.
   */
  async drain(status: () => Promise<readonly StatusReport[]>): Promise<readonly StatusReport[]> {
    const look = async () => {
      const reports = await status();
      const bindings = reports.flatMap((report) => report.bindings);
      const caughtUp = bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
      return caughtUp && this.lastArrived() ? reports : null;
    };
    return until("everything that was said", DRAINED_WITHIN, look).catch(status);
  }

  /** What became of each direction's messages, by the archives alone. */
  results(): readonly (Comparison & Direction)[] {
    return directions(this.pairs).map(({ speaker, from, to }) => {
      const [source, target] = [this.#said(from, speaker), this.#said(to, speaker)];
      return {
        from,
        to,
        ...compare(texts(source), texts(target)),
        misdirected: misdirected(source, target),
      };
    });
  }

  /** The longest time from a room's archive to the other's, beyond the outages. The archives know whole seconds. */
  longestStall(outages: readonly Outage[]): number {
    let longest = 0;
    for (const { speaker, from, to } of directions(this.pairs)) {
      const arrived = new Map(this.#said(to, speaker).map(({ text, when }) => [text, when]));
      for (const { text, when } of this.#said(from, speaker)) {
        const there = arrived.get(text);
        if (there !== undefined) longest = Math.max(longest, stallBeyond(outages, when, there));
      }
    }
    return longest;
  }

  /** Ends everything, and says which processes are left that know this folder. */
  async close(keepFolder: boolean): Promise<readonly string[]> {
    await this.crowd.leave();
    for (const server of this.servers) await server.stop();
    const left = processesOf(this.folder);
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
    return left;
  }

  /** Whether the last text of every direction has arrived. */
  lastArrived(): boolean {
    return directions(this.pairs).every(({ speaker, from, to }) => {
      const last = this.#said(from, speaker).at(-1)?.text;
      return last === undefined || this.#said(to, speaker).some(({ text }) => text === last);
    });
  }

  #said(room: string, speaker: string): (Archived & { when: number })[] {
    const prosody = this.prosodys[endOf(room)];
    return prosody.readArchive(`${room}@${prosody.rooms}`).flatMap(({ stanza, when }) => {
      const text = /<body>([^<]*)<\/body>/.exec(stanza)?.[1] ?? "";
      if (TEXT.exec(text)?.groups?.["speaker"] !== speaker) return [];
      const id = /^<message\b[^>]*\bid=['"]([^'"]+)/.exec(stanza)?.[1] ?? "";
      const corrects = /<replace\b[^>]*\bid=['"]([^'"]+)/.exec(stanza)?.[1] ?? null;
      return [{ text, id, corrects, when }];
    });
  }
}

/** Resolves when the gateway is connected to all of its platforms. `count`: how many accounts it has. */
export async function untilConnected(operations: Operations, count = 1): Promise<void> {
  await until("every account's connection", 60_000, async () => {
    const { accounts: found } = await operations.status();
    return found.length === count && found.every(({ health }) => health?.state === "up");
  });
}

const texts = (messages: readonly { readonly text: string }[]): string[] => messages.map(({ text }) => text);
