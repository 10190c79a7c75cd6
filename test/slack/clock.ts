/** The simulator's time: it runs like the machine's or stands still, and can be moved on by any length at once. */
import type { Milliseconds } from "../../core/time.ts";

interface Alarm {
  readonly at: Milliseconds;
  readonly nth: number;
  readonly ring: () => void;
}

export class SimulatedClock {
  readonly #alarms = new Set<Alarm>();
  /** Null: it runs. */
  readonly #standing: Milliseconds | null;
  #ahead: Milliseconds = 0;
  #set = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `standingAt`: the time moves only by `advance`. */
  constructor(standingAt: Milliseconds | null = null) {
    this.#standing = standingAt;
  }

  /** Milliseconds since 1970-01-01 UTC. */
  now(): Milliseconds {
    return (this.#standing ?? Date.now()) + this.#ahead;
  }

  /** Rings once, at the earliest after so long. Returns what calls it off. */
  after(ms: Milliseconds, ring: () => void): () => void {
    const alarm = { at: this.now() + ms, nth: (this.#set += 1), ring };
    this.#alarms.add(alarm);
    this.#wait();
    return () => {
      this.#alarms.delete(alarm);
    };
  }

  /** Lets so much time pass at once; what was due in it rings in order, each at its own time. */
  advance(ms: Milliseconds): void {
    const end = this.#ahead + ms;
    const until = this.now() + ms;
    for (let next = this.#next(); next !== null && next.at <= until; next = this.#next()) {
      this.#ahead += Math.max(0, Math.min(next.at - this.now(), end - this.#ahead));
      this.#ring(next);
    }
    this.#ahead = end;
    this.#wait();
  }

  /** Nothing rings any more. */
  stop(): void {
    this.#alarms.clear();
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (next === null || this.#standing !== null) return;
    this.#timer = setTimeout(() => this.#due(), Math.max(0, next.at - this.now()));
  }

  #due(): void {
    for (let next = this.#next(); next !== null && next.at <= this.now(); next = this.#next())
      this.#ring(next);
    this.#wait();
  }

  #ring(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    alarm.ring();
  }

  #next(): Alarm | null {
    let first: Alarm | null = null;
    for (const alarm of this.#alarms) {
      if (first === null || alarm.at < first.at || (alarm.at === first.at && alarm.nth < first.nth))
        first = alarm;
    }
    return first;
  }
}
