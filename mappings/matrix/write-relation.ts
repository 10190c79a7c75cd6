/** `m.relates_to` of replies and threads (client-server API, sections 11.6 and 11.10). */
import type { Loss } from "../loss.ts";
import type { RoomMessage } from "../mapping.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixOutbound } from "./context.ts";
import { loss } from "./result.ts";
import type { OutgoingMessage } from "./outgoing-message.ts";

export interface Relations {
  /** Of the first part; null: none. */
  readonly first: MatrixContent | null;
  /** Of every further part. */
  readonly rest: MatrixContent | null;
  /** The Matrix id of whoever is answered and is to be notified; null: nobody. */
  readonly answered: string | null;
  readonly losses: readonly Loss[];
}

export function relationsOf(event: OutgoingMessage, context: MatrixOutbound): Relations {
  const { replyTo, thread, broadcast } = event.message;
  const losses: Loss[] = [];
  const target = replyTo === null ? null : context.message(replyTo);
  const answer = target?.parts[0]?.native ?? null;
  if (replyTo !== null && answer === null)
    losses.push(loss("reply_unrelated", "what is answered is not here"));
  const author = target?.author.native ?? null;
  const answered = author !== null && author !== context.user(event.author.uri).native ? author : null;
  const reply = answer === null ? null : { "m.in_reply_to": { event_id: answer } };
  if (thread.length === 0) return { first: reply, rest: null, answered, losses };

  const found = context.thread(thread);
  const root = found === null ? null : rootOf(found.root);
  if (found === null || root === null) {
    losses.push(loss("thread_flattened", "the thread's first message is not here"));
    return { first: reply, rest: null, answered, losses };
  }
  if (broadcast) losses.push(loss("thread_only", "shown in the thread only"));
  const inThread = { rel_type: "m.thread", event_id: root };
  const latest = found.latest.parts.at(-1)?.native ?? root;
  const following = { ...inThread, is_falling_back: true, "m.in_reply_to": { event_id: latest } };
  const first = reply === null ? following : { ...inThread, is_falling_back: false, ...reply };
  return { first, rest: following, answered, losses };
}

/** A message that stands in a thread itself can't begin one: its own thread goes on. */
function rootOf(message: RoomMessage): string | null {
  return message.threadRoot?.native ?? message.parts[0]?.native ?? null;
}
