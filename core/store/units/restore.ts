/** Names and topics that a room has changed and its group did not take: set back to what the group holds. */
import { z } from "zod";
import { type PropertyName, propertyNames } from "../../../mappings/events.ts";
import { type EventId, parseEventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../bridge.ts";
import type { BindingId, GroupId } from "../../ids.ts";
import type { Unit } from "../unit.ts";
import { queueLine } from "./notices.ts";
import { propertyNow } from "./properties.ts";

/** The operation of such a delivery. */
export const RESTORE = "restore";

const keptForm = z.object({
  name: z.enum(propertyNames),
  before: z.string().nullable(),
  event: z.string(),
});

/**
 * Queues it out of turn, before what else waits in the log. `before`: what the room held, for a group that has never set it;
 * null: not known. `event`: what the group did not take.
 */
export function* queueRestore(input: {
  readonly binding: BindingId;
  readonly name: PropertyName;
  readonly before: string | null;
  readonly event: EventId;
  readonly at: Milliseconds;
}): Unit<void> {
  const { binding, name, before, event, at } = input;
  const text = JSON.stringify({ name, before, event } satisfies z.input<typeof keptForm>);
  yield* queueLine({ binding, to: null, text, at }, RESTORE);
}

/** What the room is to hold, as it stands now. null: nobody knows. */
export function* restoredProperty(input: {
  readonly group: GroupId;
  readonly kept: string | null;
}): Unit<{ readonly id: EventId; readonly name: PropertyName; readonly value: string } | null> {
  if (input.kept === null) return null;
  const { name, before, event: id } = keptForm.parse(JSON.parse(input.kept));
  const { value, version } = yield* propertyNow(input.group, { name, item: "" });
  if (version > 0) return { id, name, value };
  return before === null ? null : { id, name, value: before };
}
