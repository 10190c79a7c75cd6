/** Keys of deliveries: the same for every attempt at the same step, and what a platform is asked by whether it took the call. */
import type { EventId, SaidKey } from "../mappings/ids.ts";
import type { BindingId, DeliveryKey } from "./ids.ts";

/** An event as its deliveries are named by it. */
export interface KeyedEvent {
  readonly id: EventId;
  /** null: its id names it. */
  readonly saidKey: SaidKey | null;
}

/** Digits of an id in a key. */
const ID_DIGITS = 32;

const byId = (id: EventId): string => id.slice(0, ID_DIGITS);

/** Of one step of an event on its way to a room. */
export function deliveryKey(binding: BindingId, { id, saidKey }: KeyedEvent, part: number): DeliveryKey {
  return `${saidKey ?? byId(id)}-${binding}-${part}` as DeliveryKey;
}

/**
 * Every key under which a step may stand in a room that was given it before the store was restored: versions that knew of no
 * other named all by ids.
 */
export function keysOfBefore(binding: BindingId, event: KeyedEvent, part: number): readonly DeliveryKey[] {
  const keys = [event, { ...event, saidKey: null }].map((named) => deliveryKey(binding, named, part));
  return [...new Set(keys)];
}

/** Of a run of entries that is told in short, from this one on. */
export const digestKey = (binding: BindingId, first: EventId): DeliveryKey =>
  `${byId(first)}-${binding}-digest` as DeliveryKey;

/** Whether two are of steps of one event in one room. */
export function ofOneEvent(one: string, other: string): boolean {
  const step = one.lastIndexOf("-");
  return step > 0 && one.slice(0, step) === other.slice(0, other.lastIndexOf("-"));
}
