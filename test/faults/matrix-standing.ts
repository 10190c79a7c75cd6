/** What stands in a Matrix room at the end, read from its timeline. */
import { type MatrixEvent, shownMessages } from "../../deploy/clients/matrix-shown.ts";
import { objectAt, textAt } from "../../mappings/matrix/event.ts";
import { repeated, type Room, speakerOf } from "./standing.ts";

/** The text that an event says, as a message or as an edit of one; null: it says none. */
export const textIn = (content: MatrixEvent["content"]): string | null =>
  textAt(objectAt(content, "m.new_content") ?? content, "body");

/** What a timeline that begins with its oldest event shows of people's messages. */
export function timelineRoom(timeline: readonly MatrixEvent[]): Room {
  const times = new Map(timeline.map(({ event_id: id, origin_server_ts: at }) => [id, at]));
  const standing = shownMessages(timeline)
    .filter(({ deleted, body }) => !deleted && speakerOf(body) !== null)
    .map(({ id, body, edited, reactions }) => ({
      text: body,
      edited,
      reactions: [...new Set(reactions.map(({ emoji }) => emoji))].toSorted(),
      at: times.get(id) ?? 0,
    }));
  const texts = timeline.flatMap(({ content }) => textIn(content) ?? []);
  return { standing, twice: repeated(texts.filter((text) => speakerOf(text) !== null)) };
}
