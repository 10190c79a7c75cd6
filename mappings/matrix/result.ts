/** How readers of single events answer. */
import type { Loss, LossCode } from "../loss.ts";
import type { Mapped, MappedEvent } from "../mapping.ts";

/** Details that come from an event are cut to so many UTF-16 code units. */
const DETAIL = 200;

export function loss(code: LossCode, detail: string): Loss {
  return { code, detail: detail.slice(0, DETAIL).toWellFormed() };
}

/** Nothing to relay and nothing lost. */
export const nothing: MappedEvent = { events: [], losses: [] };

export function mapped(event: Mapped, losses: readonly Loss[] = []): MappedEvent {
  return { events: [event], losses };
}

/** Nothing to relay, for this reason. */
export function lost(code: LossCode, detail: string): MappedEvent {
  return { events: [], losses: [loss(code, detail)] };
}
