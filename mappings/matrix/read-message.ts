/** New messages and edits: their relations, and whether they may be (client-server API, sections 11.5 to 11.9). */
import type { Loss } from "../loss.ts";
import type { KnownMessage, MappedEvent, PlatformUser } from "../mapping.ts";
import { message, type Message } from "../message.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, objectAt, type Relation, relationOf } from "./event.ts";
import { readBody } from "./read-body.ts";
import { pollStep } from "./read-poll.ts";
import { loss, lost, mapped, nothing } from "./result.ts";
import { shownBy } from "./targets.ts";

const EVENT_ID_OCTETS = 32;

/** An m.room.message, an m.sticker or the start of a poll. */
export function readMessage(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  if (event.redacted) return nothing;
  const relation = relationOf(event.content);
  if (relation.type === "m.replace") return readEdit(event, relation, sender, context);
  const { body, losses } = readBody(event, event.content, relation.replyTo !== null, context);
  if (body === null) return { events: [], losses };
  const related = { ...message(body), ...relationsOf(relation, context, losses) };
  return mapped({ kind: "message", sender, native: event.id, message: related }, losses);
}

/** An edit names the message itself; what names another edit, or is of another type or of somebody else, is no edit (section 11.5.4). */
function readEdit(
  event: MatrixEvent,
  relation: Relation,
  sender: PlatformUser,
  context: MatrixInbound,
): MappedEvent {
  const content = objectAt(event.content, "m.new_content");
  if (relation.target === null || content === null)
    return lost("event_unreadable", "an edit without its content");
  if (context.edit(relation.target) !== null) return lost("target_unknown", "an edit of an edit");
  const known = context.message(relation.target);
  if (known === null) return lost("target_unknown", `edit of ${relation.target}`);
  if (known.author !== event.sender) return lost("edit_unverified", "an edit by somebody else");
  const isPoll = context.poll(relation.target) !== null;
  if (isPoll !== (pollStep(event.type) === "start")) return lost("target_unknown", "an edit of another type");
  if (isLate(event, context.latestEdit(relation.target))) return nothing;
  const { body, losses } = readBody(event, content, false, context);
  if (body === null) return { events: [], losses };
  const kept = { replaces: known.root, replyTo: known.replyTo, thread: known.thread };
  return mapped(
    { kind: "message", sender, native: event.id, message: { ...message(body), ...kept } },
    losses,
  );
}

/** The latest edit counts: by its time, then by its id. */
function isLate(event: MatrixEvent, latest: ReturnType<MatrixInbound["latestEdit"]>): boolean {
  if (latest === null || latest.at < event.at) return false;
  return latest.at > event.at || latest.eventId >= (event.id ?? "");
}

/** The reply and the thread. A reply that only stands in for older programs is none (section 11.10.1). */
function relationsOf(
  relation: Relation,
  context: MatrixInbound,
  losses: Loss[],
): Pick<Message, "replyTo" | "thread"> {
  const inThread = relation.type === "m.thread" && relation.target !== null;
  const root = inThread && relation.target !== null ? context.message(relation.target) : null;
  if (inThread && root === null)
    losses.push(loss("thread_flattened", "the thread's first message is not known"));
  const answered = relation.replyTo === null || (inThread && relation.fallingBack) ? null : relation.replyTo;
  const replyTo = answered === null ? null : shownBy(answered, context);
  if (answered !== null && replyTo === null) losses.push(loss("reply_unrelated", `reply to ${answered}`));
  return { replyTo, thread: root === null ? new Uint8Array() : threadOf(root) };
}

/** The thread in which its first message stands already, else the id of that message. */
function threadOf(root: KnownMessage): Uint8Array {
  if (root.thread.length > 0) return root.thread;
  const octets = new Uint8Array(EVENT_ID_OCTETS);
  for (let at = 0; at < EVENT_ID_OCTETS; at += 1)
    octets[at] = Number.parseInt(root.root.slice(at * 2, at * 2 + 2), 16);
  return octets;
}
