/** Matrix events, as an application service gets them, to what they mean. */
import type { MappedEvent } from "../mapping.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, parseEvent } from "./event.ts";
import { person } from "./people.ts";
import { pollStep, readPollEnd, readVote } from "./read-poll.ts";
import { readPresence, readReceipts, readTyping } from "./read-ephemeral.ts";
import { readMessage } from "./read-message.ts";
import { readReaction } from "./read-reaction.ts";
import { readRedaction } from "./read-redaction.ts";
import { readState } from "./read-state.ts";
import { loss, lost, nothing } from "./result.ts";

/**
 * What an event means (client-server API). Total: any value is answered, and what is no event gives the loss
 * event_unreadable. Our own events give nothing. Whether an event is state is said by its state key, not by its type.
 */
export function toMimi(event: unknown, context: MatrixInbound): MappedEvent {
  const parsed = parseEvent(event);
  return parsed === null
    ? lost("event_unreadable", "not the shape of an event")
    : eventToMimi(parsed, context);
}

/** The same for one that is read already. */
export function eventToMimi(parsed: MatrixEvent, context: MatrixInbound): MappedEvent {
  if (parsed.type === "m.typing") return readTyping(parsed, context);
  if (parsed.type === "m.receipt") return readReceipts(parsed, context);
  if (!parsed.sender.startsWith("@")) return lost("event_unreadable", `${parsed.type} without a sender`);
  if (context.isOurs(parsed.sender) || context.isMarked(parsed.content)) return nothing;
  if (parsed.type === "m.presence") return readPresence(parsed, context);
  if (parsed.state !== null) return readState(parsed, parsed.state, context);
  return readTimeline(parsed, context);
}

function readTimeline(event: MatrixEvent, context: MatrixInbound): MappedEvent {
  const sender = person(event.sender, context);
  switch (pollStep(event.type)) {
    case "start":
      return readMessage(event, sender, context);
    case "response":
      return readVote(event, sender, context);
    case "end":
      return readPollEnd(event, sender, context);
    case null:
      break;
  }
  switch (event.type) {
    case "m.room.message":
    case "m.sticker":
      return readMessage(event, sender, context);
    case "m.reaction":
      return event.redacted ? nothing : readReaction(event, sender, context);
    case "m.room.redaction":
      return readRedaction(event, sender, context);
    case "m.room.encrypted":
      return {
        events: [{ kind: "private", sender, encrypted: true }],
        losses: [loss("encrypted_not_relayed", event.type)],
      };
    default:
      return lost("not_bridged", event.type);
  }
}
