/** From events to calls of the Web API, each a step. */
import type { OutEvent, Plain, Plan, RoomContext, Step } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Outgoing, Written } from "../../mappings/mapping.ts";
import type { SlackCall, SlackCapabilities, SlackOutbound } from "../../mappings/slack/call.ts";
import { fromMimi } from "../../mappings/slack/from-mimi.ts";
import { fallback } from "../../mappings/slack/notice.ts";
import type { UserUri } from "../../mappings/ids.ts";
import { writeTally } from "../../mappings/slack/write-poll-change.ts";
import type { CustomEmoji } from "./emoji.ts";
import type { Memory } from "./memory.ts";

/** What the steps of a channel's events are made from besides the events. */
export interface OutboundParts {
  readonly room: NativeRoom;
  readonly capabilities: SlackCapabilities;
  /** The workspace's address, with a slash at the end; null: not known yet. */
  readonly workspace: string | null;
  readonly memory: Pick<Memory, "closed">;
  readonly emoji: Pick<CustomEmoji, "has">;
}

/** The steps of an event. Does no I/O. */
export function plan(event: OutEvent, parts: OutboundParts, context: RoomContext): Plan {
  switch (event.kind) {
    case "message": {
      const { id, speaker: author, message } = event;
      return planned(event, { kind: "message", id, author, message }, parts, context);
    }
    case "property": {
      const property = { name: event.name, item: event.item ?? "", value: event.value };
      return planned(event, { kind: "property", author: event.speaker, property }, parts, context);
    }
    case "notice":
      return event.to === null
        ? planned(event, { kind: "notice", text: event.text }, parts, context)
        : { steps: whisper(event.to.native, event.text, parts.room, threadTs(event, context)), losses: [] };
    case "tally":
      return stepsOf(writeTally(event.poll, outboundContext(parts, context, null)), null);
    case "member":
      return { steps: [], losses: [] };
  }
}

/** The thread that a line is about, where the channel has it. */
function threadTs({ thread }: Extract<OutEvent, { kind: "notice" }>, context: RoomContext): string | null {
  return context.thread(thread)?.root.parts[0]?.native ?? null;
}

/** A line that one person sees, until he loads the channel again (chat.postEphemeral). Apps can't be told anything. */
function whisper(user: string, text: string, channel: NativeRoom, thread_ts: string | null): readonly Step[] {
  if (!/^[UW]/.test(user) || user === "USLACKBOT") return [];
  const where = thread_ts === null ? { channel } : { channel, thread_ts };
  const args = { call: { ...where, user, text: fallback(text), parse: "none", link_names: false } };
  return [{ op: "chat.postEphemeral", part: null, speaker: null, args }];
}

function planned(
  event: Exclude<OutEvent, { kind: "member" | "tally" }>,
  outgoing: Outgoing,
  parts: OutboundParts,
  context: RoomContext,
): Plan {
  const speaker = event.kind === "message" ? event.speaker : null;
  return stepsOf(fromMimi(outgoing, parts.capabilities, outboundContext(parts, context, speaker)), speaker);
}

const stepsOf = ({ calls, losses }: Written<SlackCall>, speaker: Step["speaker"]): Plan => ({
  steps: calls.map((call) => stepOf(call, speaker)),
  losses,
});

function stepOf(call: SlackCall, speaker: Step["speaker"]): Step {
  const args = { call: plain(call.arguments) };
  if (!("part" in call)) return { op: call.method, part: null, speaker, args };
  const { threadOf } = call;
  return {
    op: call.method,
    part: call.part,
    speaker,
    args: threadOf === null ? args : { ...args, thread_of: threadOf },
  };
}

/** Arguments are JSON: what is undefined is left out. */
const plain = (value: unknown): Plain => JSON.parse(JSON.stringify(value)) as Plain;

function outboundContext(
  parts: OutboundParts,
  context: RoomContext,
  speaker: Step["speaker"],
): SlackOutbound {
  const { room: channel, workspace, memory } = parts;
  return {
    ...context,
    channel,
    icon: (user) => (speaker?.uri === user ? (speaker.avatar ?? null) : null),
    label: context.manners.named ? () => "" : providerOf,
    permalink: (ts) => workspace && `${workspace}archives/${channel}/p${ts.replace(".", "")}`,
    closed: (ts) => memory.closed(channel, ts),
    emoji: (name) => (parts.emoji.has(name) ? name : null),
  };
}

/** Where a user comes from, so that nobody passes for a colleague. */
const providerOf = (user: UserUri): string => URL.parse(user)?.host ?? "";
