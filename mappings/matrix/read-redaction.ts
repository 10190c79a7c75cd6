/** m.room.redaction: of a message, of an edit of one, or of a reaction (client-server API, section 8.5). */
import type { MappedEvent, PlatformUser } from "../mapping.ts";
import { message } from "../message.ts";
import type { KnownReaction, MatrixInbound } from "./context.ts";
import { type MatrixEvent, textAt } from "./event.ts";
import { person } from "./people.ts";
import { cleaned } from "./strings.ts";
import { lost, mapped, nothing } from "./result.ts";

/** The event's id stands at the top up to room version 10, in the content from 11 on; servers may send both. */
export function readRedaction(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  const target = event.redacts ?? textAt(event.content, "redacts");
  if (target === null) return lost("event_unreadable", event.type);
  const reaction = context.reaction(target);
  if (reaction !== null) return readUnreaction(event, reaction, context);
  const edit = context.edit(target);
  if (edit !== null) {
    // What an edit said is gone: the message says again what it said before, in its author's name.
    if (edit.previous === null) return nothing;
    if (edit.author === null)
      return lost("edit_unverified", "a remote user's edit, taken back by somebody else");
    return mapped({
      kind: "message",
      sender: edit.author === event.sender ? sender : person(edit.author, context),
      native: event.id,
      message: { ...edit.previous, replaces: edit.root },
    });
  }
  const known = context.message(target);
  if (known === null) return lost("target_unknown", `redaction of ${target}`);
  const reason = cleaned(textAt(event.content, "reason") ?? "").text;
  const by = known.author === event.sender ? null : { name: sender.name, reason };
  return mapped({
    kind: "message",
    sender,
    native: event.id,
    message: {
      ...message({ kind: "deletion", by }),
      replaces: known.root,
      replyTo: known.replyTo,
      thread: known.thread,
    },
  });
}

/** Only who reacted can take a reaction away in a group: a moderator here does it in that user's name. */
function readUnreaction(event: MatrixEvent, reaction: KnownReaction, context: MatrixInbound): MappedEvent {
  if (context.isOurs(reaction.author))
    return lost("edit_unverified", "a remote user's reaction, taken away by somebody else");
  return mapped({
    kind: "message",
    sender: person(reaction.author, context),
    native: event.id,
    message: { ...message({ kind: "unreaction" }), replaces: reaction.id },
  });
}
