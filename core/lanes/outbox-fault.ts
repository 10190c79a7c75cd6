import { DeliveryError } from "../bridge/outbound.ts";
import { asGatewayError } from "../errors.ts";
import type { LaneOutcome } from "./lane-run.ts";

/** Why nothing can be planned for a room now. Throws what is anything else. */
export function whyUnplanned(thrown: unknown): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  throw thrown;
}

/** How long a lane waits after a failed call. */
export function putOffFor(error: DeliveryError, settleMs: number): LaneOutcome {
  const wait = Math.max(
    error.retry === "after" ? error.afterMs : 0,
    error.certainty === "unknown" ? settleMs : 0,
  );
  return { kind: "put-off", wait, error: error.message, failure: error.retry !== "after" };
}

/** Whatever a bridge threw: what is not a DeliveryError says nothing of whether the call was made. */
export function asDeliveryError(thrown: unknown): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  const { code, detail } = asGatewayError(thrown);
  return new DeliveryError(code, detail, { certainty: "unknown", retry: "backoff" }, { cause: thrown });
}
