/**
 * What stands in a channel, as its history had it when it was read: history names no event for reactions and deletions. It
 * goes through the inbox like what is told, so that it is durable and in order, and is compared with the log there.
 */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Raw } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";

/** Slack has no event of this type. */
const TYPE = "channel_state";
/** Messages in one piece. */
const PIECE = 200;

const reactionForm = z.object({
  name: z.string(),
  users: z.array(z.string()),
  /** False: Slack has named some of the users only. */
  all: z.boolean(),
});
const stateForm = z.object({
  type: z.literal(TYPE),
  /** The stretch that it is about, from this `ts` on. */
  from: timestamp,
  before: timestamp,
  /** A moment by Slack's clock, before it was read. */
  seen: timestamp,
  /** When it was read, by the gateway's clock. */
  read_at: z.number(),
  /** All that stands in the stretch, replies in threads included as far as threads were read. */
  messages: z.array(z.object({ ts: timestamp, reactions: z.array(reactionForm) })),
});

export type ChannelState = Readonly<z.infer<typeof stateForm>>;
export type ReactionState = Readonly<z.infer<typeof reactionForm>>;
export type MessageState = ChannelState["messages"][number];

const storedReactions = z.object({
  reactions: z
    .array(z.object({ name: z.string(), users: z.array(z.string()), count: z.number() }))
    .nullish()
    .catch(null),
});

/** The reactions of a message as Slack stores it; of many users it names a part. */
export function reactionsIn(message: Record<string, unknown>): readonly ReactionState[] {
  const reactions = storedReactions.parse(message).reactions ?? [];
  return reactions.map(({ name, users, count }) => ({ name, users, all: users.length >= count }));
}

/** null: it is something that was told. */
export function channelState(event: unknown): ChannelState | null {
  return stateForm.safeParse(event).data ?? null;
}

/** Whether a raw is one of these, by a cheap look. */
export const isState = ({ raw }: Raw): boolean => raw.startsWith(`{"type":"${TYPE}"`);

/** The state of a stretch in pieces for the inbox, the earliest first. `messages` in order. */
export function keptStretch(
  room: NativeRoom,
  stretch: { readonly from: string; readonly before: string; readonly seen: string },
  messages: readonly MessageState[],
  readAt: Milliseconds,
): readonly Raw[] {
  const raws: Raw[] = [];
  for (let at = 0; at === 0 || at < messages.length; at += PIECE) {
    const from = at === 0 ? stretch.from : (messages[at]?.ts ?? stretch.from);
    const before = messages[at + PIECE]?.ts ?? stretch.before;
    const state: ChannelState & { readonly channel: NativeRoom } = {
      type: TYPE,
      channel: room,
      from,
      before,
      seen: stretch.seen,
      read_at: readAt,
      messages: messages.slice(at, at + PIECE),
    };
    raws.push({ nativeKey: null, at: readAt, raw: JSON.stringify(state) });
  }
  return raws;
}
