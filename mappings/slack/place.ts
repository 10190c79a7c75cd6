/** Where a message stands on Slack: in the channel or in a thread, and under which quotation. */
import type { Loss } from "../loss.ts";
import type { Block, Run } from "../markup/flat.ts";
import { Mark } from "../markup/flat.ts";
import type { RoomMessage } from "../mapping.ts";
import type { Message } from "../message.ts";
import type { SlackCapabilities, SlackOutbound } from "./call.ts";
import { shortText } from "./notice.ts";
import { paragraph, text } from "./write-media.ts";

/** Characters of what is answered that its quotation shows. */
const LONGEST_QUOTE = 120;

export interface Place {
  /** The `ts` of a thread's first message; null: the channel itself. */
  readonly thread: string | null;
  /** The quotation of what is answered. */
  readonly quote: readonly Block[];
  readonly losses: readonly Loss[];
}

/**
 * The thread is the message's own; a message in none answers under a quotation, or in the thread of what it answers,
 * as the room is set. An answer to a thread's first message in that thread needs no quotation.
 */
export function placeOf(message: Message, capabilities: SlackCapabilities, context: SlackOutbound): Place {
  const thread = message.thread.length === 0 ? null : context.thread(message.thread);
  const losses: Loss[] = [];
  if (message.thread.length > 0 && thread === null)
    losses.push({ code: "thread_flattened", detail: "its first message is not known here" });
  const root = thread === null ? null : threadTs(thread.root);
  if (message.replyTo === null) return { thread: root, quote: [], losses };
  const target = context.message(message.replyTo);
  if (target === null) {
    losses.push({ code: "reply_unrelated", detail: "" });
    return { thread: root, quote: [], losses };
  }
  if (thread !== null && thread.root.root === target.root) return { thread: root, quote: [], losses };
  if (thread === null && capabilities.replies === "thread")
    return { thread: threadTs(target), quote: [], losses };
  losses.push({ code: "reply_quoted", detail: "" });
  return { thread: root, quote: [quotation(target, context)], losses };
}

/** A thread is named by its first message, never by an answer in it. */
export function threadTs(message: RoomMessage): string | null {
  return message.threadRoot?.native ?? message.parts[0]?.native ?? null;
}

function quotation(target: RoomMessage, context: SlackOutbound): Block {
  const name: Run = { kind: "text", text: isolated(target.author.name), marks: Mark.bold, link: null };
  const excerpt = shortText(target.excerpt.replaceAll(/\s+/gu, " ").trim(), LONGEST_QUOTE);
  const first = target.parts[0];
  const link = first === undefined ? null : context.permalink(first.native);
  const runs: Run[] = [name, text(`: ${excerpt}`)];
  if (link !== null) runs.push(text(" "), { kind: "text", text: "↗", marks: 0, link });
  return { ...paragraph(runs), quote: 1 };
}

/** A name keeps its own direction and gives it to nothing else. */
function isolated(name: string): string {
  return `\u2068${name.replaceAll(/\p{Bidi_Control}/gu, "")}\u2069`;
}
