/** A host of no rooms that notes what is handed over to it. */
import type { AcceptBatch } from "../../../core/bridge/inbound.ts";
import type { BridgeHost } from "../../../core/bridge/host.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { MemorySecrets } from "../../support/memory-secrets.ts";

export class ListeningHost implements BridgeHost {
  readonly gateway = "mimi.test";
  readonly secrets = new MemorySecrets();
  readonly accepted: AcceptBatch[] = [];
  readonly readied: NativeRoom[] = [];
  /** Every write waits for it. */
  gate: Promise<void> = Promise.resolve();
  /** Writes that were asked for. */
  asked = 0;

  async accept(batch: AcceptBatch): Promise<void> {
    this.asked += 1;
    await this.gate;
    this.accepted.push(batch);
  }

  rooms() {
    return Promise.resolve([]);
  }

  threads() {
    return Promise.resolve([]);
  }

  transient(): void {}

  read(): void {}

  profile(): Promise<void> {
    return Promise.resolve();
  }

  avatar(): Promise<null> {
    return Promise.resolve(null);
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  command(): Promise<string> {
    return Promise.resolve("");
  }

  moved(): Promise<void> {
    return Promise.resolve();
  }

  doubled(): Promise<void> {
    return Promise.resolve();
  }

  ready(room: NativeRoom): void {
    this.readied.push(room);
  }

  get keys() {
    return this.accepted.flatMap(({ raws }) => raws.flatMap(({ nativeKey }) => nativeKey ?? []));
  }
}
