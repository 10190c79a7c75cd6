/** A room that is behind its group's log: it is told so once, and given what waits as its policy says. */
import { headSeq } from "../store/units/backlog.ts";
import type { LogEntry, OutboxBinding } from "../store/units/outbox.ts";
import { nextDigests } from "./digest-run.ts";
import { hasWaited, isBehind, lagNotice } from "./lag-notice.ts";
import type { LaneRun } from "./lane-run.ts";
import { mayStandThere } from "./outbox-restored.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";

/**
 * What is to be done with entries that come next. `all`: they are delivered. `one`: the first of them, since what follows
 * may be told in short. `later`: nothing before all calls under way are decided. `queued`: something was written down
 * that goes out before them. `lost`: another process has the lane.
 */
export type Turn = "all" | "one" | "later" | "queued" | "lost";

export class Backlog {
  readonly #options: OutboxLaneOptions;
  readonly #run: LaneRun;
  readonly #binding: OutboxBinding;
  #told: boolean;

  constructor(options: OutboxLaneOptions, run: LaneRun, binding: OutboxBinding) {
    this.#options = options;
    this.#run = run;
    this.#binding = binding;
    this.#told = binding.lagToldAt !== null;
  }

  /** `after`: the place before the first of the entries. `idle`: no call is under way, or waits to be settled. */
  async turn(next: readonly LogEntry[], after: number, idle: boolean): Promise<Turn> {
    const [first] = next;
    const { store, limits, now, policies } = this.#options;
    if (!first || first.originBinding === this.#binding.id) return "all";
    // What may stand there already is asked for one by one.
    if (mayStandThere(this.#binding, first, now())) return "all";
    const at = now();
    const age = at - first.receivedAt;
    if (!hasWaited(age, limits)) return "all";
    const waiting = (await store.read(headSeq(this.#binding.group))) - after;
    if (!isBehind(age, waiting, limits)) return "all";
    const { backlog } = await policies.of(this.#binding.id);
    if (this.#told) return backlog === "each" ? "all" : this.#tellInShort(after, idle);
    const { fence } = this.#run.held;
    if (!(await this.#run.held.hold())) return "lost";
    const text = lagNotice({ waiting, since: first.originAt }, backlog, at);
    const told = await store.write("tellLag", { fence, binding: this.#binding.id, text, at });
    this.#told = true;
    return told ? "queued" : this.turn(next, after, idle);
  }

  /** The room has caught up. False: another process has the lane. */
  async end(): Promise<boolean> {
    if (!this.#told) return true;
    const { fence } = this.#run.held;
    if (!(await this.#run.held.hold())) return false;
    await this.#options.store.write("endLag", { fence, binding: this.#binding.id });
    this.#told = false;
    return true;
  }

  /** Whatever is under way comes before it, so all that is decided first. */
  async #tellInShort(after: number, idle: boolean): Promise<Turn> {
    if (!idle) return "later";
    const { store, now, policies, log } = this.#options;
    const { id: binding, native: room } = this.#binding;
    const policy = await policies.of(binding);
    const run = await nextDigests(this.#options, this.#binding, policy, after);
    if (run === null) return "one";
    const { fence } = this.#run.held;
    if (!(await this.#run.held.hold())) return "lost";
    await store.write("writeDigests", { fence, binding, ...run, at: now() });
    log.info(
      { room, events: run.intendedSeq - after, messages: run.digests.length },
      "a backlog is told in short",
    );
    return "queued";
  }
}
