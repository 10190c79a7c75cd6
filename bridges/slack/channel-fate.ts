/** What becomes of a channel as a whole, and of the app's place in it. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { NativeRoom } from "../../core/ids.ts";

/** A closed channel is looked at so often, unless Slack says that it is open again. */
export const CLOSED_AGAIN_MS: Milliseconds = 60_000;

/** Why nothing can be done in a channel now, with the remedy. */
export const CLOSED = {
  archived: "it is archived: unarchive it",
  deleted: "it was deleted: unlink it",
  removed: "the app is not in it: /invite it there",
  unknown: "there is no such channel, or it is private and the app not in it: /invite it there",
} as const;
export type Closed = keyof typeof CLOSED;

export type Fate =
  | { readonly kind: "closed"; readonly room: NativeRoom; readonly why: Closed }
  | { readonly kind: "open"; readonly room: NativeRoom }
  | { readonly kind: "moved"; readonly room: NativeRoom; readonly to: NativeRoom };

const eventForm = z.object({
  type: z.string(),
  channel: z.string().nullish().catch(null),
  user: z.string().nullish().catch(null),
  old_channel_id: z.string().nullish(),
  new_channel_id: z.string().nullish(),
});
/** Refusals of calls that say the same as the events. */
const REFUSALS: Readonly<Record<string, Closed>> = {
  is_archived: "archived",
  not_in_channel: "removed",
  channel_not_found: "unknown",
};

/** By an inner event of the Events API; null: it is about something else. `self`: the app's user. */
export function fateOf(event: unknown, self: string): Fate | null {
  const { data } = eventForm.safeParse(event);
  if (!data) return null;
  const { type, channel, user, old_channel_id: from, new_channel_id: to } = data;
  if (type === "channel_id_changed")
    return from && to ? { kind: "moved", room: from as NativeRoom, to: to as NativeRoom } : null;
  if (!channel) return null;
  const room = channel as NativeRoom;
  switch (type) {
    case "channel_archive":
    case "group_archive":
      return { kind: "closed", room, why: "archived" };
    case "channel_deleted":
    case "group_deleted":
      return { kind: "closed", room, why: "deleted" };
    case "channel_left":
    case "group_left":
      return { kind: "closed", room, why: "removed" };
    case "member_left_channel":
      return user === self ? { kind: "closed", room, why: "removed" } : null;
    case "channel_unarchive":
    case "group_unarchive":
      return { kind: "open", room };
    case "member_joined_channel":
      return user === self ? { kind: "open", room } : null;
    default:
      return null;
  }
}

/** What Slack's refusal of a call says of the channel; null: nothing. */
export function closedBy(refusal: string, method: string): Closed | null {
  // Only a public channel can be joined. What else a kind of channel does not have says nothing of the rest.
  if (refusal === "method_not_supported_for_channel_type")
    return method === "conversations.join" ? "removed" : null;
  return REFUSALS[refusal] ?? null;
}
