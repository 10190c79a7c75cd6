/** Votes on a poll, and its end: the poll's own message shows how it stands. */
import { plainFlat } from "../markup/flat.ts";
import type { Outgoing, RoomMessage, Written } from "../mapping.ts";
import type { PollTally, SlackCall, SlackCapabilities, SlackOutbound } from "./call.ts";
import { update, writeShown } from "./write-message.ts";
import { type PollState, pollPost } from "./write-poll.ts";
import { without } from "./write-room.ts";

type OutgoingMessage = Extract<Outgoing, { kind: "message" }>;
type Result = Written<SlackCall>;

/** Shows the counts, unless they are kept until the end. */
export function writeVote(event: OutgoingMessage, context: SlackOutbound): Result {
  const found = pollOf(event, context);
  if (found === null) return without("target_unknown", "a vote");
  if (!found.poll.disclosed) return { calls: [], losses: [] };
  const call = shown(found.target, found.poll, { open: true, closing: "" }, context);
  return call === null ? without("content_unsupported", "counts of a poll without buttons") : only(call);
}

/** Takes the buttons away and shows the counts and the result; where that can't be, the result is told. */
export function writePollEnd(
  event: OutgoingMessage,
  result: string,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const found = pollOf(event, context);
  const closing = { open: false, closing: result === "" ? "The poll has ended." : result };
  const call = found === null ? null : shown(found.target, found.poll, closing, context);
  if (call !== null) return only(call);
  const text = plainFlat(closing.closing);
  const body = { kind: "text", style: "plain", text, spoiler: null, previews: [] } as const;
  return writeShown(event, body, capabilities, context);
}

function pollOf(
  { message }: OutgoingMessage,
  context: SlackOutbound,
): { readonly target: RoomMessage; readonly poll: PollTally } | null {
  if (message.replyTo === null) return null;
  const target = context.message(message.replyTo);
  const poll = context.poll(message.replyTo);
  return target !== null && poll !== null ? { target, poll } : null;
}

function shown(
  target: RoomMessage,
  poll: PollTally,
  state: PollState,
  context: SlackOutbound,
): SlackCall | null {
  const [first] = target.parts;
  const post = pollPost(poll, true, state);
  if (!target.ours || first === undefined || post === null) return null;
  return update(post, first, context);
}

function only(call: SlackCall): Result {
  return { calls: [call], losses: [] };
}
