/** The core as far as a bridge on its own sees it, without rooms, and keeping nothing: a test overrides what it looks at. */
import type { Asked, BridgeHost } from "../../core/bridge/host.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { AvatarToken, NativeRoom } from "../../core/ids.ts";
import type { Avatar } from "../../core/media/picture-type.ts";
import { MemorySecrets } from "./memory-secrets.ts";

export class QuietHost implements BridgeHost {
  readonly gateway = "mimi.test";
  readonly secrets = new MemorySecrets();

  accept(_batch: AcceptBatch): Promise<void> {
    return Promise.resolve();
  }

  rooms(): ReturnType<BridgeHost["rooms"]> {
    return Promise.resolve([]);
  }

  group(): null {
    return null;
  }

  threads() {
    return Promise.resolve([]);
  }

  transient(..._shown: Parameters<BridgeHost["transient"]>): void {}

  read(..._marker: Parameters<BridgeHost["read"]>): void {}

  ready(_room: NativeRoom): void {}

  moved(): Promise<void> {
    return Promise.resolve();
  }

  doubled(): Promise<void> {
    return Promise.resolve();
  }

  profile(..._user: Parameters<BridgeHost["profile"]>): Promise<void> {
    return Promise.resolve();
  }

  avatar(_token: AvatarToken): Promise<Avatar | null> {
    return Promise.resolve(null);
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  portal(..._asked: Parameters<BridgeHost["portal"]>): Promise<NativeRoom> {
    return Promise.reject(new Error("there is no other account"));
  }

  command(_asked: Asked): Promise<string> {
    return Promise.resolve("");
  }
}
