/** Posts of the gateway's own that stand twice: Slack showed the first one so late that it was taken for lost and made again. */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import { type EventId, parseEventId } from "../../mappings/ids.ts";
import { METADATA_TYPE } from "../../mappings/slack/inbound.ts";
import type { Memory } from "./memory.ts";

const markedForm = z.object({
  ts: z.string(),
  metadata: z.object({
    event_type: z.literal(METADATA_TYPE),
    event_payload: z.object({ id: z.string(), part: z.number() }),
  }),
});

/** The event that a post of the gateway's own repeats, as a message event tells of it; null: of what is known it is the only one. */
export function doubleOf(event: unknown, room: NativeRoom, memory: Pick<Memory, "post">): EventId | null {
  const { data } = markedForm.safeParse(event);
  if (!data) return null;
  const { id, part } = data.metadata.event_payload;
  const known = memory.post(room, id, part);
  return known === null || known === data.ts ? null : parseEventId(id);
}
