/** Whether what waits for a room, and what was said in it, goes on, and whether its account takes part in it. */
import type { Limits } from "../limits.ts";
import type { Milliseconds } from "../time.ts";

/** How far a lane of a room is: what the next thing on it is; null: nothing waits. */
export type Place = number | null;

/** How a room is at a look. */
export interface RoomSeen {
  /** Up to where it was given the log, where more waits. */
  readonly out: Place;
  /** Since when the oldest thing that came from it waits for its place in the log. */
  readonly in: Place;
  /** Why the account does not take part in it; null: it does. */
  readonly fault: string | null;
  /** Why its lanes were put off; null: they are not. */
  readonly error: string | null;
}

export type RoomVerdict =
  | { readonly state: "well" | "waiting" }
  | { readonly state: "silent"; readonly since: Milliseconds; readonly why: string };

export class RoomWatch {
  readonly #limits: Pick<Limits, "roomSilentMs">;
  readonly #now: () => Milliseconds;
  readonly #out = new Standstill();
  readonly #in = new Standstill();
  readonly #fault = new Standstill();
  /** When it was last found silent. */
  #silentAt = -Infinity;

  constructor(limits: Pick<Limits, "roomSilentMs">, now: () => Milliseconds) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Begins anew: nothing could go on for a while, and that was not the room's doing. */
  begin(): void {
    for (const one of [this.#out, this.#in, this.#fault]) one.begin();
  }

  /**
   * To be called every few seconds, as long as the account is well and the room not paused. However much waits: as long as it
   * goes on, the room is not silent. One that was is well only when it has not been for as long as that takes: else one that
   * gets something in only now and then would be well and silent by turns.
   */
  look(seen: RoomSeen): RoomVerdict {
    const at = this.#now();
    this.#out.look(seen.out, at);
    this.#in.look(seen.in, at);
    // Whatever the reason: it may change from one look to the next.
    this.#fault.look(seen.fault === null ? null : 0, at);
    const since = Math.min(this.#out.since, this.#in.since, this.#fault.since);
    const { roomSilentMs } = this.#limits;
    if (at - since >= roomSilentMs) {
      this.#silentAt = at;
      return { state: "silent", since, why: this.#why(seen) };
    }
    if (at - this.#silentAt < roomSilentMs) return { state: "waiting" };
    const goesOn = this.#fault.isFree && this.#out.goesOn && this.#in.goesOn;
    return { state: goesOn ? "well" : "waiting" };
  }

  #why({ fault, error }: RoomSeen): string {
    if (fault !== null) return fault;
    if (error !== null) return error;
    const what =
      this.#out.since <= this.#in.since ? "waits for it is not delivered" : "was said there is not carried";
    return `what ${what}`;
  }
}

/** Since when the same thing is the next one. */
class Standstill {
  #place: Place = null;
  #since = Infinity;
  #moved = false;

  /** Infinity: nothing stands still. */
  get since(): Milliseconds {
    return this.#since;
  }

  get isFree(): boolean {
    return this.#place === null;
  }

  /** Whether nothing waits, or something has gone since the last look. */
  get goesOn(): boolean {
    return this.isFree || this.#moved;
  }

  begin(): void {
    this.#place = null;
    this.#since = Infinity;
  }

  look(place: Place, at: Milliseconds): void {
    this.#moved = this.#place !== null && this.#place !== place;
    if (place === null) this.#since = Infinity;
    else if (place !== this.#place) this.#since = at;
    this.#place = place;
  }
}
