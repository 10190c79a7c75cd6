import { DeliveryError } from "../bridge/outbound.ts";
import { asGatewayError } from "../errors.ts";
import type { Milliseconds } from "../time.ts";
import type { OpenDelivery } from "../store/units/outbox.ts";
import type { LaneOutcome } from "./lane-run.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";

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

/** How long what the room does not have may still appear there; nothing or less: it is not there. */
export function settlesFor(
  { bridge, now }: Pick<OutboxLaneOptions, "bridge" | "now">,
  { at }: Pick<OpenDelivery, "at">,
): Milliseconds {
  return bridge.settleMs - (now() - at);
}

/** How long a lane waits until the room is asked again. */
export const askedAgain = (wait: Milliseconds): LaneOutcome => ({
  kind: "put-off",
  wait,
  error: "an answer was lost; the room is asked again",
  failure: false,
});

/** Whatever a bridge threw: what is not a DeliveryError says nothing of whether the call was made. */
export function asDeliveryError(thrown: unknown): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  const { code, detail } = asGatewayError(thrown);
  return new DeliveryError(code, detail, { certainty: "unknown", retry: "backoff" }, { cause: thrown });
}
