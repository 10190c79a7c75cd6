/**
 * Wake-up jobs on BullMQ: they carry a lane's key and nothing else. BullMQ spreads lanes over processes, puts them
 * off and shows them to operators. It is never the lock (that is the lease in SQL) and never the only thing that
 * restarts a lane (that is the sweep).
 */
import { setTimeout as pause } from "node:timers/promises";
import { DelayedError, type Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Milliseconds } from "../time.ts";
import type { AccountId } from "../ids.ts";
import type { Logger } from "../log.ts";
import { type LaneKey, parseLane } from "./lane-key.ts";
import type { LaneRunner } from "./lane-runner.ts";
import type { WakeQueue } from "./waker.ts";

const QUEUE = "lanes";
/** Queues for the lanes that any process may run; each has a hash tag, so that a cluster spreads them. */
const SHARED_QUEUES = 4;
/** Jobs of one queue that a process runs at once. A lane that waits for a receipt costs a promise. */
const CONCURRENCY = 100;
/** How long a worker's end is waited for. */
const CLOSED_WITHIN_MS = 2_000;

export interface WakeQueueOptions {
  /** Makes a connection for producers (fails fast) or for workers (waits for ever). */
  readonly connect: (use: "producer" | "worker") => Redis;
  readonly runner: LaneRunner;
  readonly log: Logger;
  /** Accounts whose lanes only the holder of their connection may run. */
  readonly connected: ReadonlySet<AccountId>;
}

interface WakeJob {
  readonly lane: LaneKey;
}

export class BullWakeQueue implements WakeQueue {
  readonly #options: WakeQueueOptions;
  readonly #queues = new Map<string, Queue<WakeJob>>();
  readonly #workers = new Map<string, { readonly worker: Worker<WakeJob>; readonly connection: Redis }>();
  readonly #producer: Redis;
  readonly #pending = new Map<LaneKey, AccountId>();
  #due = false;

  constructor(options: WakeQueueOptions) {
    this.#options = options;
    this.#producer = options.connect("producer");
    this.#producer.on("error", (error: Error) => options.log.debug({ err: error }, "Redis"));
  }

  /** Works on the lanes that any process may run. */
  workShared(): void {
    for (let i = 0; i < SHARED_QUEUES; i++) this.#work(sharedPrefix(i));
  }

  /** Works on an account's lanes, as long as this process holds its connection. */
  workAccount(account: AccountId): void {
    this.#work(accountPrefix(account));
  }

  async leaveAccount(account: AccountId): Promise<void> {
    await this.#stopWork(accountPrefix(account));
  }

  add(lane: LaneKey, account: AccountId): void {
    // A set: a lane that is woken a thousand times before the next turn is one job.
    this.#pending.set(lane, account);
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      for (const [key, of] of this.#pending) this.#add(key, of, 0);
      this.#pending.clear();
    });
  }

  addDelayed(lane: LaneKey, account: AccountId, wait: Milliseconds): void {
    this.#add(lane, account, Math.ceil(wait));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.keys()].map((prefix) => this.#stopWork(prefix)));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#producer.disconnect();
  }

  #add(lane: LaneKey, account: AccountId, delay: Milliseconds): void {
    const deduplication = { id: lane, keepLastIfActive: true };
    const options = { deduplication, delay, attempts: 1, removeOnComplete: true, removeOnFail: true };
    this.#queue(this.#prefix(lane, account))
      .add("wake", { lane }, options)
      .catch((error: unknown) => this.#options.log.debug({ lane, err: error }, "a wake-up was lost"));
  }

  #prefix(lane: LaneKey, account: AccountId): string {
    return this.#options.connected.has(account) ? accountPrefix(account) : sharedPrefix(laneHash(lane));
  }

  #queue(prefix: string): Queue<WakeJob> {
    let queue = this.#queues.get(prefix);
    if (!queue) {
      queue = new Queue<WakeJob>(QUEUE, { connection: this.#producer, prefix, skipVersionCheck: true });
      queue.on("error", (error) => this.#options.log.debug({ err: error }, "Redis"));
      this.#queues.set(prefix, queue);
    }
    return queue;
  }

  #work(prefix: string): void {
    const connection = this.#options.connect("worker");
    const worker = new Worker<WakeJob>(QUEUE, (job, token) => this.#process(job, token), {
      connection,
      prefix,
      concurrency: CONCURRENCY,
      // Short locks are safe: the lease in SQL is the lock. A dead worker's job is found soon, and never given up.
      lockDuration: 10_000,
      stalledInterval: 5_000,
      maxStalledCount: 1e9,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on("error", (error) => this.#options.log.debug({ err: error }, "BullMQ worker"));
    this.#workers.set(prefix, { worker, connection });
  }

  /**
   * Waits for the jobs under way, which end as their lanes do; where Redis is away there is nobody to end them with,
   * and BullMQ would wait for its return. It leaves a connection that it was given open.
   */
  async #stopWork(prefix: string): Promise<void> {
    const working = this.#workers.get(prefix);
    if (!working) return;
    this.#workers.delete(prefix);
    const { worker, connection } = working;
    const closed = worker.close(connection.status !== "ready").then(() => true);
    // A Redis that hangs is given up; only the ends of the jobs are lost with it.
    if (!(await Promise.race([closed, pause(CLOSED_WITHIN_MS, false, { ref: false })])))
      worker.disconnect().catch((error: unknown) => this.#options.log.debug({ err: error }, "Redis"));
    connection.disconnect();
  }

  async #process(job: Job<WakeJob>, token: string | undefined): Promise<void> {
    parseLane(job.data.lane);
    const outcome = await this.#options.runner.run(job.data.lane);
    if (outcome.kind !== "put-off") return;
    await job.moveToDelayed(Date.now() + Math.ceil(outcome.wait), token);
    throw new DelayedError();
  }
}

const sharedPrefix = (number: number): string => `{mimi:${number}}`;
const accountPrefix = (account: AccountId): string => `{mimi:account-${account}}`;

/** Any spread will do, as long as all processes agree on it. */
function laneHash(lane: LaneKey): number {
  let hash = 0;
  for (let i = 0; i < lane.length; i++) hash = (hash * 31 + lane.charCodeAt(i)) >>> 0;
  return hash % SHARED_QUEUES;
}
