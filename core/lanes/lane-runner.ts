import type { Logger } from "../log.ts";
import type { Milliseconds } from "../time.ts";
import { asGatewayError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { readLane } from "../store/units/lanes.ts";
import { backoffMs } from "./backoff.ts";
import type { HeldLane } from "./held-lane.ts";
import type { LaneKey } from "./lane-key.ts";
import { type LaneOutcome, LaneRun, left, type Poke } from "./lane-run.ts";

/** The work of a lane, and the right to do it: null where this process may not run it. */
export interface LaneWork {
  readonly held: HeldLane;
  /** True: the lane's own lease, to be let go when it is caught up. False: its account's, which is kept. */
  readonly own: boolean;
  /** How often it has failed in a row before. */
  readonly failures: number;
  /** How often it had been pulled forward before. */
  readonly pulls: number;
  run(run: LaneRun): Promise<LaneOutcome>;
}

export interface RunnerOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly slots: number;
  /**
   * How long a lane that is caught up is kept for what comes next, which then needs no claim. Left out: not at all, as where
   * another process may have to take it.
   */
  readonly lingerMs?: Milliseconds;
  readonly find: (lane: LaneKey) => Promise<LaneWork | null>;
}

/** Runs lanes of this process, each once at a time. */
export class LaneRunner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<
    LaneKey,
    { run: LaneRun | null; poke: Poke | null; ended: Promise<LaneOutcome> }
  >();
  #stopping = false;
  /** Lanes that are kept, and do nothing. */
  #lingering = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Whether another lane could start now. */
  get full(): boolean {
    return this.#running.size - this.#lingering >= this.#options.slots;
  }

  isRunning(lane: LaneKey): boolean {
    return this.#running.has(lane);
  }

  /**
   * Runs the lane, or tells its present run that there is more. Never rejects. Whoever has started a run that ends with
   * `put-off` sees to it that the lane runs again when its time has come; the sweep would find it a little later.
   */
  run(lane: LaneKey, poke: Poke = "more"): Promise<LaneOutcome> {
    const running = this.#running.get(lane);
    if (running) {
      running.poke = poke;
      running.run?.poke(poke);
      return running.ended;
    }
    if (this.#stopping) return Promise.resolve(left);
    const entry: { run: LaneRun | null; poke: Poke | null; ended: Promise<LaneOutcome> } = {
      run: null,
      poke: null,
      ended: Promise.resolve(left),
    };
    this.#running.set(lane, entry);
    entry.ended = this.#runToEnd(lane, entry).finally(() => this.#running.delete(lane));
    void entry.ended.then((outcome) => {
      // A poke that came while the run was already ending: also one that pulled the lane forward as it was put off.
      if (outcome.kind !== "left" && (entry.run?.poked ?? false)) void this.run(lane, poke);
    });
    return entry.ended;
  }

  /** No new runs; those under way end where nothing is in flight. */
  async stop(lanes: (lane: LaneKey) => boolean = () => true): Promise<void> {
    const ending = [...this.#running].filter(([lane]) => lanes(lane));
    for (const [, { run }] of ending) run?.stop();
    await Promise.all(ending.map(([, { ended }]) => ended));
  }

  /** `stop` for good. */
  async close(): Promise<void> {
    this.#stopping = true;
    await this.stop();
  }

  async #runToEnd(lane: LaneKey, entry: { run: LaneRun | null; poke: Poke | null }): Promise<LaneOutcome> {
    let work: LaneWork | null = null;
    try {
      work = await this.#options.find(lane);
      if (!work) return left;
      const run = new LaneRun(lane, work.held);
      entry.run = run;
      if (this.#stopping) return left;
      if (entry.poke) run.poke(entry.poke);
      for (;;) {
        run.takeMore();
        const outcome = await work.run(run);
        if (outcome.kind === "put-off") {
          run.takeMore();
          const off = await this.#putOff(lane, work, outcome);
          if (off !== null) return off;
          if (run.stopping) return left;
          // Pulled forward since it was claimed, maybe long ago: it is tried once more, by what holds now.
          const { failures, pulls } = await this.#options.store.read(readLane(lane));
          // Not so: the lane is gone, with its room.
          if (pulls === work.pulls) return left;
          work = { ...work, failures, pulls };
          continue;
        }
        if (outcome.kind === "left" || run.stopping) return left;
        if (work.own && work.failures === 0) await this.#linger(run);
        if (run.stopping) return left;
        // A poke between the last read and here is a reason to look again.
        if (run.poked || (work.own && !(await work.held.releaseIfCaughtUp()))) continue;
        if (work.failures > 0) await this.#options.store.write("pullLaneForward", lane);
        return outcome;
      }
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (error.code === "lane_lost") return left;
      // The store itself failed, or the gateway has a fault: nothing can be written about it here. The sweep
      // tries again.
      this.#options.log.error({ lane, err: error }, "a lane stopped with an error");
      return left;
    } finally {
      if (work?.own && !work.held.lost) await this.#letGo(lane, work.held);
    }
  }

  async #linger(run: LaneRun): Promise<void> {
    const { lingerMs = 0 } = this.#options;
    if (lingerMs === 0 || run.poked) return;
    this.#lingering += 1;
    await run.changedWithin(lingerMs);
    this.#lingering -= 1;
  }

  /** null: it was pulled forward since `pulls`, and is not put off. */
  async #putOff(
    lane: LaneKey,
    work: LaneWork,
    outcome: Extract<LaneOutcome, { kind: "put-off" }>,
  ): Promise<LaneOutcome | null> {
    const { store, log } = this.#options;
    const failures = outcome.failure ? work.failures + 1 : work.failures;
    const wait = Math.ceil(Math.max(outcome.wait, outcome.failure ? backoffMs(failures) : 0));
    const { pulls, held } = work;
    const input = { fence: held.fence, lane, wait, failures, error: outcome.error, pulls };
    if (!(await store.write("putOffLane", input))) return null;
    log.info({ lane, wait, failures, error: outcome.error }, "a lane is put off");
    return { ...outcome, wait };
  }

  async #letGo(lane: LaneKey, held: HeldLane): Promise<void> {
    try {
      await held.release();
    } catch (thrown) {
      this.#options.log.warn(
        { lane, err: asGatewayError(thrown) },
        "a lease could not be let go; it runs out",
      );
    }
  }
}
