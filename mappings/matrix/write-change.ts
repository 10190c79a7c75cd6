/** Edits, deletions and reactions taken back (client-server API, sections 11.5 and 11.9). */
import type { RoomMessage, Written } from "../mapping.ts";
import type { MessageBody } from "../message.ts";
import type { MatrixCall, MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText, type Draft, NOBODY, sendingOf } from "./draft.ts";
import { loss } from "./result.ts";
import type { OutgoingMessage } from "./outgoing-message.ts";

/** Octets of JSON. */
const REASON = 2048;
/** What begins a part that an edit adds where other messages may stand between. */
const CONTINUED = "(cont.) ";

/**
 * The parts that the message has become `drafts`: what is there is replaced, what is missing is sent, what is left
 * over is deleted. An event is replaced only by one of its type.
 */
export function writeEdit(
  event: OutgoingMessage,
  known: RoomMessage,
  drafts: readonly Draft[],
  context: MatrixOutbound,
): Written<MatrixCall> {
  const as = event.author.uri;
  const calls: MatrixCall[] = [];
  for (const [at, draft] of drafts.entries()) {
    const part = known.parts[at];
    const content =
      part === undefined
        ? { ...prefixed(draft.content, CONTINUED), ...threaded(known), ...context.mark }
        : replacement(draft.content, part.native, context.mark);
    calls.push(sendingOf(draft, as, content));
  }
  for (const part of known.parts.slice(drafts.length)) {
    const edits = known.edits.filter((edit) => edit.aux === part.native);
    for (const { native } of [part, ...edits])
      calls.push({ kind: "redact", as, ghost: null, eventId: native, reason: "" });
  }
  return { calls, losses: [] };
}

/** The content for programs that know no edits, and the whole new one. Who was mentioned before is not notified again. */
function replacement(content: MatrixContent, eventId: string, mark: MatrixContent): MatrixContent {
  return {
    ...prefixed(content, "* "),
    "m.mentions": NOBODY,
    "m.new_content": content,
    "m.relates_to": { rel_type: "m.replace", event_id: eventId },
    ...mark,
  };
}

function prefixed(content: MatrixContent, prefix: string): MatrixContent {
  const changed: Record<string, unknown> = { ...content };
  for (const key of ["body", "formatted_body"]) {
    const text = content[key];
    if (typeof text === "string") changed[key] = prefix + text;
  }
  return changed;
}

function threaded(known: RoomMessage): MatrixContent {
  if (known.threadRoot === null) return {};
  const latest = known.parts.at(-1)?.native ?? known.threadRoot.native;
  return {
    "m.relates_to": {
      rel_type: "m.thread",
      event_id: known.threadRoot.native,
      is_falling_back: true,
      "m.in_reply_to": { event_id: latest },
    },
  };
}

/** The message and all edits of it, since those keep its text. */
export function writeDeletion(
  event: OutgoingMessage,
  body: Extract<MessageBody, { kind: "deletion" }>,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const { replaces } = event.message;
  const known = replaces === null ? null : context.message(replaces);
  if (known === null) return { calls: [], losses: [loss("target_unknown", "deletion")] };
  if (!known.ours && !capabilities.redact)
    return { calls: [], losses: [loss("deletion_kept", "the gateway may not redact here")] };
  const byAuthor = known.ours && body.by === null;
  const reason = body.by === null ? "" : moderated(body.by, event.author.name);
  const calls = [...known.parts, ...known.edits].map(({ native }): MatrixCall => {
    const ghost = !byAuthor && known.ours && !capabilities.redact ? known.author.native : null;
    return { kind: "redact", as: byAuthor ? event.author.uri : null, ghost, eventId: native, reason };
  });
  return { calls, losses: [] };
}

function moderated(by: { readonly name: string; readonly reason: string }, author: string): string {
  const name = by.name === "" ? author : by.name;
  return cutText(by.reason === "" ? `Deleted by ${name}` : `${by.reason} (${name})`, REASON);
}

export function writeUnreaction(event: OutgoingMessage, context: MatrixOutbound): Written<MatrixCall> {
  const { replaces } = event.message;
  const part = replaces === null ? null : (context.reaction(replaces)?.part ?? null);
  if (part === null) return { calls: [], losses: [loss("target_unknown", "reaction taken back")] };
  return {
    calls: [{ kind: "redact", as: event.author.uri, ghost: null, eventId: part.native, reason: "" }],
    losses: [],
  };
}
