/** A look at the linked channels, and at how fast the app may read what it missed of them. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Arguments } from "./api.ts";
import { asGatewayFault, throttledFor } from "./refusal.ts";

/** Slack gives this many messages at a time, once a minute, to apps that are sold but not in its directory. */
const CUT_AT = 15;
/** What the gateway asks for at once, and how often in a minute, of all other apps. */
const PAGE = 200;
const PAGES_AT_ONCE = 10;
const PAGES_A_MINUTE = 45;
const MINUTE_MS: Milliseconds = 60_000;
/** Slack's 429 for these apps names most of a minute; others mean that much is being read just now. */
const LONG_WAIT_MS: Milliseconds = 20_000;

const historyForm = z.object({ messages: z.array(z.unknown()), has_more: z.boolean().nullish() });
const channelForm = z.object({
  channel: z.object({
    name: z.string().nullish(),
    is_member: z.boolean().nullish(),
    is_archived: z.boolean().nullish(),
    is_private: z.boolean().nullish(),
    is_read_only: z.boolean().nullish(),
    is_thread_only: z.boolean().nullish(),
  }),
});
type Facts = z.infer<typeof channelForm>["channel"];

/** A linked channel as the bridge has it. */
export interface ExaminedChannel {
  readonly room: NativeRoom;
  /** Whether the app may rename it. */
  readonly renames: boolean;
}

export interface ExamineChannelsOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  readonly channels: readonly ExaminedChannel[];
}

/** Asks Slack of each channel once, and of one twice for its history; never rejects. */
export async function examineChannels({
  call,
  channels,
}: ExamineChannelsOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { room } of channels) findings.push(await channelFinding(call, room));
  const [first] = channels;
  findings.push(first === undefined ? HISTORY_LATER : await historyFinding(call, first.room));
  if (channels.length > 0) findings.push(renameFinding(channels));
  return findings;
}

async function channelFinding(call: ExamineChannelsOptions["call"], room: NativeRoom): Promise<Finding> {
  const check = `channel:${room}`;
  try {
    const { channel } = channelForm.parse(await call("conversations.info", { channel: room }));
    return { check, ...stateOf(channel) };
  } catch (thrown) {
    const { detail } = asGatewayFault(thrown, "conversations.info");
    const remedy = "see that the channel is there and the app in it (/invite), or unlink it";
    return { check, state: "fault", detail, remedy };
  }
}

function stateOf(facts: Facts): Omit<Finding, "check"> {
  const name = `#${facts.name ?? ""}`;
  if (facts.is_archived === true)
    return { state: "fault", detail: `${name} is archived`, remedy: "unarchive it, or unlink it" };
  if (facts.is_member !== true)
    return { state: "fault", detail: `the app is not in ${name}`, remedy: "invite it there: /invite" };
  if (facts.is_read_only === true || facts.is_thread_only === true)
    return {
      state: "fault",
      detail: `only some may post in ${name}, and the app is not known to be one of them`,
      remedy: "let apps post there (the channel's settings, Posting permissions)",
    };
  return { state: "ok", detail: `${name}: the app is in it and may post`, remedy: null };
}

const HISTORY_LATER: Finding = {
  check: "history",
  state: "ok",
  detail: "how fast the app may read history is seen when a channel is linked",
  remedy: null,
};

/** Two requests in a row: whom Slack limits gets 15 messages at the first, and 429 for the second. */
async function historyFinding(call: ExamineChannelsOptions["call"], room: NativeRoom): Promise<Finding> {
  const ask = async () =>
    historyForm.parse(await call("conversations.history", { channel: room, limit: 100 }));
  try {
    const { messages, has_more: more } = await ask();
    if (messages.length > CUT_AT) return historyOf("internal");
    if (more === true) return historyOf("limited");
    await ask();
    return historyOf("internal");
  } catch (thrown) {
    const wait = throttledFor(thrown);
    if (wait !== null && wait > LONG_WAIT_MS) return historyOf("limited");
    return historyUnknown(asGatewayFault(thrown, "conversations.history").detail);
  }
}

function historyUnknown(why: string): Finding {
  return {
    check: "history",
    state: "warning",
    detail: `how fast the app may read history is not known: ${why}`,
    remedy: "look again when a channel is linked and nothing is being repaired",
  };
}

/** The app's tier, and how long reading what was missed takes with it. */
export function historyOf(tier: "internal" | "limited"): Finding {
  const takes = [1_000, 10_000].map(
    (messages) =>
      `${messages.toLocaleString("en")} missed messages in ${lengthOf(repairTime(tier, messages))}`,
  );
  const detail = `${takes.join(", ")}, and a request more for each thread that went on meanwhile`;
  return tier === "internal"
    ? { check: "history", state: "ok", detail: `tier 3, as of an internal app: ${detail}`, remedy: null }
    : {
        check: "history",
        state: "warning",
        detail: `15 messages a minute, as of an app that is sold outside of Slack's directory: ${detail}`,
        remedy: "make an app of the workspace's own (`mimi-gateway slack manifest`), which has no such limit",
      };
}

/** How long it takes to read so many messages of one channel, where nothing else is read. */
export function repairTime(tier: "internal" | "limited", messages: number): Milliseconds {
  if (tier === "limited") return Math.max(0, Math.ceil(messages / CUT_AT) - 1) * MINUTE_MS;
  return (Math.max(0, Math.ceil(messages / PAGE) - PAGES_AT_ONCE) * MINUTE_MS) / PAGES_A_MINUTE;
}

function lengthOf(time: Milliseconds): string {
  const minutes = Math.ceil(time / MINUTE_MS);
  if (minutes < 1) return "a few seconds";
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function renameFinding(channels: readonly ExaminedChannel[]): Finding {
  const renamed = channels.filter(({ renames }) => renames).length;
  const detail =
    `the app may rename ${renamed} of ${channels.length} linked channels: those that it made itself; names of others ` +
    "are not carried to Slack";
  return { check: "rename", state: "ok", detail, remedy: null };
}
