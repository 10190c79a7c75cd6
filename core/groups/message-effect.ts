/** What messages do to what stands in their group. */
import type { Message, Reaction } from "../../mappings/message.ts";
import type { Effect } from "../store/units/reactions.ts";

/** What the message does to what stands in its group. */
export function effectOf({ body, replaces, replyTo }: Message): Effect {
  switch (body.kind) {
    case "reaction":
      if (replyTo === null) return { kind: "none" };
      return { kind: "reaction", target: replyTo, emoji: reactionText(body.reaction) };
    case "unreaction":
      return replaces === null ? { kind: "none" } : { kind: "unreaction", reaction: replaces };
    case "vote":
      return replyTo === null ? { kind: "none" } : { kind: "vote", poll: replyTo, options: body.options };
    case "poll-end":
      return replyTo === null ? { kind: "none" } : { kind: "poll-end", poll: replyTo };
    default:
      return replaces === null ? { kind: "none" } : { kind: "version", root: replaces };
  }
}

/** One text for one reaction, whichever way it is written: what tells equal ones. */
const reactionText = (reaction: Reaction): string =>
  reaction.kind === "unicode" ? reaction.emoji : `:${reaction.name}:`;
