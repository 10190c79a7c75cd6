import type { DeliveryError } from "../bridge/outbound.ts";
import { step } from "../steps.ts";
import { type LogEntry, logAfter, type OutboxBinding } from "../store/units/outbox.ts";
import type { Settled } from "../store/units/progress.ts";
import { Backlog, type Turn } from "./backlog.ts";
import { caughtUp, type LaneOutcome, type LaneRun, left } from "./lane-run.ts";
import { giveUp } from "./outbox-give-up.ts";
import { asDeliveryError, putOffFor, whyUnplanned } from "./outbox-fault.ts";
import type { Seq } from "../ids.ts";
import { intentOf, type OutboxItem, planEntry, settledOf } from "./outbox-item.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";
import { mayStandThere, madeSince, sharesKey } from "./outbox-restored.ts";
import { type Told, toldOf, waitsForCalls } from "./outbox-told.ts";
import type { RoomPolicy } from "../policy/room-policy.ts";
import { readForRoom } from "./room-reading.ts";

/** Entries that are read at once, and how long they may wait: what is erased or renamed meanwhile is not seen. */
const AHEAD = 16;
const AHEAD_MS = 500;

interface Planned {
  readonly seq: Seq;
  readonly items: readonly OutboxItem[];
  /** Whether the room may have been given it in what a backup does not know. */
  readonly asked: boolean;
}

/**
 * Delivers new entries of the log with up to `window` calls under way. One commit carries the receipts that have come
 * and the intents of the calls that leave next, in order, as the window allows.
 */
export class OutboxStream {
  readonly #options: OutboxLaneOptions;
  readonly #run: LaneRun;
  readonly #binding: OutboxBinding;
  #next: number;
  #inFlight = 0;
  /** Calls whose intents are written, and that have not left. */
  #waiting: OutboxItem[] = [];
  #settled: Settled[] = [];
  #refused: { item: OutboxItem; error: DeliveryError }[] = [];
  /** A fault that stops the sending until those under way are decided. */
  #blocked: DeliveryError | null = null;
  #queued: { seq: number; step: number; tried: boolean }[] = [];
  readonly #backlog: Backlog;
  /** What was read of the log with an entry before it, and when. */
  #ahead: readonly LogEntry[] = [];
  #aheadAt = 0;

  constructor(options: OutboxLaneOptions, run: LaneRun, binding: OutboxBinding) {
    this.#options = options;
    this.#run = run;
    this.#binding = binding;
    this.#next = binding.intendedSeq;
    this.#backlog = new Backlog(options, run, binding);
  }

  /** `queued`: something waits out of turn. However it ends, nothing is under way any more. */
  async run(): Promise<LaneOutcome | "queued"> {
    try {
      return await this.#stream();
    } finally {
      this.#waiting = [];
      while (this.#inFlight > 0) await this.#run.changed();
    }
  }

  async #stream(): Promise<LaneOutcome | "queued"> {
    let more = true;
    let queued = false;
    for (;;) {
      more = this.#run.takeMore() || more;
      queued = this.#run.takeQueued() || queued;
      const free = this.#blocked || queued || this.#run.stopping ? 0 : this.#free;
      const found: readonly LogEntry[] = more && free > 0 ? await this.#read(free) : [];
      const turn = await this.#turn(found);
      if (turn === "lost") return left;
      queued = queued || turn === "queued";
      const page = found.slice(0, turn === "all" ? free : turn === "one" ? 1 : 0);
      const planned = await this.#plan(page);
      // What waits for its target stays unread until then.
      if (more && free > 0 && found.length < Math.min(free, this.#options.limits.lanePage))
        more = planned.length < found.length;
      if (this.#settled.length > 0 || planned.length > 0) {
        if (!(await this.#commit(planned))) return left;
        continue;
      }
      const refused = this.#refused.shift();
      if (refused) {
        if (!(await this.#run.held.hold())) return left;
        await giveUp(this.#options, this.#run, this.#binding, refused.item, refused.error, false);
        continue;
      }
      if (this.#inFlight > 0) await this.#run.changed();
      else if (this.#blocked) return this.#putOff(this.#blocked);
      else if (queued) return "queued";
      else if (this.#run.stopping) return left;
      else return (await this.#backlog.end()) ? caughtUp : left;
    }
  }

  async #turn(found: readonly LogEntry[]): Promise<Turn> {
    try {
      return await this.#backlog.turn(found, this.#next, this.#inFlight + this.#settled.length === 0);
    } catch (thrown) {
      this.#blocked ??= whyUnplanned(thrown);
      return "later";
    }
  }

  /** A window of 1 would read the log for each entry anew, which costs more than all else that is done for it here. */
  async #read(free: number): Promise<readonly LogEntry[]> {
    const { store, limits } = this.#options;
    const limit = Math.min(free, limits.lanePage);
    const now = performance.now();
    const ahead = this.#ahead.filter(({ seq }) => seq > this.#next);
    if (ahead.length >= limit && now - this.#aheadAt < AHEAD_MS) return ahead.slice(0, limit);
    const query = { group: this.#binding.group, after: this.#next, limit: Math.max(limit, AHEAD) };
    this.#ahead = await store.read(logAfter(query));
    this.#aheadAt = now;
    return this.#ahead.slice(0, limit);
  }

  /**
   * The entries up to the first that refers to what may be under way still: its native id comes with its receipt; or that
   * can't be planned now.
   */
  async #plan(page: readonly LogEntry[]): Promise<readonly Planned[]> {
    const planned: Planned[] = [];
    for (const entry of page) {
      const read = await readForRoom(this.#options, this.#binding, entry);
      const waits = this.#inFlight > 0 || this.#settled.length > 0 || planned.length > 0;
      if (waits && waitsForCalls(read)) break;
      const told = await toldOf(this.#options, this.#binding, entry, read);
      const policy = await this.#options.policies.of(this.#binding.id);
      try {
        const items = this.#itemsOf(policy, entry, told);
        const asked = items.length > 0 && mayStandThere(this.#binding, entry, this.#options.now());
        // What is asked for is so before anything else is made, and only one at a time under one key.
        if (planned.some((before) => before.asked !== asked || sharesKey(before.items, items))) break;
        planned.push({ seq: entry.seq, items, asked });
      } catch (thrown) {
        this.#blocked ??= whyUnplanned(thrown);
        break;
      }
    }
    return planned;
  }

  #itemsOf(policy: RoomPolicy, entry: LogEntry, told: readonly Told[]): readonly OutboxItem[] {
    const { bridge, log } = this.#options;
    const { items, losses } = planEntry(bridge, this.#binding, policy, entry, told);
    for (const loss of losses)
      log.debug({ room: this.#binding.native, event: entry.id, ...loss }, "a delivery loses something");
    return items;
  }

  /** False: the lane is lost. */
  async #commit(planned: readonly Planned[]): Promise<boolean> {
    const { bridge, store, now } = this.#options;
    const items = planned.flatMap((entry) => entry.items);
    if (!(await this.#run.held.hold())) return false;
    if (items.length > 0) step("intend.begin");
    const settled = this.#settled.splice(0);
    if (settled.length > 0) step("settle.begin");
    const mark = bridge.mark(this.#binding.native);
    const asked = planned.some((entry) => entry.asked);
    const goesOn = await store.write("progress", {
      fence: this.#run.held.fence,
      binding: this.#binding.id,
      now: now(),
      settled,
      queued: [],
      intents: items.map((item) =>
        asked ? madeSince(this.#binding, intentOf(item, null)) : intentOf(item, mark),
      ),
      intendedSeq: planned.at(-1)?.seq ?? null,
    });
    // It was paused, by another process maybe: the room is to be looked at again. As it is for what may stand there.
    if (!goesOn || asked) this.#run.poke("queued");
    if (!goesOn) return true;
    if (items.length > 0) step("intend.done");
    this.#next = planned.at(-1)?.seq ?? this.#next;
    if (asked) return true;
    this.#waiting.push(...items);
    this.#leave();
    return true;
  }

  get #free(): number {
    return this.#options.bridge.window - this.#inFlight - this.#waiting.length;
  }

  /** Lets calls leave as far as the window allows. What comes after a fault was not made, and waits with it. */
  #leave(): void {
    while (!this.#blocked && this.#inFlight < this.#options.bridge.window) {
      const item = this.#waiting.shift();
      if (!item) return;
      this.#perform(item);
    }
    if (!this.#blocked) return;
    for (const { seq, part } of this.#waiting.splice(0)) this.#queued.push({ seq, step: part, tried: false });
  }

  #perform(item: OutboxItem): void {
    this.#inFlight += 1;
    this.#options.bridge
      .perform(item.step, item.context)
      .then(
        (receipt) => this.#settled.push(settledOf(item, receipt)),
        (thrown: unknown) => this.#failed(item, asDeliveryError(thrown)),
      )
      .finally(() => {
        this.#inFlight -= 1;
        this.#leave();
        this.#run.signal();
      });
  }

  #failed(item: OutboxItem, error: DeliveryError): void {
    if (error.certainty === "certain" && error.retry === "never") {
      this.#refused.push({ item, error });
      return;
    }
    // Certainly not made: it is made again without a question. Otherwise it stays intended, and is asked for.
    if (error.certainty === "certain")
      this.#queued.push({ seq: item.seq, step: item.part, tried: error.retry !== "after" });
    this.#blocked ??= error;
  }

  async #putOff(error: DeliveryError): Promise<LaneOutcome> {
    if (this.#queued.length > 0) {
      await this.#options.store.write("progress", {
        fence: this.#run.held.fence,
        binding: this.#binding.id,
        now: this.#options.now(),
        settled: [],
        queued: this.#queued,
        intents: [],
        intendedSeq: null,
      });
    }
    return putOffFor(error, this.#options.bridge.settleMs);
  }
}
