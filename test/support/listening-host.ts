/** A host of no rooms that notes what is handed over to it. */
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { QuietHost } from "./quiet-host.ts";

export class ListeningHost extends QuietHost {
  readonly accepted: AcceptBatch[] = [];
  readonly readied: NativeRoom[] = [];
  /** Every write waits for it. */
  gate: Promise<void> = Promise.resolve();
  /** Writes that were asked for. */
  asked = 0;

  override async accept(batch: AcceptBatch): Promise<void> {
    this.asked += 1;
    await this.gate;
    this.accepted.push(batch);
  }

  override ready(room: NativeRoom): void {
    this.readied.push(room);
  }

  get raws() {
    return this.accepted.flatMap(({ raws }) => raws);
  }

  get keys() {
    return this.raws.flatMap(({ nativeKey }) => nativeKey ?? []);
  }
}
