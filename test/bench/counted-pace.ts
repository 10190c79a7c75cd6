/** The bridge's own pace on a clock that is moved on instead of waited for, so that what Slack's tiers ask is counted. */
import type { Milliseconds } from "../../core/time.ts";
import { LocalPace } from "../../core/pace.ts";
import { CallBudget, type Pace } from "../../bridges/slack/limits.ts";
import type { SimulatedClock } from "../slack/clock.ts";

export class CountedPace implements Pace {
  /** Calls that were let go. */
  calls = 0;
  /** Calls that Slack refused with 429. */
  refusals = 0;
  /** Time that was not slept. */
  waitedMs: Milliseconds = 0;
  readonly #clock: SimulatedClock;
  readonly #budget: CallBudget;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
    this.#budget = new CallBudget(new LocalPace(() => clock.now()));
  }

  async take(method: string, channel: string | null, most: Milliseconds): Promise<Milliseconds> {
    const wait = await this.#budget.take(method, channel, most);
    if (wait > most) return wait;
    this.calls += 1;
    if (wait > 0) {
      this.waitedMs += wait;
      this.#clock.advance(wait);
    }
    return 0;
  }

  async refused(method: string, channel: string | null, wait: Milliseconds): Promise<void> {
    this.refusals += 1;
    await this.#budget.refused(method, channel, wait);
  }
}
