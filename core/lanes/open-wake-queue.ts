import type { AccountId } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { RedisAccess } from "../redis/redis-access.ts";
import type { LaneRunner } from "./lane-runner.ts";
import type { BullWakeQueue } from "./wake-queue.ts";

/** Where wake-ups go that this process does not run itself; null: there is no Redis. */
export async function openWakeQueue(
  { connect }: RedisAccess,
  options: {
    readonly runner: LaneRunner;
    readonly log: Logger;
    readonly connected: ReadonlySet<AccountId>;
  },
): Promise<BullWakeQueue | null> {
  if (connect === null) return null;
  // Loaded only where there is a Redis: BullMQ is a good part of the gateway's memory.
  const { BullWakeQueue: Queue } = await import("./wake-queue.ts");
  return new Queue({ ...options, connect });
}
