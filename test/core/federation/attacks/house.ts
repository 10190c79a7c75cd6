/** A gateway's whole door to others, with a real store behind it, and those who come to it: a guest, other peers, strangers. */
import assert from "node:assert/strict";
import { createPublicKey, randomUUID } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { buffer, text } from "node:stream/consumers";
import { LiveRooms } from "../../../../core/accounts/live-rooms.ts";
import type { MediaLimits } from "../../../../core/media/remote-file.ts";
import { hashSecret } from "../../../../core/federation/code-text.ts";
import { Federation } from "../../../../core/federation/federation.ts";
import { publicKeyText } from "../../../../core/federation/public-key.ts";
import { type RequestSigner, signRequest } from "../../../../core/federation/signature.ts";
import { Announcer } from "../../../../core/groups/announce.ts";
import { MessageMemo } from "../../../../core/groups/message-memo.ts";
import type { ConnectionId, PeerId } from "../../../../core/ids.ts";
import { LaneRunner } from "../../../../core/lanes/lane-runner.ts";
import { type Limits, limits } from "../../../../core/limits.ts";
import { createLogger } from "../../../../core/log.ts";
import { type BindingRow, liveBindings } from "../../../../core/store/units/bindings.ts";
import type { HistoryPolicy } from "../../../../core/store/units/guests.ts";
import type { PeerFacts } from "../../../../core/store/units/peer-facts.ts";
import { findPeer, peerOfProvider } from "../../../../core/store/units/peers.ts";
import { type GroupUri, groupUri, type ProviderDomain } from "../../../../mappings/ids.ts";
import { linkRooms, SampleStore } from "../../store/sample.ts";
import { openAt } from "../../store/stores.ts";
import { sayIn } from "../media-files.ts";
import { saidMessage } from "../said-message.ts";
import { domain, newSigner, type RawAnswer } from "../two-gateways.ts";
import { freePort } from "../waiting.ts";

const BASE = domain("mimi.test");
const HOST = domain("fake.mimi.test");
/** Nobody listens there: whoever is looked for is away at once. */
const NOWHERE = "http://127.0.0.1:1";
export const SECRET = "azGygQEYdQbzB-egrTuSIg";
/** What only events hold that a guest of today may not see. */
export const OLD = "said before anybody came";
export const SAID = "said to the guest";
/** What is said in the group of the guest's rival. */
export const ELSEWHERE = "said in another group";

/** Somebody who makes requests. */
export interface Party {
  readonly as: ProviderDomain;
  readonly signer: RequestSigner;
}

const party = (base: string): Party => ({ as: domain(base), signer: newSigner() });

export interface AskedOf {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly as?: ProviderDomain;
  /** Added to those of the signature, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HouseOptions {
  readonly limits?: Partial<Limits>;
  readonly media?: Partial<MediaLimits>;
}

export class House {
  /** The provider of ours. */
  readonly own = HOST;
  readonly clock: { now: number };
  readonly sample: SampleStore;
  readonly federation: Federation;
  readonly endpoint: string;
  readonly port: number;
  /** In the guest's group, and in none; in theirs; known but not let in, shut out, and never heard of. */
  readonly guest: Party;
  readonly rival: Party;
  readonly waiting: Party;
  readonly blocked: Party;
  readonly stranger: Party = party("stranger.example");
  tea: BindingRow;
  milk: BindingRow;
  /** A room of ours in a group of the guest's. */
  cake: BindingRow;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(
    made: Pick<House, "clock" | "sample" | "federation" | "port" | "guest" | "rival" | "waiting" | "blocked">,
  ) {
    this.clock = made.clock;
    this.sample = made.sample;
    this.federation = made.federation;
    this.port = made.port;
    this.endpoint = `http://127.0.0.1:${made.port}`;
    this.guest = made.guest;
    this.rival = made.rival;
    this.waiting = made.waiting;
    this.blocked = made.blocked;
    this.tea = made.sample.a;
    this.milk = made.sample.a;
    this.cake = made.sample.a;
  }

  /** Ends with the test. */
  static async start(t: TestContext, folder: string, options: HouseOptions = {}): Promise<House> {
    const { house, close } = await House.open(folder, options);
    t.after(close);
    return house;
  }

  static async open(
    folder: string,
    options: HouseOptions = {},
  ): Promise<{ readonly house: House; readonly close: () => Promise<void> }> {
    const data = join(folder, randomUUID());
    const place = { kind: "sqlite", file: `${data}.sqlite` } as const;
    const store = await openAt(place, null);
    const sample = await SampleStore.make(store, place);
    const port = await freePort();
    const clock = { now: 1_790_000_000_000 };
    const [guest, rival, waiting, blocked] = ["guest", "rival", "waiting", "blocked"].map((name) =>
      party(`${name}.example`),
    ) as [Party, Party, Party, Party];
    const log = createLogger({ level: "fatal" as "error", bodies: false });
    const announcer = new Announcer(() => undefined);
    const runner = new LaneRunner({ store, log, slots: 1, find: () => Promise.resolve(null) });
    const rooms = new LiveRooms({ store, memo: new MessageMemo(), log, hosts: () => [] });
    const federation = await Federation.create({
      config: {
        base: BASE,
        data,
        limits: { ...limits, ...options.limits },
        media: { maxBytes: 1_000_000, allow: [], ...options.media },
        federation: {
          listen: { host: "127.0.0.1", port },
          unreachable: false,
          confirm: false,
          endpoint: `http://127.0.0.1:${port}`,
          allow: [],
          peers: [
            ...[guest, rival, blocked].map(({ as, signer }) => ({
              base: as,
              endpoint: NOWHERE,
              key: publicKeyText(createPublicKey(signer.key)),
            })),
            { base: waiting.as, endpoint: NOWHERE, key: null },
          ],
        },
      },
      store,
      redis: { kind: "none", connect: null, close: () => Promise.resolve() },
      log,
      now: () => clock.now,
      runner,
      announcer,
      wake: () => undefined,
      rooms,
    });
    assert.ok(federation);
    const house: House = new House({ clock, sample, federation, port, guest, rival, waiting, blocked });
    await federation.start();
    await house.#furnish();
    return {
      house,
      close: async () => {
        house.#agent.destroy();
        await federation.drain();
        await federation.close();
        await runner.close();
        await store.close();
      },
    };
  }

  /** A request as the party signs it, sent over connections that are kept. */
  ask(by: Party | null, asked: AskedOf, agent: Agent | false = this.#agent): Promise<RawAnswer> {
    return this.send(
      asked.method ?? (asked.body === undefined ? "GET" : "POST"),
      asked.path,
      this.headersOf(by, asked),
      asked.body ?? "",
      agent,
    );
  }

  /** The headers of a signed request; those of its connection alone where nobody signs. */
  headersOf(by: Party | null, { method, path, body, type = "application/json", as, headers }: AskedOf) {
    const octets = body === undefined ? null : { octets: Buffer.from(body), type };
    const verb = method ?? (body === undefined ? "GET" : "POST");
    const signed =
      by === null
        ? { ...(octets && { "content-type": type }) }
        : signRequest(
            { method: verb, url: this.endpoint + path, as: as ?? by.as, body: octets },
            by.signer,
            this.clock.now,
          );
    return { ...signed, ...headers };
  }

  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    agent: Agent | false = this.#agent,
  ): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const request = httpRequest(this.endpoint, { method, path, agent, headers: { ...length, ...headers } });
    request.on("error", reject);
    request.on("response", (answer) => {
      text(answer)
        .then((read) => {
          const isProblem = read !== "" && answer.headers["content-type"] === "application/problem+json";
          const problem = (isProblem ? JSON.parse(read) : {}) as Record<string, unknown>;
          const { statusCode: status = 0, headers: given } = answer;
          resolve({ status, headers: given, text: read, problem, code: problem["code"] });
        })
        .catch(reject);
    });
    request.end(body === "" ? undefined : body);
    return promise;
  }

  /** All that comes back for raw octets, until the server closes. */
  async talk(octets: string | Buffer): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(octets);
    return (await buffer(socket)).toString();
  }

  /** What comes back for raw octets up to these words; the connection is ended then. */
  async talkUntil(octets: string | Buffer, words: string): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(octets);
    let said = "";
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      said += chunk.toString("latin1");
      if (said.includes(words)) break;
    }
    return said;
  }

  publicOf({ signer }: Party): string {
    return publicKeyText(createPublicKey(signer.key));
  }

  keyOf(of: Party): PeerFacts["keys"][number] {
    return { kid: of.signer.kid, public: this.publicOf(of), notBefore: 0, expires: null };
  }

  /** A signed request as it stands on the wire. */
  wire(
    by: Party | null,
    asked: AskedOf,
    change: { readonly line?: string; readonly more?: string } = {},
  ): string {
    const method = asked.method ?? (asked.body === undefined ? "GET" : "POST");
    const lines = Object.entries(this.headersOf(by, asked)).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = asked.body === undefined ? "" : `content-length: ${Buffer.byteLength(asked.body)}\r\n`;
    return (
      `${change.line ?? `${method} ${asked.path} HTTP/1.1`}\r\nhost: 127.0.0.1:${this.port}\r\n` +
      `${lines.join("")}${change.more ?? length}\r\n${asked.body ?? ""}`
    );
  }

  /** Somebody of ours says something in a room. */
  async say(room: BindingRow, words: string, by = "anna"): Promise<void> {
    await sayIn(this.sample, room, saidMessage(HOST, room.groupUri, words, by));
  }

  async peer(of: Party): Promise<PeerId> {
    const row = await this.sample.store.read(findPeer(of.as));
    assert.ok(row, `${of.as} is known`);
    return row.id;
  }

  async admit(of: Party, room: BindingRow, history: HistoryPolicy): Promise<void> {
    const peer = await this.peer(of);
    await this.sample.store.write("addGuest", {
      group: room.group,
      peer,
      history,
      connection: null,
      now: this.clock.now,
    });
  }

  async connect(of: Party, id: string, waiting = false): Promise<void> {
    const provider = (await this.sample.store.read(peerOfProvider(of.as)))?.provider;
    assert.ok(provider);
    await this.sample.store.write("addConnection", {
      id: id as ConnectionId,
      peer: await this.peer(of),
      provider,
      group: null,
      role: "2",
      expires: null,
      waiting,
      at: this.clock.now,
      actor: "test",
    });
  }

  /** Two groups with a guest each, who came after something was said, and a code that somebody may guess. */
  async #furnish(): Promise<void> {
    const { store, account } = this.sample;
    const room = async (name: string, group: GroupUri | null = null): Promise<BindingRow> => {
      await linkRooms(store, account, [name], group);
      const found = (await store.read(liveBindings(account.id))).find(({ native }) => native === name);
      assert.ok(found);
      return found;
    };
    this.tea = await room("tea");
    this.milk = await room("milk");
    await store.write("addPeer", {
      base: this.waiting.as,
      static: false,
      facts: {
        endpoint: NOWHERE,
        features: [],
        hosts: [this.waiting.as],
        keys: [this.keyOf(this.waiting)],
      },
      at: this.clock.now,
      actor: "test",
    });
    await store.write("blockPeer", {
      base: this.blocked.as,
      blocked: true,
      at: this.clock.now,
      actor: "test",
    });
    const cake = groupUri(this.guest.as, "cake");
    await store.write("follow", {
      uri: cake,
      owner: this.guest.as,
      peer: await this.peer(this.guest),
      connection: null,
      after: 0,
      cursor: null,
      rev: 1,
      at: this.clock.now,
      actor: "test",
    });
    this.cake = await room("cake", cake);
    await this.say(this.tea, OLD);
    await this.say(this.milk, OLD);
    await this.say(this.cake, SAID);
    await this.admit(this.guest, this.tea, { kind: "none" });
    await this.admit(this.rival, this.milk, { kind: "none" });
    await this.say(this.tea, SAID);
    await this.say(this.milk, ELSEWHERE);
    await store.write("createCode", {
      hash: hashSecret(SECRET),
      group: this.tea.groupUri,
      issuer: "anna",
      uses: 1_000,
      confirm: false,
      expires: this.clock.now + 86_400_000,
      at: this.clock.now,
    });
  }
}

/** The path of a group below the endpoint. */
export const pathOf = ({ groupUri }: Pick<BindingRow, "groupUri">): string =>
  groupUri.replace(/^mimi:\/\/([^/]+)\/r\//, "/groups/$1/");
