/** What a message said before an edit that was taken back: the room's own timeline knows it. */
import type { NativeRoom } from "../../core/ids.ts";
import type { MatrixInbound } from "../../mappings/matrix/context.ts";
import { type MatrixEvent, objectAt } from "../../mappings/matrix/event.ts";
import { toMimi } from "../../mappings/matrix/to-mimi.ts";
import type { Message } from "../../mappings/message.ts";
import { isLater } from "./edit-memory.ts";
import type { History } from "./history.ts";
import type { Told } from "./kept-event.ts";

/**
 * The message that stands there once the edit is gone; null: a later edit hides this one, so that nothing changes, or the
 * homeserver does not show it any more. `target`: the event that was edited. Rejects as look-ups do.
 */
export async function formerText(
  room: NativeRoom,
  edit: string,
  target: string,
  history: Pick<History, "event" | "edits">,
  context: MatrixInbound,
): Promise<Message | null> {
  const [gone, original] = [await history.event(room, edit), await history.event(room, target)];
  if (gone === null || original === null) return null;
  const edits = await history.edits(room, target);
  const left = edits
    .filter(({ id, event }) => id !== edit && event.sender === original.event.sender)
    .toSorted((a, b) => (isLater(placeOf(a), placeOf(b)) ? -1 : 1));
  const [latest] = left;
  if (latest && isLater(placeOf(latest), placeOf(gone))) return null;
  const said = latest ? edited(original, latest.event) : original.json;
  const [event] = toMimi(said, context).events;
  return event?.kind === "message" ? event.message : null;
}

const placeOf = ({ id, event }: Told) => ({ at: event.at, eventId: id });

/** Relations are those of the first version (client-server API, section 11.5.3). */
function edited(original: Told, { content }: MatrixEvent): unknown {
  const relation = original.event.content["m.relates_to"];
  const related = relation === undefined ? {} : { "m.relates_to": relation };
  return { ...original.json, content: { ...objectAt(content, "m.new_content"), ...related } };
}
