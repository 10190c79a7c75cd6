/** Reactions for Slack: the app has one of each, which stands for those of all remote users. */
import { emojiOf, shortNameOf } from "../emoji/names.ts";
import type { Outgoing, RoomMessage, Written } from "../mapping.ts";
import type { Reaction } from "../message.ts";
import type { SlackCall, SlackOutbound } from "./call.ts";
import { without } from "./write-room.ts";

type OutgoingMessage = Extract<Outgoing, { kind: "message" }>;

/** Adds the app's reaction with the first of the remote users'. */
export function writeReaction(
  { message }: OutgoingMessage,
  reaction: Reaction,
  context: SlackOutbound,
): Written<SlackCall> {
  const target = message.replyTo === null ? null : context.message(message.replyTo);
  if (target === null) return without("target_unknown", "a reaction");
  const emoji = reaction.kind === "unicode" ? reaction.emoji : `:${reaction.name}:`;
  const name = nameOf(emoji, context);
  if (name === null) return without("reaction_unsupported", emoji);
  const count = context.reactionCount(target.root, emoji);
  if (count > 1) return without("reactions_merged", emoji);
  return count < 1 ? { calls: [], losses: [] } : reactionCall("reactions.add", target, name, context);
}

/** Removes the app's reaction with the last of the remote users'. */
export function writeUnreaction({ message }: OutgoingMessage, context: SlackOutbound): Written<SlackCall> {
  const standing = message.replaces === null ? null : context.reaction(message.replaces);
  if (standing === null) return without("target_unknown", "a reaction taken back");
  const { target, emoji } = standing;
  const name = nameOf(emoji, context);
  if (name === null) return without("reaction_unsupported", emoji);
  if (context.reactionCount(target.root, emoji) > 0) return without("reactions_merged", emoji);
  return reactionCall("reactions.remove", target, name, context);
}

function reactionCall(
  method: "reactions.add" | "reactions.remove",
  target: RoomMessage,
  name: string,
  { channel }: SlackOutbound,
): Written<SlackCall> {
  const timestamp = target.parts[0]?.native;
  if (timestamp === undefined) return without("target_unknown", "a reaction");
  return { calls: [{ method, arguments: { channel, timestamp, name } }], losses: [] };
}

/** Slack's name: a custom emoji's own where the workspace has it, else a standard one of the same name. */
function nameOf(emoji: string, context: SlackOutbound): string | null {
  const custom = /^:([^:\s]{1,100}):$/u.exec(emoji)?.[1];
  if (custom === undefined) return shortNameOf(emoji);
  return context.emoji(custom) ?? (emojiOf(custom) === null ? null : custom);
}
