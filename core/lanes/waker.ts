/**
 * Wakes lanes after a commit. `direct`: in this process where it may run the lane and has room, by a job where it may
 * not, is full, or the lane is put off. `queue`: always by a job. Never awaited, never throws: what gets lost here is
 * found by the sweep.
 */
import type { Milliseconds } from "../time.ts";
import type { AccountId } from "../ids.ts";
import type { LaneKey } from "./lane-key.ts";
import type { LaneRunner } from "./lane-runner.ts";
import type { Poke } from "./lane-run.ts";

export type Wake = (lane: LaneKey, account: AccountId, poke: Poke) => void;

/** Where wake-ups go that this process does not run itself. */
export interface WakeQueue {
  add(lane: LaneKey, account: AccountId): void;
  addDelayed(lane: LaneKey, account: AccountId, wait: Milliseconds): void;
}

export interface WakerOptions {
  readonly mode: "direct" | "queue";
  readonly runner: LaneRunner;
  /** null: there is no Redis. */
  readonly queue: WakeQueue | null;
  /** Whether this process may run the account's lanes now. */
  readonly mayRun: (account: AccountId) => boolean;
}

export class Waker {
  readonly #options: WakerOptions;

  constructor(options: WakerOptions) {
    this.#options = options;
  }

  readonly wake: Wake = (lane, account, poke) => {
    const { mode, runner, queue, mayRun } = this.#options;
    const here = mayRun(account) && (runner.isRunning(lane) || !runner.full);
    if (here && (mode === "direct" || queue === null || poke === "queued")) this.runHere(lane, account, poke);
    else queue?.add(lane, account);
  };

  /** Runs the lane in this process; put off, it comes back when its time has come. One that runs already is only poked. */
  runHere(lane: LaneKey, account: AccountId, poke: Poke): void {
    const { queue, runner } = this.#options;
    const runs = runner.isRunning(lane);
    const ended = runner.run(lane, poke);
    // Whoever has started it sees to what becomes of it: a run lasts as long as the room is busy.
    if (runs) return;
    void ended.then((outcome) => {
      if (outcome.kind !== "put-off") return;
      if (queue) queue.addDelayed(lane, account, outcome.wait);
      else setTimeout(() => this.runHere(lane, account, "more"), outcome.wait).unref();
    });
  }
}
