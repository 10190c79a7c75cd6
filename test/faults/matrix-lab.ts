/** What a run with Matrix in it happens on: rooms of a real Synapse, MUCs of a Prosody, their people, the links. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matrixConfig, matrixConfigSchema } from "../../bridges/matrix/config.ts";
import { registrationYaml } from "../../bridges/matrix/registration.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { Operations, StatusReport } from "../../core/operations.ts";
import { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { type Prosody, startProsody } from "../../deploy/servers/prosody.ts";
import { startSynapse, type Synapse } from "../../deploy/servers/synapse.ts";
import { HttpProxy } from "../support/http-proxy.ts";
import { ACCOUNT } from "./lab.ts";
import { LinkedPairs, type Way } from "./linked-pairs.ts";
import { MatrixPerson } from "./matrix-person.ts";
import { timelineRoom } from "./matrix-standing.ts";
import { MucPerson, PASSWORD } from "./muc-person.ts";
import { processesOf } from "./processes.ts";
import type { Interruptible, Scene } from "./scene.ts";
import { ScriptedCrowd } from "./scripted-crowd.ts";
import { archivedRoom, type Room } from "./standing.ts";
import type { Outage } from "./verdict.ts";

const COMPONENT = { domain: "mimi.localhost", secret: "component secret" };
const MATRIX = "matrix";
const SERVER = "matrix.test";
const BOT = `@mimi:${SERVER}`;
/** How often each person does something. */
const EVERY = { matrix: 350, xmpp: 500 } as const;

interface Pair {
  readonly user: MatrixUser;
  /** The id of the room at the homeserver, and the MUC's address. */
  readonly room: string;
  readonly muc: string;
  /** By these names their texts begin. */
  readonly speakers: { readonly matrix: string; readonly xmpp: string };
}

interface Servers {
  readonly synapse: Synapse;
  readonly prosody: Prosody;
  readonly calls: HttpProxy;
  readonly transactions: HttpProxy;
}

export class MatrixLab implements Scene {
  readonly folder: string;
  readonly crowd: ScriptedCrowd;
  /** Between the gateway and the homeserver: what either of them asks of the other. */
  readonly calls: HttpProxy;
  readonly transactions: HttpProxy;
  readonly #synapse: Synapse;
  readonly #prosody: Prosody;
  readonly #account: object;
  readonly #pairs: readonly Pair[];
  readonly #linked: LinkedPairs;

  private constructor(folder: string, servers: Servers, account: object, pairs: readonly Pair[]) {
    const { synapse, prosody, calls, transactions } = servers;
    this.folder = folder;
    this.calls = calls;
    this.transactions = transactions;
    this.#synapse = synapse;
    this.#prosody = prosody;
    this.#account = account;
    this.#pairs = pairs;
    this.crowd = new ScriptedCrowd(
      pairs.map(({ user, room, muc, speakers }) => [
        new MatrixPerson({ user, room, name: speakers.matrix, every: EVERY.matrix }),
        new MucPerson({ prosody, room: muc, name: speakers.xmpp, every: EVERY.xmpp }),
      ]),
    );
    const rooms = pairs.map(({ room, muc }) => [
      { account: MATRIX, room },
      { account: ACCOUNT, room: muc },
    ]);
    this.#linked = new LinkedPairs(rooms, () => this.#ways());
  }

  static async open(count: number): Promise<MatrixLab> {
    const folder = mkdtempSync(join(tmpdir(), "mimi-faults-"));
    const numbers = Array.from({ length: count }, (_, i) => i + 1);
    const [listening = 0] = await freePorts(1);
    let url = "";
    const calls = await HttpProxy.open(() => url);
    const transactions = await HttpProxy.open(() => `http://127.0.0.1:${listening}`);
    const keys = {
      homeserver: calls.url,
      server_name: SERVER,
      as_token: "as-token-of-a-test",
      hs_token: "hs-token-of-a-test",
      listen: `127.0.0.1:${listening}`,
      url: transactions.url,
    };
    const config = matrixConfig({ name: MATRIX, ...matrixConfigSchema.parse(keys) });
    mkdirSync(join(folder, "prosody"));
    const [synapse, prosody] = await Promise.all([
      startSynapse({
        folder: join(folder, "synapse"),
        serverName: SERVER,
        registrations: [registrationYaml(config, "registration.yaml")],
      }),
      startProsody({
        folder: join(folder, "prosody"),
        domain: "localhost",
        archive: "sql",
        users: numbers.map((n) => ({ name: `otto${n}`, password: PASSWORD })),
        components: [COMPONENT],
      }),
    ]);
    url = synapse.url;
    const pairs: Pair[] = [];
    for (const n of numbers) {
      const user = await MatrixUser.register(synapse, `anna${n}`);
      const power = { users: { [BOT]: 100 } };
      pairs.push({
        user,
        room: await user.createRoom({ open: false, invite: [BOT], power }),
        muc: `south${n}@${prosody.rooms}`,
        speakers: { matrix: `anna${n}`, xmpp: `otto${n}` },
      });
    }
    const account = { name: MATRIX, bridge: MATRIX, ...keys };
    return new MatrixLab(folder, { synapse, prosody, calls, transactions }, account, pairs);
  }

  get armed(): string {
    return join(this.folder, "armed");
  }

  get servers(): readonly Interruptible[] {
    const synapse: Interruptible = {
      stop: () => this.#synapse.kill("SIGKILL"),
      restart: () => this.#synapse.restart(),
    };
    return [this.#prosody, synapse];
  }

  /** A folder for the gateway. */
  gatewayFolder(): string {
    const folder = join(this.folder, "gateway");
    mkdirSync(folder);
    return folder;
  }

  /** The accounts that the gateway serves. */
  get accounts(): readonly object[] {
    const service = `xmpp://127.0.0.1:${this.#prosody.ports.component}`;
    return [{ name: ACCOUNT, bridge: "xmpp", service, ...COMPONENT }, this.#account];
  }

  /** Links every room with its MUC. `operations`: of the gateway, whenever they are asked for. */
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
    await Promise.all([this.calls, this.transactions, this.#synapse, this.#prosody].map(ended));
    const left = processesOf(this.folder);
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
    return left;
  }

  /** Both directions of every pair, and what either end holds of what was said in it. */
  async #ways(): Promise<readonly Way[]> {
    const ways = await Promise.all(
      this.#pairs.map(async ({ user, room, muc, speakers }, pair): Promise<readonly Way[]> => {
        const timeline = await user.timeline(room);
        const archive = this.#prosody.readArchive(muc);
        const read = (speaker: string): { readonly room: Room; readonly muc: Room } => ({
          room: timelineRoom(timeline, speaker),
          muc: archivedRoom(archive, speaker),
        });
        const [anna, otto] = [read(speakers.matrix), read(speakers.xmpp)];
        return [
          { pair, from: room, to: muc, source: anna.room, target: anna.muc, speaker: speakers.matrix },
          { pair, from: muc, to: room, source: otto.muc, target: otto.room, speaker: speakers.xmpp },
        ];
      }),
    );
    return ways.flat();
  }
}

const ended = (one: HttpProxy | Synapse | Prosody): Promise<void> =>
  one instanceof HttpProxy ? one.close() : one.stop();
