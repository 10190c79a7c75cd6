/** Events that come too late to say anything: Slack repeats them and promises no order. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Lookups } from "../../core/bridge/inbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import { reactionsIn } from "./channel-state.ts";
import type { History } from "./history.ts";
import { timeOf } from "./names.ts";
import type { Taken } from "./taken.ts";

const moment = timestamp.nullish().catch(null);
const words = z.string().nullish().catch(null);
const lookForm = z.object({
  type: z.string(),
  subtype: words,
  ts: moment,
  event_ts: moment,
  user: words,
  reaction: words,
  item: z.object({ ts: moment }).nullish().catch(null),
  deleted_ts: moment,
  message: z
    .object({ ts: moment, subtype: words, edited: z.object({ ts: moment }).nullish().catch(null) })
    .nullish()
    .catch(null),
});
type Look = z.infer<typeof lookForm>;

export interface LateContext {
  readonly memory: { readonly taken: Taken };
  readonly history: Pick<History, "look">;
  /** How long Slack may take to show what it has taken. */
  readonly settleMs: Milliseconds;
  readonly now: () => Milliseconds;
}

/**
 * Whether a later word on the same was read, or the message is there already: an edit that came before its message was
 * taken for it; or it was deleted before the channel was last read. Notes the event, and answers the same when it is read
 * again. Rejects as calls do, and with target_under_way as long as what seems to be gone is too young for that.
 */
export async function isLate(
  room: NativeRoom,
  event: unknown,
  around: LateContext,
  lookups: Pick<Lookups, "knows">,
): Promise<boolean> {
  const { taken } = around.memory;
  const { data } = lookForm.safeParse(event);
  if (data?.type === "reaction_added" || data?.type === "reaction_removed") {
    const { item, user, reaction, event_ts: at } = data;
    if (!item?.ts || !user || !reaction || !at) return false;
    if (taken.reactionIsLate(room, { ts: item.ts, user, name: reaction }, at)) return true;
    if (!taken.wasRead(room, at)) return false;
    const added = data.type === "reaction_added";
    return isOverruled(room, { ts: item.ts, user, name: reaction, at, added }, around);
  }
  return data?.type === "message" && isLateMessage(room, data, around, lookups);
}

async function isLateMessage(
  room: NativeRoom,
  { subtype, ts, event_ts: told, deleted_ts: deleted, message }: Look,
  around: LateContext,
  lookups: Pick<Lookups, "knows">,
): Promise<boolean> {
  const { taken } = around.memory;
  switch (subtype) {
    case "message_deleted":
      if (deleted) taken.went(room, deleted);
      return false;
    case "message_changed": {
      if (!message?.ts) return false;
      if (message.subtype === "tombstone") {
        taken.went(room, message.ts);
        return false;
      }
      const edit = { edited: message.edited?.ts ?? null, told: told ?? ts ?? null };
      if (taken.isGone(room, message.ts) || taken.editIsLate(room, message.ts, edit)) return true;
      return !(await lookups.knows(message.ts)) && wasDeleted(room, message.ts, around);
    }
    case "channel_topic":
    case "group_topic":
      return false;
    default:
      if (!ts) return false;
      if (taken.isGone(room, ts) || (await lookups.knows(ts))) return true;
      return wasDeleted(room, ts, around);
  }
}

/** Of a message that is news: the channel was read since it was said, and does not have it. */
async function wasDeleted(room: NativeRoom, ts: string, around: LateContext): Promise<boolean> {
  const { memory, history } = around;
  if (!memory.taken.wasRead(room, ts)) return false;
  stillWaits(room, ts, around);
  if ((await history.look(room, ts)) !== "gone") return false;
  wait(room, ts, around);
  return true;
}

/** Of a reaction from before the channel was last read: how it stands now says whether this was the last word on it. */
async function isOverruled(
  room: NativeRoom,
  change: {
    readonly ts: string;
    readonly user: string;
    readonly name: string;
    readonly at: string;
    readonly added: boolean;
  },
  around: LateContext,
): Promise<boolean> {
  stillWaits(room, change.at, around);
  const found = await around.history.look(room, change.ts);
  if (found === null) return false;
  const reactions = found === "gone" ? [] : reactionsIn(found.json);
  const stands = reactions.some(
    ({ name, users, all }) => name === change.name && (!all || users.includes(change.user)),
  );
  if (stands === change.added) return false;
  wait(room, change.at, around);
  return true;
}

/** What is young may not be shown yet. Throws target_under_way until it is old enough, if Slack's clock is anywhere near ours. */
function wait(room: NativeRoom, at: string, { memory, settleMs, now }: LateContext): void {
  const age = now() - timeOf(at);
  if (Math.abs(age) >= settleMs) return;
  memory.taken.doubt(room, at, now() + settleMs - age);
  throw notYet(room);
}

/** Slack is not asked again and again meanwhile. */
function stillWaits(room: NativeRoom, at: string, { memory, now }: LateContext): void {
  if (now() < memory.taken.doubtedUntil(room, at)) throw notYet(room);
}

const notYet = (room: NativeRoom): GatewayError =>
  new GatewayError("target_under_way", `${room} may not show everything yet`);

const targetForm = z.object({
  type: z.string(),
  subtype: words,
  message: z.object({ ts: moment, subtype: words }).nullish().catch(null),
  item: z.object({ ts: moment }).nullish().catch(null),
});

/** The message that an event changes or reacts to; what deletes one, and what answers one, does neither. */
export function changedBy(event: unknown): string | null {
  const { data } = targetForm.safeParse(event);
  if (data?.type === "reaction_added" || data?.type === "reaction_removed") return data.item?.ts ?? null;
  if (data?.type !== "message" || data.subtype !== "message_changed") return null;
  return data.message?.subtype === "tombstone" ? null : (data.message?.ts ?? null);
}
