/** Names and topics that a room has changed and its group did not take: set back to what the group holds. */
import type { PropertyName } from "../../../mappings/events.ts";
import { type EventId, parseEventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, GroupId } from "../../ids.ts";
import type { Unit } from "../unit.ts";
import { queueLine } from "./notices.ts";
import type { OpenDelivery } from "./outbox.ts";
import { isShown, propertyNow } from "./properties.ts";

/** The operation of such a delivery. */
export const RESTORE = "restore";

/** Queues it out of turn, before what else waits in the log. `event`: what the group did not take. */
export function* queueRestore(input: {
  readonly binding: BindingId;
  readonly name: PropertyName;
  readonly event: EventId;
  readonly at: Milliseconds;
}): Unit<void> {
  const { binding, name, event, at } = input;
  yield* queueLine({ binding, to: { native: event, name }, text: "", at }, RESTORE);
}

/** What the room is to hold, as it stands now. null: the group has never set it, and rooms keep what is their own. */
export function* restoredProperty(
  group: GroupId,
  { noticeToNative, noticeToName: name }: OpenDelivery,
): Unit<{ readonly id: EventId; readonly name: PropertyName; readonly value: string } | null> {
  const id = parseEventId(noticeToNative ?? "");
  if (id === null || name === null || !isShown(name)) return null;
  const { value, version } = yield* propertyNow(group, { name, item: "" });
  return version > 0 ? { id, name, value } : null;
}
