import type { Milliseconds } from "../time.ts";
import { HeldLane } from "../lanes/held-lane.ts";
import type { LaneKey } from "../lanes/lane-key.ts";
import type { Store } from "../store/store.ts";

/** Runs work under a lane that nobody holds for long, in one process at a time. null: another is at it, nothing was done. */
export async function alone<T>(
  { store, lane, leaseMs }: { readonly store: Store; readonly lane: LaneKey; readonly leaseMs: Milliseconds },
  work: () => Promise<T>,
): Promise<T | null> {
  const held = await HeldLane.claim(store, lane, leaseMs);
  if (held === null) return null;
  try {
    return await work();
  } finally {
    await held.release();
  }
}
