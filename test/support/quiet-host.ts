/** The core as far as a bridge on its own sees it, without rooms, and keeping nothing: a test overrides what it looks at. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { MemorySecrets } from "./memory-secrets.ts";

export class QuietHost implements BridgeHost {
  readonly gateway = "mimi.test";
  readonly secrets = new MemorySecrets();

  accept(_batch: AcceptBatch): Promise<void> {
    return Promise.resolve();
  }

  rooms() {
    return Promise.resolve([]);
  }

  group(): null {
    return null;
  }

  threads() {
    return Promise.resolve([]);
  }

  transient(): void {}

  read(): void {}

  ready(_room: NativeRoom): void {}

  moved(): Promise<void> {
    return Promise.resolve();
  }

  doubled(): Promise<void> {
    return Promise.resolve();
  }

  profile(): Promise<void> {
    return Promise.resolve();
  }

  avatar(): Promise<null> {
    return Promise.resolve(null);
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  portal(): Promise<NativeRoom> {
    return Promise.reject(new Error("there is no other account"));
  }

  command(): Promise<string> {
    return Promise.resolve("");
  }
}
