/** Reactions of Slack. */
import type { z } from "zod";
import { emojiOf, sameEmoji } from "../emoji/names.ts";
import type { EventId } from "../ids.ts";
import type { KnownMessage, MappedEvent } from "../mapping.ts";
import { type MessageBody, type Reaction, message as unrelated } from "../message.ts";
import type { schemas } from "./event.ts";
import { type SlackInbound, lost, mapped, nothing, userOf } from "./inbound.ts";

type ReactionEvent = z.infer<(typeof schemas)["reaction"]>;

/** `reaction_added`. A name may be used again after it was taken back, so the event's own time is part of what it is called. */
export function readReaction(event: ReactionEvent, context: SlackInbound): MappedEvent {
  const target = targetOf(event, context);
  if ("events" in target) return target;
  const body: MessageBody = { kind: "reaction", reaction: reactionOf(event.reaction, context) };
  return reactionMessage(event, "react", body, target, null, context);
}

/** `reaction_removed`: takes back what stands of this user with this emoji, by whichever of its names. */
export function readUnreaction(event: ReactionEvent, context: SlackInbound): MappedEvent {
  const target = targetOf(event, context);
  if ("events" in target) return target;
  const shown = emojiOf(context.alias?.(event.reaction) ?? event.reaction) ?? `:${event.reaction}:`;
  const standing = context
    .reactions(event.item.ts ?? "", event.user)
    .find(({ emoji }) => sameEmoji(emoji, shown));
  if (!standing) return lost("target_unknown", `a reaction to ${event.item.ts ?? ""}`);
  return reactionMessage(event, "unreact", { kind: "unreaction" }, target, standing.id, context);
}

function reactionMessage(
  event: ReactionEvent,
  verb: "react" | "unreact",
  body: MessageBody,
  target: KnownMessage,
  replaces: EventId | null,
  context: SlackInbound,
): MappedEvent {
  return mapped({
    kind: "message",
    sender: userOf(context, event.user),
    native: `${verb}:${event.item.ts ?? ""}:${event.user}:${event.reaction}:${event.event_ts}`,
    message: { ...unrelated(body), replaces, replyTo: target.version },
  });
}

function targetOf(event: ReactionEvent, context: SlackInbound): KnownMessage | MappedEvent {
  if (event.user === context.self.user) return nothing;
  const { type, ts } = event.item;
  if (type !== "message" || !ts) return lost("not_bridged", `a reaction to an item of type ${type}`);
  return context.message(ts) ?? lost("target_unknown", `a reaction to ${ts}`);
}

function reactionOf(name: string, context: SlackInbound): Reaction {
  const emoji = emojiOf(context.alias?.(name) ?? name);
  return emoji === null ? { kind: "custom", name, source: context.emoji(name) } : { kind: "unicode", emoji };
}
