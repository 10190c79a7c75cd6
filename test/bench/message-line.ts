/** One run of numbered messages from a room to the room that it is bridged with: who says them, who hears them, when. */
import type { LeanClient } from "./lean-client.ts";

export class MessageLine {
  readonly #name: string;
  readonly #speaker: LeanClient;
  readonly #room: string;
  readonly #saidAt: number[] = [];
  #reflectedNext = 0;
  #arrivedNext = 0;
  #reflectedCount = 0;
  #arrivedCount = 0;
  #faults = 0;
  #reflections: number[] = [];
  #arrivals: number[] = [];
  /** Called at each arrival. */
  onArrival: () => void = () => undefined;

  constructor(name: string, speaker: LeanClient, room: string) {
    this.#name = name;
    this.#speaker = speaker;
    this.#room = room;
  }

  /** How many have been said and have not arrived. */
  get underWay(): number {
    return this.#saidAt.length - this.#arrivedCount;
  }

  /** Messages that are missing on either side, came again or out of order. */
  get faults(): number {
    const lost = Math.max(0, this.underWay) + Math.max(0, this.#saidAt.length - this.#reflectedCount);
    return lost + this.#faults;
  }

  say(): void {
    const number = this.#saidAt.length;
    this.#saidAt.push(performance.now());
    this.#speaker.say(this.#room, this.#name, number);
  }

  reflected(number: number, at: number): void {
    if (number !== this.#reflectedNext) this.#faults += 1;
    this.#reflectedNext = number + 1;
    this.#reflectedCount += 1;
    this.#reflections.push(at - (this.#saidAt[number] ?? Number.NaN));
  }

  arrived(number: number, at: number): void {
    if (number !== this.#arrivedNext) this.#faults += 1;
    this.#arrivedNext = number + 1;
    this.#arrivedCount += 1;
    this.#arrivals.push(at - (this.#saidAt[number] ?? Number.NaN));
    this.onArrival();
  }

  /** Milliseconds from saying to the reflection and to the arrival, since the last call. */
  takeLatencies(): { readonly reflections: readonly number[]; readonly arrivals: readonly number[] } {
    const taken = { reflections: this.#reflections, arrivals: this.#arrivals };
    this.#reflections = [];
    this.#arrivals = [];
    return taken;
  }
}
