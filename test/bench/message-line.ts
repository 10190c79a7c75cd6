/** One run of numbered messages from a MUC to the room that it is bridged with, and their reflections in the MUC itself. */
import type { LeanClient } from "./lean-client.ts";
import { NumberedLine } from "./numbered-line.ts";

export class MessageLine extends NumberedLine {
  #reflectedNext = 0;
  #reflectedCount = 0;
  #disorder = 0;
  #reflections: number[] = [];

  constructor(name: string, speaker: LeanClient, room: string) {
    super((number) => speaker.say(room, name, number));
  }

  /** Messages that are missing on either side, came again or out of order. */
  override get faults(): number {
    return super.faults + Math.max(0, this.said - this.#reflectedCount) + this.#disorder;
  }

  reflected(number: number, at: number): void {
    if (number !== this.#reflectedNext) this.#disorder += 1;
    this.#reflectedNext = number + 1;
    this.#reflectedCount += 1;
    this.#reflections.push(at - this.saidAt(number));
  }

  /** Milliseconds from saying to the reflection and to the arrival, since the last call. */
  takeLatencies(): { readonly reflections: readonly number[]; readonly arrivals: readonly number[] } {
    const reflections = this.#reflections;
    this.#reflections = [];
    return { reflections, arrivals: this.takeArrivals() };
  }
}
