/** How many events Slack sends to an app of one workspace: https://docs.slack.dev/apis/events-api/#rate-limiting */
import type { SimulatedClock } from "../clock.ts";

const HOUR_MS = 3_600_000;

interface Count {
  since: number;
  events: number;
  /** The last minute that the app was told of, in seconds since 1970. */
  told: number;
  /** None before this time. */
  blockedUntil: number;
}

export class EventQuota {
  readonly #anHour: number;
  readonly #clock: SimulatedClock;
  readonly #counts = new Map<string, Count>();

  constructor(anHour: number, clock: SimulatedClock) {
    this.#anHour = anHour;
    this.#clock = clock;
  }

  /** Whether one more event may be sent; counts it. */
  take(team: string): boolean {
    const count = this.#count(team);
    const now = this.#clock.now();
    if (now - count.since >= HOUR_MS) Object.assign(count, { since: now, events: 0 });
    if (now < count.blockedUntil) return false;
    count.events += 1;
    return count.events <= this.#anHour;
  }

  /** No more events until the end of this minute. */
  exhaust(team: string): void {
    this.#count(team).blockedUntil = (this.#minute() + 60) * 1_000;
  }

  /** The minute, in seconds since 1970, that the app is to be told of; null: it was. */
  announce(team: string): number | null {
    const count = this.#count(team);
    const minute = this.#minute();
    if (count.told === minute) return null;
    count.told = minute;
    return minute;
  }

  #minute(): number {
    return Math.floor(this.#clock.now() / 60_000) * 60;
  }

  #count(team: string): Count {
    const found = this.#counts.get(team) ?? { since: this.#clock.now(), events: 0, told: 0, blockedUntil: 0 };
    this.#counts.set(team, found);
    return found;
  }
}
