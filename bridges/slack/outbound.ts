/** From events to calls of the Web API, each a step. */
import type { OutEvent, Plain, Plan, RoomContext, Step } from "../../core/bridge.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Outgoing } from "../../mappings/mapping.ts";
import type { SlackCall, SlackCapabilities, SlackOutbound } from "../../mappings/slack/call.ts";
import { fromMimi } from "../../mappings/slack/from-mimi.ts";
import { fallback } from "../../mappings/slack/notice.ts";
import type { UserUri } from "../../mappings/ids.ts";
import type { Memory } from "./memory.ts";

/** What the steps of a channel's events are made from besides the events. */
export interface OutboundParts {
  readonly room: NativeRoom;
  readonly capabilities: SlackCapabilities;
  /** The workspace's address, with a slash at the end; null: not known yet. */
  readonly workspace: string | null;
  readonly memory: Pick<Memory, "closed">;
}

/** The steps of an event. Does no I/O. */
export function plan(event: OutEvent, parts: OutboundParts, context: RoomContext): Plan {
  switch (event.kind) {
    case "message": {
      const { id, speaker: author, message } = event;
      return planned(event, { kind: "message", id, author, message }, parts, context);
    }
    case "property": {
      const property = { name: event.name, item: "", value: event.value };
      return planned(event, { kind: "property", author: event.speaker, property }, parts, context);
    }
    case "notice":
      return event.to === null
        ? planned(event, { kind: "notice", text: event.text }, parts, context)
        : { steps: whisper(event.to.native, event.text, parts.room), losses: [] };
    case "member":
      return { steps: [], losses: [] };
  }
}

/** A line that one person sees, until he loads the channel again (chat.postEphemeral). Apps can't be told anything. */
function whisper(user: string, text: string, channel: NativeRoom): readonly Step[] {
  if (!/^[UW]/.test(user)) return [];
  const args = { call: { channel, user, text: fallback(text), parse: "none", link_names: false } };
  return [{ op: "chat.postEphemeral", part: null, speaker: null, args }];
}

function planned(
  event: Exclude<OutEvent, { kind: "member" }>,
  outgoing: Outgoing,
  parts: OutboundParts,
  context: RoomContext,
): Plan {
  const { calls, losses } = fromMimi(outgoing, parts.capabilities, outboundContext(parts, context));
  const speaker = event.kind === "message" ? event.speaker : null;
  return { steps: calls.map((call) => stepOf(call, speaker)), losses };
}

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

function outboundContext(parts: OutboundParts, context: RoomContext): SlackOutbound {
  const { room: channel, workspace, memory } = parts;
  return {
    ...context,
    channel,
    icon: () => null,
    label: providerOf,
    permalink: (ts) => workspace && `${workspace}archives/${channel}/p${ts.replace(".", "")}`,
    closed: (ts) => memory.closed(channel, ts),
    poll: () => null,
  };
}

/** Where a user comes from, so that nobody passes for a colleague. */
const providerOf = (user: UserUri): string => URL.parse(user)?.host ?? "";
