import type { AcceptBatch, Raw } from "../../../core/bridge/inbound.ts";
import type { BridgeHost } from "../../../core/bridge/host.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { MemorySecrets } from "../../support/memory-secrets.ts";

/** The core as far as a bridge on its own sees it. */
export class RecordingHost implements BridgeHost {
  readonly gateway = "mimi.test";
  readonly secrets = new MemorySecrets();
  readonly raws: Raw[] = [];
  readonly readied = new Set<NativeRoom>();

  accept(batch: AcceptBatch): Promise<void> {
    this.raws.push(...batch.raws);
    return Promise.resolve();
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

  ready(room: NativeRoom): void {
    this.readied.add(room);
  }

  moved(): Promise<void> {
    return Promise.resolve();
  }

  doubled(): Promise<void> {
    return Promise.resolve();
  }
}
