/** conversations.history and conversations.replies. */
import { publishMessage, repliesTo } from "../state/publish.ts";
import type { SlackMessageRecord } from "../state/records.ts";
import { Refusal } from "../state/refusal.ts";
import {
  type Answer,
  type Arguments,
  bot,
  type BotCall,
  channelOf,
  flag,
  type Methods,
  required,
  text,
} from "./method.ts";
import { pageOf } from "./pages.ts";

const HISTORY_SCOPES = ["channels:history", "groups:history", "im:history", "mpim:history"];
/** As many as an app gets that is sold outside of Slack's directory. */
const RESTRICTED = 15;
const limits = { usual: 100, most: 999 };
const replyLimits = { usual: 1_000, most: 1_000 };

export const historyMethods: Methods = {
  "conversations.history": bot("t3", true, HISTORY_SCOPES, history),
  "conversations.replies": bot("t3", false, HISTORY_SCOPES, replies),
};

/** Newest first; of threads only their first messages, and what was sent to the channel too. */
function history(call: BotCall, given: Arguments): Answer {
  const channel = channelOf(call, required(given, "channel"), "history");
  if (!channel.members.has(call.workspace.bot.user)) throw new Refusal("not_in_channel");
  const inRange = range(given);
  const all = call.workspace
    .visible(channel)
    .filter(
      ({ threadTs, ts, subtype }) => threadTs === null || threadTs === ts || subtype === "thread_broadcast",
    )
    .filter(({ ts }) => inRange(ts))
    .toReversed();
  const page = pageOf(
    all,
    ({ ts }) => ts,
    given,
    sizes(call, limits),
    (ts, named) => ts <= named,
  );
  const latest = text(given, "latest");
  return {
    ...(latest !== null && { latest }),
    messages: show(call, page.items, given),
    has_more: page.cursor !== "",
    pin_count: channel.pins.size,
    channel_actions_ts: null,
    channel_actions_count: 0,
    ...next(page.cursor),
  };
}

/** The first message of the thread on each page, then its replies, oldest first. */
function replies(call: BotCall, given: Arguments): Answer {
  const channel = channelOf(call, required(given, "channel"), "history");
  if (!channel.members.has(call.workspace.bot.user)) throw new Refusal("channel_not_found");
  const asked = call.workspace.message(channel, required(given, "ts"));
  const root =
    asked === null || asked.threadTs === null ? asked : call.workspace.message(channel, asked.threadTs);
  if (root === null) throw new Refusal("thread_not_found");
  const inRange = range(given);
  const all = repliesTo(call.workspace, channel, root).filter(({ ts }) => inRange(ts));
  const page = pageOf(
    all,
    ({ ts }) => ts,
    given,
    sizes(call, replyLimits),
    (ts, named) => ts >= named,
  );
  return {
    messages: show(call, [root, ...page.items], given),
    has_more: page.cursor !== "",
    ...next(page.cursor),
  };
}

/** Without `inclusive` the ends themselves are left out. */
function range(given: Arguments): (ts: string) => boolean {
  const oldest = timeOf(text(given, "oldest") ?? "0", "invalid_ts_oldest");
  const end = text(given, "latest");
  const latest = end === null ? null : timeOf(end, "invalid_ts_latest");
  const inclusive = flag(given, "inclusive");
  return (ts) => {
    if (inclusive) return ts >= oldest && (latest === null || ts <= latest);
    return ts > oldest && (latest === null || ts < latest);
  };
}

/** In the form of timestamps of messages, so that they compare as texts. */
function timeOf(value: string, code: string): string {
  const parts = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(value);
  if (parts === null) throw new Refusal(code);
  return `${(parts[1] ?? "").padStart(10, "0")}.${(parts[2] ?? "").padEnd(6, "0")}`;
}

function sizes(call: BotCall, own: typeof limits): typeof limits {
  return call.restrictedHistory ? { usual: RESTRICTED, most: RESTRICTED } : own;
}

function show(call: BotCall, messages: readonly SlackMessageRecord[], given: Arguments): object[] {
  const metadata = flag(given, "include_all_metadata");
  return messages.map((message) => publishMessage(call.workspace, message, { metadata }));
}

function next(cursor: string): object {
  return cursor === "" ? {} : { response_metadata: { next_cursor: cursor } };
}
