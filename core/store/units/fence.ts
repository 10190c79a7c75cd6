import type { LaneKey } from "../../lanes/lane-key.ts";
import { GatewayError } from "../../errors.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";

/** Proof of holding a lane: good as long as nobody has claimed it since, that is, as its epoch stands. */
export interface Fence {
  readonly lane: LaneKey;
  readonly epoch: number;
}

// Shared, so that the lanes of one account do not wait for each other; a claim waits for all of them.
const holding = statement<Fence>("fence.holding")((db, { p, dialect }) => {
  const query = db.selectFrom("lane").select("epoch").where("key", "=", p.lane).where("epoch", "=", p.epoch);
  return dialect === "postgres" ? query.forShare() : query;
});

/** First statement of every write of a lane. Throws lane_lost, so that a stale holder changes nothing. */
export function* checkFence(fence: Fence): Unit<void> {
  const held = yield* first(holding, fence);
  if (!held)
    throw new GatewayError("lane_lost", `lane ${fence.lane} was taken over after epoch ${fence.epoch}`);
}
