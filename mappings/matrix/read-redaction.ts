/** m.room.redaction: of a message, of an edit of one, or of a reaction (client-server API, section 8.5). */
import type { MappedEvent, PlatformUser } from "../mapping.ts";
import { message } from "../message.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, textAt } from "./event.ts";
import { cleaned } from "./strings.ts";
import { lost, mapped, nothing } from "./result.ts";

/** The event's id stands at the top up to room version 10, in the content from 11 on; servers may send both. */
export function readRedaction(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  const target = event.redacts ?? textAt(event.content, "redacts");
  if (target === null) return lost("event_unreadable", event.type);
  const reaction = context.reaction(target);
  if (reaction !== null) {
    const unreaction = { ...message({ kind: "unreaction" }), replaces: reaction.id };
    return mapped({ kind: "message", sender, native: event.id, message: unreaction });
  }
  const edit = context.edit(target);
  if (edit !== null) {
    // What an edit said is gone: the message says again what it said before.
    if (edit.previous === null) return nothing;
    return mapped({
      kind: "message",
      sender,
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
