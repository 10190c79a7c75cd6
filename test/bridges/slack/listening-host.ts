/** A host of no rooms that notes what is handed over to it. */
import type { AcceptBatch } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { QuietHost } from "../../support/quiet-host.ts";

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

  get keys() {
    return this.accepted.flatMap(({ raws }) => raws.flatMap(({ nativeKey }) => nativeKey ?? []));
  }
}
