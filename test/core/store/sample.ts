/** A store with one account, two linked rooms and their lanes, and what units are given about them. */
import { randomBytes, randomUUID } from "node:crypto";
import { encodeProperty } from "../../../mappings/event-content.ts";
import type { PropertyName } from "../../../mappings/events.ts";
import {
  type EventId,
  type GroupUri,
  groupUri,
  parseProviderDomain,
  type ProviderDomain,
  userUri,
} from "../../../mappings/ids.ts";
import type { StoreConfig } from "../../../core/config/config.ts";
import type {
  ArchiveMark,
  BindingId,
  DeliveryKey,
  InboxNumber,
  NativeId,
  NativeKey,
  NativeRoom,
} from "../../../core/ids.ts";
import { inLane, type LaneKey, outLane } from "../../../core/lanes/lane-key.ts";
import type { Store } from "../../../core/store/store.ts";
import type { AppendInput } from "../../../core/store/units/append.ts";
import { type BindingRow, liveBindings } from "../../../core/store/units/bindings.ts";
import type { Fence } from "../../../core/store/units/fence.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import { inboxPage } from "../../../core/store/units/inbox.ts";
import type { ProgressInput } from "../../../core/store/units/progress.ts";
import { querySql, type StoredRow } from "../../support/harness-sql.ts";

const domain = testDomain();
const HOLDER = "the test";
export const LEASE_MS = 60_000;

export class SampleStore {
  readonly store: Store;
  readonly config: StoreConfig;
  readonly account: Awaited<ReturnType<typeof register>>;
  readonly a: BindingRow;
  readonly b: BindingRow;

  private constructor(
    store: Store,
    config: StoreConfig,
    account: Awaited<ReturnType<typeof register>>,
    rows: readonly BindingRow[],
  ) {
    const [a, b] = rows;
    if (!a || !b) throw new Error("two rooms are linked");
    this.store = store;
    this.config = config;
    this.account = account;
    this.a = a;
    this.b = b;
  }

  static async make(store: Store, config: StoreConfig): Promise<SampleStore> {
    const account = await register(store);
    await linkRooms(store, account, ["a", "b"]);
    // The lines that tell the rooms so are none of the tests' business.
    const rows = await store.read(liveBindings(account.id));
    const sample = new SampleStore(store, config, account, rows);
    for (const binding of rows) {
      const fence = await sample.claim(outLane(binding.id));
      const notices = await sample.sql(`select seq from delivery where binding = ${binding.id}`);
      const settled = notices.map(({ seq }) => ({ ...done, seq: Number(seq) }));
      await store.write("progress", sample.progress(fence, binding.id, { settled }));
      await store.write("releaseLane", fence);
    }
    return sample;
  }

  sql(text: string): Promise<readonly StoredRow[]> {
    return querySql(this.config, text);
  }

  /** The last seq of the rooms' group. */
  async head(): Promise<number> {
    return Number((await this.sql(`select head from grp where id = ${this.a.group}`))[0]?.["head"]);
  }

  /** How many rows, under a condition. */
  async count(from: string): Promise<number> {
    return Number((await this.sql(`select count(*) as n from ${from}`))[0]?.["n"]);
  }

  async claim(lane: LaneKey, holder = HOLDER, ttl = LEASE_MS): Promise<Fence> {
    const claim = await this.store.write("claimLane", { lane, holder, ttl });
    if (!claim.claimed) throw new Error(`${lane} is ${claim.why}`);
    return { lane, epoch: claim.epoch };
  }

  /** Accepts texts said in a room, each under its own key. */
  async accept(
    binding: BindingId,
    texts: readonly string[],
    mark: string | null = null,
    fence: Fence | null = null,
  ) {
    const raws = texts.map((raw) => ({ nativeKey: `key ${raw}` as NativeKey, at: 1_000, raw }));
    const batches = [{ binding, mark: mark as ArchiveMark | null, raws }];
    const accepted = await this.store.write("accept", {
      fence,
      account: this.account.id,
      at: 2_000,
      batches,
    });
    return accepted.behind;
  }

  /** The inbox of a room as rows to append, each a message of the same person. */
  async rows(binding: BindingId): Promise<AppendInput["rows"]> {
    const page = await this.store.read(inboxPage({ binding, limit: 100 }));
    return page.map(({ n, raw }) => this.row(n, [message(raw)]));
  }

  row(n: InboxNumber, events: readonly NewEvent[]): AppendInput["rows"][number] {
    return { n, events, replies: [], setAside: null, refused: null };
  }

  append(fence: Fence, binding: BindingRow, rows: AppendInput["rows"]) {
    const { account } = this;
    return this.store.write("append", {
      fence,
      binding: binding.id,
      group: binding.group,
      provider: account.provider,
      now: 3_000,
      rows,
    });
  }

  /** Says, accepts and appends in one go. */
  async say(binding: BindingRow, ...texts: readonly string[]): Promise<void> {
    await this.accept(binding.id, texts);
    const fence = await this.claim(inLane(binding.id));
    await this.append(fence, binding, await this.rows(binding.id));
    await this.store.write("releaseLane", fence);
  }

  progress(fence: Fence, binding: BindingId, change: Partial<ProgressInput>): ProgressInput {
    return { fence, binding, now: 4_000, settled: [], queued: [], intents: [], intendedSeq: null, ...change };
  }
}

export const done = {
  step: 0,
  id: null,
  native: null,
  aux: null,
  part: null,
  attempts: 1,
  at: 4_000,
  property: null,
} as const;

/** A delivery to be written down as intended. */
export const intent = (seq: number, step = 0) => ({
  seq,
  step,
  op: "message",
  key: `key-${seq}-${step}` as DeliveryKey,
  argsHash: "hash",
  mark: null,
});

export const register = (store: Store) =>
  store.write("registerAccount", { bridge: "fake", name: "fake", domain });

export function linkRooms(
  store: Store,
  account: Awaited<ReturnType<typeof register>>,
  rooms: readonly string[],
  group: GroupUri | null = null,
) {
  return store.write("link", {
    rooms: rooms.map((room) => ({
      account: account.id,
      provider: account.provider,
      native: room as NativeRoom,
      label: `fake:${room}`,
      unclear: "hold" as const,
      mark: null,
      properties: { name: "", topic: "" },
    })),
    group,
    newUri: groupUri(domain, randomUUID()),
    at: 1_000,
    actor: "test",
  });
}

const anna = { uri: userUri(domain, "anna"), native: "anna", name: "Anna" };

export const eventId = (): EventId => randomBytes(32).toString("hex") as EventId;

/** A message whose bytes are the text, which the store must not look into. */
export function message(text: string, sender = anna): NewEvent {
  const content = Buffer.from(text);
  return {
    kind: "message",
    id: eventId(),
    content,
    sender,
    native: `native ${text}` as NativeId,
    aux: `aux ${text}`,
    effect: { kind: "none" },
    act: null,
    property: null,
  };
}

export function property(name: PropertyName, value: string): NewEvent {
  const change = { name, item: "", value };
  const content = encodeProperty(change, randomBytes(16));
  const effect = { kind: "none" } as const;
  const told = { native: null, aux: null, effect, act: null, property: change };
  return { kind: "property", id: eventId(), content, sender: anna, ...told };
}

function testDomain(): ProviderDomain {
  const domain = parseProviderDomain("fake.mimi.test");
  if (domain === null) throw new Error("it is a domain");
  return domain;
}
