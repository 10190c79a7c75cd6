/** What happens to a channel and to its members. */
import type { z } from "zod";
import { plainTextOf } from "../markup/plain.ts";
import type { Mapped, MappedEvent, PlatformUser, PropertyValue } from "../mapping.ts";
import type { SlackMessage, schemas } from "./event.ts";
import { type SlackInbound, lost, mapped, nothing, senderOf, userOf } from "./inbound.ts";
import { readMrkdwn } from "./markup/mrkdwn-read.ts";

type Of<Name extends keyof typeof schemas> = z.infer<(typeof schemas)[Name]>;

/** `pin_added` and `pin_removed`. */
export function readPin(event: Of<"pin">, pinned: boolean, context: SlackInbound): MappedEvent {
  if (event.user === context.self.user) return nothing;
  const ts = event.item.message?.ts;
  if (event.item.type !== "message" || !ts) return lost("not_bridged", `a pin of type ${event.item.type}`);
  const known = context.message(ts);
  if (!known) return lost("target_unknown", `a pin of ${ts}`);
  return property(userOf(context, event.user), {
    name: "pins",
    item: known.root,
    value: pinned ? "true" : "",
  });
}

/** `member_joined_channel` and `member_left_channel`. Slack does not say who removed somebody: he leaves. */
export function readMembership(
  event: Of<"membership">,
  action: "join" | "leave",
  context: SlackInbound,
): MappedEvent {
  if (event.user === context.self.user) return nothing;
  const invited = event.inviter && event.inviter !== event.user ? event.inviter : null;
  return mapped({
    kind: "member",
    user: userOf(context, event.user),
    action,
    by: invited === null ? null : userOf(context, invited),
    reason: "",
  });
}

/** `channel_rename`; its own change comes back to the gateway without a name of who did it. */
export function readRename(event: Of<"renamed">, context: SlackInbound): MappedEvent {
  const { name } = event.channel;
  return name === context.lastSet("name") ? nothing : property(null, { name: "name", item: "", value: name });
}

/** `channel_topic`: Slack escapes it like a message and cuts it, so the gateway's own is known by its sender or text. */
export function readTopic(message: SlackMessage, context: SlackInbound): MappedEvent {
  const raw = message.topic ?? "";
  if (message.user === context.self.user || (raw !== "" && raw === context.lastSet("topic"))) return nothing;
  const read = readMrkdwn(raw, context);
  const value = plainTextOf(read.text);
  return property(senderOf(message, context), { name: "topic", item: "", value });
}

/** `user_change` and `user_profile_changed`. */
export function readProfile(event: Of<"profile">): MappedEvent {
  const { id, name, profile } = event.user;
  const shown = profile.display_name || profile.real_name || name || `Slack user ${id}`;
  const avatar = profile.image_512 || profile.image_original || null;
  return mapped({ kind: "profile", user: { native: id, name: shown }, avatar });
}

/** The channel's end, its return, or its new id. */
export function roomChange(
  change: Extract<Mapped, { kind: "room" }>["change"],
  to: string | null,
): MappedEvent {
  return mapped({ kind: "room", change, to, reason: "" });
}

function property(sender: PlatformUser | null, value: PropertyValue): MappedEvent {
  return mapped({ kind: "property", sender, property: value });
}
