/** An owner with a real store that serves a guest over HTTP what it may read. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { HeldRequests } from "../../../core/federation/serving/held-requests.ts";
import { News } from "../../../core/federation/news.ts";
import { groupEventsRoute } from "../../../core/federation/routes/group-events.ts";
import { groupMembersRoute } from "../../../core/federation/routes/group-members.ts";
import { groupSnapshotRoute } from "../../../core/federation/routes/group-snapshot.ts";
import { type SyncRouteOptions, syncRoute } from "../../../core/federation/routes/sync.ts";
import { SlowDown } from "../../../core/federation/serving/slow-down.ts";
import type { GroupId } from "../../../core/ids.ts";
import { type Limits, limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import { type BindingRow, liveBindings } from "../../../core/store/units/bindings.ts";
import { hasLeftLately } from "../../../core/store/units/guest-reads.ts";
import type { HistoryPolicy } from "../../../core/store/units/guests.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import { OwnerStage } from "../store/owner-stage.ts";
import { linkRooms, SampleStore } from "../store/sample.ts";
import { openAt } from "../store/stores.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { domain, type RawAnswer, TwoGateways } from "./two-gateways.ts";

export const own = domain("a.example");
const DAYS = 30;
const HELD_WITHIN_MS = 20_000;

export interface Page {
  readonly events: readonly { readonly seq: number; readonly content: string }[];
  readonly cursor: string;
  readonly head: number;
  readonly more: boolean;
}
export interface SyncGroup extends Page {
  readonly group: string;
  readonly state?: string;
  readonly profiles?: readonly unknown[];
  readonly transients?: readonly unknown[];
}
export interface Synced {
  readonly groups: readonly SyncGroup[];
  readonly problems: readonly { readonly group: string; readonly code: string }[];
}

export interface StageOptions {
  readonly limits?: Partial<Limits>;
  readonly values?: SyncRouteOptions["values"];
  readonly history?: HistoryPolicy;
}

/** Call it at the top of a test file. */
export function readStages(): (t: TestContext, options?: StageOptions) => Promise<ReadStage> {
  const folder = temporaryFolder("reads");
  return (t, options = {}) => ReadStage.start(t, join(folder, `${randomUUID()}.sqlite`), options);
}

export class ReadStage {
  readonly owner: OwnerStage;
  readonly news: News;
  readonly both: TwoGateways;
  readonly held: HeldRequests;

  private constructor(owner: OwnerStage, news: News, both: TwoGateways, held: HeldRequests) {
    this.held = held;
    this.owner = owner;
    this.news = news;
    this.both = both;
  }

  static async start(t: TestContext, file: string, options: StageOptions): Promise<ReadStage> {
    const place = { kind: "sqlite", file } as const;
    const store = await openAt(place, null);
    const sample = await SampleStore.make(store, place);
    const owner = await OwnerStage.make(sample, "b.example");
    await owner.admit(options.history ?? { kind: "all" });
    const log = createLogger({ level: "error", bodies: false });
    const news = new News({ store, redis: { kind: "none", connect: null }, base: own, log });
    const held = new HeldRequests(limits.peerHeld);
    const shared = {
      store,
      news,
      held,
      slowDown: new SlowDown(limits, () => both.now),
      limits: { ...limits, ...options.limits },
      now: () => both.now,
      base: own,
      values: options.values ?? {
        heads: () => Promise.resolve(new Map()),
        since: () => Promise.resolve(null),
      },
      retentionDays: DAYS,
    };
    const routes = [groupEventsRoute, syncRoute, groupSnapshotRoute, groupMembersRoute];
    const both: TwoGateways = await TwoGateways.start(
      t,
      routes.map((route) => route(shared)),
      { held },
    );
    both.know(both.signer, owner.peer, {});
    both.leftLately = (peer) => store.read(hasLeftLately({ peer, now: both.now }));
    const stage = new ReadStage(owner, news, both, held);
    t.after(async () => {
      news.close();
      await store.close();
    });
    return stage;
  }

  get sample(): SampleStore {
    return this.owner.sample;
  }

  /** Appended and told, as the gateway does it. */
  async say(room: BindingRow, ...texts: readonly string[]): Promise<void> {
    await this.sample.say(room, ...texts);
    this.news.tell([`group:${room.group}`]);
  }

  /** More groups of ours that the guest is in. */
  async moreGroups(count: number): Promise<readonly BindingRow[]> {
    const { store, account } = this.sample;
    const names = Array.from({ length: count }, (_, at) => `more${at}`);
    for (const name of names) await linkRooms(store, account, [name]);
    const rooms = await store.read(liveBindings(account.id));
    const added = names.flatMap((name) => rooms.filter(({ native }) => native === name));
    assert.equal(added.length, count);
    for (const { group } of added) await this.admit(group);
    return added;
  }

  async admit(group: GroupId, history: HistoryPolicy = { kind: "all" }): Promise<void> {
    const { peer } = this.owner;
    await this.sample.store.write("addGuest", { group, peer, history, connection: null, now: 3_000 });
  }

  get(path: string): Promise<RawAnswer> {
    return this.both.send(this.both.signed({ path }));
  }

  post(body: unknown): Promise<RawAnswer> {
    return this.both.send(this.both.signed({ path: "/sync", body: JSON.stringify(body) }));
  }

  async page(uri: GroupUri, query = ""): Promise<Page> {
    const { status, text } = await this.get(`${pathOf(uri)}/events${query}`);
    assert.equal(status, 200, text);
    return JSON.parse(text) as Page;
  }

  async sync(body: unknown): Promise<Synced> {
    const { status, text } = await this.post(body);
    assert.equal(status, 200, text);
    return JSON.parse(text) as Synced;
  }

  /** Resolves when so many requests are held. */
  async whenHeld(count: number): Promise<void> {
    const deadline = performance.now() + HELD_WITHIN_MS;
    while (this.held.size < count) {
      assert.ok(performance.now() < deadline, `${this.held.size} requests are held`);
      await pause(1);
    }
  }
}

export const pathOf = (uri: GroupUri): string => uri.replace(/^mimi:\/\/([^/]+)\/r\//, "/groups/$1/");

/** What events say in the sample's form, where the content is the text. */
export const texts = (events: Page["events"]): readonly string[] =>
  events.map(({ content }) => Buffer.from(content, "base64url").toString());
