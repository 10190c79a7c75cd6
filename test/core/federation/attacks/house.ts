/** A gateway's whole door to others, with a real store behind it, and those who come to it: a guest, other peers, strangers. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { LiveRooms } from "../../../../core/accounts/live-rooms.ts";
import type { MediaLimits } from "../../../../core/media/remote-file.ts";
import { hashSecret } from "../../../../core/federation/wire/code-text.ts";
import { Federation } from "../../../../core/federation/federation.ts";
import { Announcer } from "../../../../core/groups/announce.ts";
import { MessageMemo } from "../../../../core/groups/message-memo.ts";
import { PolicyBook } from "../../../../core/policy/policy-book.ts";
import type { ConnectionId, PeerId } from "../../../../core/ids.ts";
import { LaneRunner } from "../../../../core/lanes/lane-runner.ts";
import { type Limits, limits } from "../../../../core/limits.ts";
import { createLogger } from "../../../../core/log.ts";
import { type BindingRow, liveBindings } from "../../../../core/store/units/bindings.ts";
import type { HistoryPolicy } from "../../../../core/store/units/guests.ts";
import { findPeer, peerOfProvider } from "../../../../core/store/units/peers.ts";
import { type GroupUri, groupUri } from "../../../../mappings/ids.ts";
import { changes, type Stored, storedIn } from "../../../fuzz/mtp/stored.ts";
import { linkRooms, SampleStore } from "../../store/sample.ts";
import { openAt } from "../../store/stores.ts";
import { sayIn } from "../media-files.ts";
import { saidMessage } from "../said-message.ts";
import { domain } from "../two-gateways.ts";
import { freePort } from "../waiting.ts";
import { Door, keyOf, party, type Party, publicOf } from "./door.ts";

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

export interface HouseOptions {
  readonly limits?: Partial<Limits>;
  readonly media?: Partial<MediaLimits>;
}

export class House extends Door {
  /** The provider of ours. */
  readonly own = HOST;
  readonly sample: SampleStore;
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

  private constructor(
    made: Pick<House, "clock" | "sample" | "port" | "guest" | "rival" | "waiting" | "blocked">,
  ) {
    super(made.port, made.clock);
    this.sample = made.sample;
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
    const policies = new PolicyBook(store, () => clock.now);
    const avatars = { of: () => Promise.resolve(null), pathOf: () => Promise.resolve("") };
    const memo = new MessageMemo();
    const rooms = new LiveRooms({ store, memo, log, policies, avatars, hosts: () => [] });
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
          proxies: [],
          endpoint: `http://127.0.0.1:${port}`,
          allow: [],
          peers: [
            ...[guest, rival, blocked].map(({ as, signer }) => ({
              base: as,
              endpoint: NOWHERE,
              key: publicOf(signer),
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
      media: {
        files: {
          ofAccount: () => Promise.resolve(null),
          pictureOf: () => Promise.resolve(null),
        },
        cache: { open: () => Promise.resolve(null) },
        publicAvatar: () => Promise.resolve(null),
      },
      announcer,
      wake: () => undefined,
      rooms,
    });
    assert.ok(federation);
    const house: House = new House({ clock, sample, port, guest, rival, waiting, blocked });
    await federation.start();
    await house.#furnish();
    return {
      house,
      close: async () => {
        house.leave();
        await federation.drain();
        federation.close();
        await runner.close();
        await store.close();
      },
    };
  }

  /** The tables that have changed. */
  async changedSince(before: Stored): Promise<readonly string[]> {
    return [...changes(before, await storedIn(this.sample.config)).keys()];
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
        keys: [keyOf(this.waiting)],
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
