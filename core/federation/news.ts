/**
 * Tells held requests and lanes that there is something for them, in this process at once, in others over Redis. It says
 * where to look, never what is there, and what is not heard is only heard later: everything that counts is in the store.
 */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { ProviderDomain } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import { asGatewayError } from "../errors.ts";
import type { GroupId, PeerId } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { RedisAccess } from "../redis/redis-access.ts";
import type { TransientRow } from "./wire/value-rows.ts";
import type { Store } from "../store/store.ts";
import { headsOf, lastSubmissions } from "../store/units/heads.ts";

/**
 * `group:ID`: the log of a group of ours grew, or its values or guests changed. `peer:ID`: something waits for that peer,
 * or what is shared with it changed.
 */
export type Topic = `group:${number}` | `peer:${number}`;

export const groupTopic = (group: GroupId): Topic => `group:${group}`;
export const peerTopic = (peer: PeerId): Topic => `peer:${peer}`;

export interface Transient {
  readonly row: TransientRow;
  /** The peer that it came from, to which it does not go back. null: it is from here. */
  readonly from: PeerId | null;
}

/** Called with the topic that was told; with what passed, where it was a transient. */
export type NewsListener = (topic: Topic, transient?: Transient) => void;

export interface NewsOptions {
  readonly store: Store;
  readonly redis: Pick<RedisAccess, "kind" | "connect">;
  /** This gateway's base domain: others may use the same Redis. */
  readonly base: ProviderDomain;
  readonly log: Logger;
  /** How often heads are looked at where nobody tells of what other processes write. */
  readonly lookEveryMs?: Milliseconds;
}

const LOOK_EVERY: Milliseconds = 1_000;

const messageForm = z.object({
  /** The process, which has told itself already. */
  by: z.string(),
  topics: z.array(z.templateLiteral([z.enum(["group", "peer"]), ":", z.int()])),
  transient: z
    .object({
      row: z.object({ user: z.string(), kind: z.literal("typing"), on: z.boolean() }),
      from: z.int().nullable(),
    })
    .optional(),
});

export class News {
  readonly #options: NewsOptions;
  readonly #listeners = new Map<Topic, Set<NewsListener>>();
  readonly #self = randomUUID();
  readonly #channel: string;
  readonly #subscriber: Redis | null = null;
  readonly #publisher: Redis | null = null;
  /** Told here, and about to be told to others. */
  readonly #outgoing = new Set<Topic>();
  #look: NodeJS.Timeout | null = null;
  #looking = false;
  /** Where topics stood when they were last looked at. */
  #seen = new Map<Topic, string>();

  constructor(options: NewsOptions) {
    this.#options = options;
    this.#channel = `{mimi:news}:${options.base}`;
    const { kind, connect } = options.redis;
    // A private Redis belongs to a gateway of one process.
    if (kind !== "configured" || connect === null) return;
    this.#publisher = connect("producer");
    this.#subscriber = connect("subscriber");
    this.#subscriber.on("message", (_channel, text: string) => this.#hear(text));
    // It subscribes again by itself whenever Redis is back.
    this.#subscriber.subscribe(this.#channel).catch((thrown: unknown) => this.#note(thrown));
  }

  /** Call it after the commit. */
  tell(topics: readonly Topic[]): void {
    for (const topic of topics) this.#spread(topic);
    if (this.#publisher === null) return;
    if (this.#outgoing.size === 0) setImmediate(() => this.#flush());
    for (const topic of topics) this.#outgoing.add(topic);
  }

  /** Carries a transient to whoever listens to the group now; it is stored nowhere. */
  transient(group: GroupId, row: TransientRow, from: PeerId | null = null): void {
    const transient = { row, from };
    this.#spread(groupTopic(group), transient);
    this.#publish({ topics: [groupTopic(group)], transient });
  }

  /**
   * The listener is called until `stop`; it must not throw, and may be called without need. Listen first and look
   * afterwards, so that nothing falls between.
   */
  listen(topics: Iterable<Topic>, listener: NewsListener): () => void {
    const heard = [...new Set(topics)];
    for (const topic of heard) {
      const present = this.#listeners.get(topic);
      if (present) present.add(listener);
      else this.#listeners.set(topic, new Set([listener]));
    }
    this.#lookWhileNeeded();
    return () => {
      for (const topic of heard) {
        const present = this.#listeners.get(topic);
        if (present?.delete(listener) !== true || present.size > 0) continue;
        this.#listeners.delete(topic);
        this.#seen.delete(topic);
      }
      this.#lookWhileNeeded();
    };
  }

  /** Topics that somebody listens to. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Nothing is told from here on. */
  close(): void {
    this.#listeners.clear();
    this.#lookWhileNeeded();
    for (const redis of [this.#subscriber, this.#publisher]) redis?.disconnect();
  }

  #spread(topic: Topic, transient?: Transient): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(topic, transient);
  }

  #flush(): void {
    const topics = [...this.#outgoing];
    this.#outgoing.clear();
    this.#publish({ topics });
  }

  #publish(message: { readonly topics: readonly Topic[]; readonly transient?: Transient }): void {
    this.#publisher
      ?.publish(this.#channel, JSON.stringify({ by: this.#self, ...message }))
      .catch((thrown: unknown) => this.#note(thrown));
  }

  #hear(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (thrown) {
      this.#note(thrown);
      return;
    }
    const read = messageForm.safeParse(value);
    if (!read.success || read.data.by === this.#self) return;
    const { topics, transient } = read.data;
    for (const topic of topics) this.#spread(topic, transient as Transient | undefined);
  }

  /** Lost news are late, not gone. */
  #note(thrown: unknown): void {
    this.#options.log.debug({ err: thrown }, "news did not cross between processes");
  }

  #lookWhileNeeded(): void {
    const needed = this.#options.store.dialect === "postgres" && this.#listeners.size > 0;
    if (needed && this.#look === null) {
      this.#look = setInterval(() => void this.#lookAtHeads(), this.#options.lookEveryMs ?? LOOK_EVERY);
    } else if (!needed && this.#look !== null) {
      clearInterval(this.#look);
      this.#look = null;
      this.#seen = new Map();
    }
  }

  /** A topic that is seen for the first time is told as well: it may have changed before it was looked at. */
  async #lookAtHeads(): Promise<void> {
    if (this.#looking || this.#subscriber?.status === "ready") return;
    this.#looking = true;
    try {
      for (const [topic, state] of await this.#states()) {
        if (!this.#listeners.has(topic) || this.#seen.get(topic) === state) continue;
        this.#seen.set(topic, state);
        this.#spread(topic);
      }
    } catch (thrown) {
      this.#options.log.warn({ err: asGatewayError(thrown) }, "the heads of groups cannot be looked at");
    } finally {
      this.#looking = false;
    }
  }

  async #states(): Promise<ReadonlyMap<Topic, string>> {
    const { store } = this.#options;
    const ids = (kind: "group" | "peer"): number[] =>
      [...this.#listeners.keys()].flatMap((topic) =>
        topic.startsWith(`${kind}:`) ? [Number(topic.slice(kind.length + 1))] : [],
      );
    const groups = await store.read(headsOf(ids("group") as GroupId[]));
    const peers = await store.read(lastSubmissions(ids("peer") as PeerId[]));
    return new Map([
      ...[...groups].map(([group, state]) => [groupTopic(group), state] as const),
      ...[...peers].map(([peer, last]) => [peerTopic(peer), String(last)] as const),
    ]);
  }
}
