/**
 * Looks through rooms for what may have been made long ago, as after a restore: one look answers for all deliveries of a room,
 * which would else have it read anew for each.
 */
import type { Milliseconds } from "../time.ts";

/** What was made later than this may still be on its way into the room: it is looked for anew each time. */
export const SETTLED_MS: Milliseconds = 10 * 60_000;
/** For so long after its end a look answers. */
const KEPT_MS: Milliseconds = 30 * 60_000;

interface Scan<Found> {
  readonly from: Milliseconds;
  readonly begun: Milliseconds;
  readonly found: Found;
}

export class PastScans<Found> {
  readonly #scans = new Map<string, Scan<Found>>();
  readonly #now: () => Milliseconds;

  constructor(now: () => Milliseconds = Date.now) {
    this.#now = now;
  }

  /** Whether a call that was made at that time is in its room by now, if it ever is. */
  isPast(at: Milliseconds): boolean {
    return at + SETTLED_MS <= this.#now();
  }

  /** What there is in a place since a call was made: of an earlier look, or by `scan`, and as it rejects. */
  async since(place: string, at: Milliseconds, scan: () => Promise<Found>): Promise<Found> {
    const last = this.#scans.get(place);
    if (last && at >= last.from && at + SETTLED_MS <= last.begun) return last.found;
    const begun = this.#now();
    const found = await scan();
    if (at + SETTLED_MS > begun) return found;
    const kept = { from: at, begun, found };
    this.#scans.set(place, kept);
    setTimeout(() => {
      if (this.#scans.get(place) === kept) this.#scans.delete(place);
    }, KEPT_MS).unref();
    return found;
  }
}
