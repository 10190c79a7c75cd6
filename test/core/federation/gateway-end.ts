/** A gateway at one end of a wire: a real store, real routes on a port of its own, and its lane for the gateway at the other end. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type EventId, type GroupUri, groupUri } from "../../../mappings/ids.ts";
import { peerTopic } from "../../../core/federation/news.ts";
import { publicKeyText } from "../../../core/federation/wire/public-key.ts";
import { SigningKeys } from "../../../core/federation/peers/signing-keys.ts";
import { runSync } from "../../../core/federation/sharing/sync-lane.ts";
import type { SyncOptions } from "../../../core/federation/sharing/sync-options.ts";
import type {
  AccountId,
  BindingId,
  ProviderId,
  ConnectionId,
  GroupId,
  NativeRoom,
  PeerId,
} from "../../../core/ids.ts";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import { inLane, syncLane } from "../../../core/lanes/lane-key.ts";
import { type LaneOutcome, LaneRun } from "../../../core/lanes/lane-run.ts";
import { limits } from "../../../core/limits.ts";
import type { Store } from "../../../core/store/store.ts";
import { type BindingRow, liveBindings } from "../../../core/store/units/bindings.ts";
import { type FollowedGroup, followedAt } from "../../../core/store/units/following.ts";
import { inboxPage } from "../../../core/store/units/inbox.ts";
import { type LogEntry, logAfter } from "../../../core/store/units/outbox.ts";
import { querySql, type StoredRow } from "../../support/harness-sql.ts";
import { openAt } from "../store/stores.ts";
import { type EndOptions, GatewayWire } from "./gateway-wire.ts";
import { saidMessage } from "./said-message.ts";

interface Account {
  readonly id: AccountId;
  readonly provider: ProviderId;
}

export class GatewayEnd extends GatewayWire {
  readonly #file: string;
  #account: Account | null = null;
  #lane: { readonly run: LaneRun; readonly ended: Promise<LaneOutcome> } | null = null;
  #other: { readonly end: GatewayEnd; readonly peer: PeerId } | null = null;

  private constructor(name: string, file: string, store: Store, keys: SigningKeys, options: EndOptions) {
    super(name, store, keys, options);
    this.#file = file;
  }

  static async start(
    t: TestContext,
    folder: string,
    name: string,
    options: EndOptions = {},
  ): Promise<GatewayEnd> {
    const file = join(folder, `${name}-${randomUUID()}.sqlite`);
    const store = await openAt({ kind: "sqlite", file }, null);
    const end = new GatewayEnd(name, file, store, await SigningKeys.open(store, Date.now), options);
    end.#account = await store.write("registerAccount", { bridge: "fake", name: "fake", domain: end.host });
    await end.serve();
    t.after(async () => {
      await end.stopLane();
      await end.close();
    });
    return end;
  }

  /** Makes two ends peers of each other, as after a code. */
  static async connect(one: GatewayEnd, two: GatewayEnd): Promise<void> {
    await one.#know(two);
    await two.#know(one);
  }

  get peer(): PeerId {
    assert.ok(this.#other);
    return this.#other.peer;
  }

  sql(text: string): Promise<readonly StoredRow[]> {
    return querySql({ kind: "sqlite", file: this.#file }, text);
  }

  /** A room of a group; of a new one of ours where none is named. */
  async room(name: string, group: GroupUri | null = null): Promise<BindingRow> {
    const { id: account, provider } = this.#accountRow();
    await this.store.write("link", {
      rooms: [
        {
          account,
          provider,
          native: name as NativeRoom,
          label: `fake:${name}`,
          unclear: "hold",
          mark: null,
          properties: { name: "", topic: "" },
        },
      ],
      group,
      newUri: groupUri(this.host, randomUUID()),
      at: 1_000,
      actor: "test",
    });
    const room = (await this.store.read(liveBindings(account))).find(({ native }) => native === name);
    assert.ok(room);
    return room;
  }

  /** Lets the other end into a group of ours, which it follows from then on from its first event. */
  async share(room: Pick<BindingRow, "group" | "groupUri">): Promise<GroupId> {
    assert.ok(this.#other);
    const { end, peer } = this.#other;
    const history = { kind: "all" } as const;
    await this.store.write("addGuest", {
      group: room.group,
      peer,
      history,
      connection: null,
      now: Date.now(),
    });
    const group = await end.store.write("follow", {
      uri: room.groupUri,
      owner: this.host,
      peer: end.peer,
      connection: null as ConnectionId | null,
      after: 0,
      cursor: null,
      rev: 1,
      at: Date.now(),
      actor: "test",
    });
    this.news.tell([peerTopic(peer)]);
    end.news.tell([peerTopic(end.peer)]);
    return group;
  }

  /** Somebody says something in a room; told as the gateway tells it. */
  async say(room: BindingRow, text: string, by = "anna"): Promise<EventId> {
    const event = saidMessage(this.host, room.groupUri, text, by);
    const { id } = event;
    const { provider, id: account } = this.#accountRow();
    const raws = [{ nativeKey: `key ${id}` as never, at: Date.now(), raw: text }];
    await this.store.write("accept", {
      fence: null,
      account,
      at: Date.now(),
      batches: [{ binding: room.id, mark: null, raws }],
    });
    const [row] = await this.store.read(inboxPage({ binding: room.id, limit: 1 }));
    assert.ok(row);
    const lane = await HeldLane.claim(this.store, inLane(room.id), limits.leaseMs);
    assert.ok(lane);
    const appended = await this.store.write("append", {
      fence: lane.fence,
      binding: room.id,
      group: room.group,
      provider,
      now: Date.now(),
      rows: [
        {
          n: row.n,
          events: [event],
          replies: [],
          setAside: null,
          refused: null,
        },
      ],
    });
    await lane.release();
    if (appended.submittedTo !== null) this.news.tell([peerTopic(appended.submittedTo)]);
    else this.news.tell([`group:${room.group}`]);
    return id;
  }

  /** Begins the work for the other end. */
  async runLane(change: Partial<SyncOptions> = {}): Promise<LaneRun> {
    const key = syncLane(this.peer);
    const held = await HeldLane.claim(this.store, key, limits.leaseMs);
    assert.ok(held, "the lane is free");
    const run = new LaneRun(key, held);
    this.#lane = { run, ended: runSync({ ...this.syncOptions(), ...change }, run, this.peer) };
    return run;
  }

  async stopLane(): Promise<LaneOutcome | null> {
    const lane = this.#lane;
    this.#lane = null;
    lane?.run.stop();
    const outcome = lane === null ? null : await lane.ended;
    await lane?.run.held.release();
    return outcome;
  }

  async log(group: GroupId): Promise<readonly LogEntry[]> {
    return this.store.read(logAfter({ group, after: 0, limit: 1_000 }));
  }

  async ids(group: GroupId): Promise<readonly string[]> {
    return (await this.log(group)).filter(({ kind }) => kind === "message").map(({ id }) => id);
  }

  async followed(group: GroupId): Promise<FollowedGroup> {
    const row = (await this.store.read(followedAt(this.peer))).find((found) => found.group === group);
    assert.ok(row);
    return row;
  }

  /** Lines that wait for somebody in a room. */
  async notices(room: BindingId): Promise<readonly string[]> {
    const rows = await this.sql(`select text from notice where binding = ${room} and to_native is not null`);
    return rows.map(({ text }) => String(text));
  }

  syncOptions(): SyncOptions {
    return this.syncOptionsFor(this.#other?.end.endpoint ?? this.endpoint);
  }

  #accountRow() {
    assert.ok(this.#account);
    return this.#account;
  }

  async #know(end: GatewayEnd): Promise<void> {
    const { id } = await this.store.write("addPeer", {
      base: end.base,
      static: true,
      facts: {
        endpoint: end.endpoint,
        features: ["submit.post", ...(end.options.unreachable === true ? ["unreachable"] : [])],
        hosts: [end.base, end.host],
        keys: end.keys.published().map(({ kid, key, notBefore, expires }) => ({
          kid,
          public: publicKeyText(key),
          notBefore,
          expires,
        })),
      },
      at: Date.now(),
      actor: "test",
    });
    this.#other = { end, peer: id };
  }
}
