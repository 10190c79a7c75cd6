/** How a poll stands, and its end: the poll's own message shows it. */
import type { EventId } from "../ids.ts";
import { plainFlat } from "../markup/flat.ts";
import type { Outgoing, RoomMessage, Written } from "../mapping.ts";
import { optionLine, type PollTally } from "../message/poll-tally.ts";
import type { SlackCall, SlackCapabilities, SlackOutbound } from "./call.ts";
import { update, writeShown } from "./write-message.ts";
import { type PollState, pollPost } from "./write-poll.ts";
import { without } from "./write-room.ts";

type OutgoingMessage = Extract<Outgoing, { kind: "message" }>;
type Result = Written<SlackCall>;

/** Shows the counts on the poll, unless they are kept until the end or the end has shown them. */
export function writeTally(id: EventId, context: SlackOutbound): Result {
  const [target, poll] = [context.message(id), context.poll(id)];
  if (target === null || poll === null) return without("target_unknown", "the counts of a poll");
  if (!poll.disclosed || poll.ended) return { calls: [], losses: [] };
  const call = shown(target, poll, { open: true, closing: "" }, context);
  return call === null ? without("content_unsupported", "counts of a poll without buttons") : only(call);
}

/** Takes the buttons away and shows the counts and the result; where that can't be, the result is told. */
export function writePollEnd(
  event: OutgoingMessage,
  result: string,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const { replyTo } = event.message;
  const poll = replyTo === null ? null : context.poll(replyTo);
  if (poll?.ended === false)
    return without("not_bridged", "the end of a poll by somebody who may not end it");
  const target = replyTo === null ? null : context.message(replyTo);
  const closing = result === "" ? "The poll has ended." : result;
  const call = target && poll && shown(target, poll, { open: false, closing }, context);
  if (call) return only(call);
  const counts = poll?.options.map((option, at) => optionLine(at, option, true)) ?? [];
  const text = plainFlat([closing, ...counts].join("\n"));
  const body = { kind: "text", style: "plain", text, spoiler: null, previews: [] } as const;
  return writeShown(event, body, capabilities, context);
}

function shown(
  target: RoomMessage,
  poll: PollTally,
  state: PollState,
  context: SlackOutbound,
): SlackCall | null {
  const [first] = target.parts;
  const post = pollPost(poll, true, state);
  if (!target.ours || first === undefined || post === null || context.closed(first.native)) return null;
  return update(post, first, context);
}

function only(call: SlackCall): Result {
  return { calls: [call], losses: [] };
}
