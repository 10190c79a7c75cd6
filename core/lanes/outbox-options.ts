import type { Milliseconds } from "../time.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { BindingId } from "../ids.ts";
import type { MessageMemo } from "../groups/message-memo.ts";
import type { Limits } from "../limits.ts";
import type { UserUri } from "../../mappings/ids.ts";
import type { Logger } from "../log.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import type { AvatarAddresses } from "../media/avatar-addresses.ts";
import type { Store } from "../store/store.ts";
import type { Wake } from "./waker.ts";

/** What the outbox lanes of one account work with. */
export interface OutboxLaneOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly limits: Limits;
  readonly bridge: Bridge;
  readonly memo: MessageMemo;
  /** Nothing said: nobody's picture is shown. */
  readonly avatars?: Pick<AvatarAddresses, "of">;
  /** Whether what somebody says is kept from a room: he is blocked there. */
  readonly hides: (binding: BindingId, sender: UserUri | null) => Promise<boolean>;
  /** What is laid down for rooms. */
  readonly policies: Pick<PolicyBook, "of">;
  readonly now: () => Milliseconds;
  readonly wake: Wake;
  /** Told when a room has been left for good. */
  readonly ended: (binding: BindingId) => Promise<void>;
}
