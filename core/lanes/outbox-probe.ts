/** What a room says of a call that may have been made, by each key that it may bear there. */
import type { DeliveryContext, Receipt, Step } from "../bridge/outbound.ts";
import { type KeyedEvent, keysOfBefore } from "../delivery-key.ts";
import type { OpenDelivery, OutboxBinding } from "../store/units/outbox.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";

/** A call that may have been made, and the event that it tells; null: a line of the gateway's own, or what was queued out of turn. */
interface AskedCall {
  readonly step: Step;
  readonly context: DeliveryContext;
  readonly event: KeyedEvent | null;
}

/**
 * Asks by the key that was written down before the call, and behind a backup, which may know of the event what was not known
 * when the room was given it, by every other. Rejects as the bridge does.
 */
export async function askRoom(
  { bridge }: Pick<OutboxLaneOptions, "bridge">,
  { id, restoredAt }: Pick<OutboxBinding, "id" | "restoredAt">,
  { key, mark, at, step: part }: Pick<OpenDelivery, "key" | "mark" | "at" | "step">,
  { step, context, event }: AskedCall,
): Promise<Receipt | "absent" | "unknown"> {
  const others = event === null || restoredAt === null ? [] : keysOfBefore(id, event, part);
  let unsure = false;
  for (const asked of new Set([key, ...others])) {
    const answer = await bridge.probe(step, { ...context, key: asked }, { mark, at });
    if (typeof answer !== "string") return answer;
    unsure ||= answer === "unknown";
  }
  return unsure ? "unknown" : "absent";
}
