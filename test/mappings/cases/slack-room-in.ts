/** What happens to a channel of Slack and to people, read. */
import { ROOT, TS } from "../slack/context.ts";
import { AL, gives, said } from "../slack/reading.ts";
import type { MappingCase } from "./case.ts";

export const slackRoomIn: readonly MappingCase[] = [
  gives(
    "room-name",
    "renamed",
    { type: "channel_rename", channel: { id: "C1", name: "eng" } },
    {
      kind: "property",
      sender: null,
      property: { name: "name", item: "", value: "eng" },
    },
  ),
  gives("topic", "unescaped", said({ subtype: "channel_topic", topic: "R&amp;D" }), {
    kind: "property",
    sender: AL,
    property: { name: "topic", item: "", value: "R&D" },
  }),
  ...(["added", "removed"] as const).map((change) =>
    gives(
      "pins",
      change,
      { type: `pin_${change}`, user: "U123", item: { type: "message", message: { ts: TS } } },
      {
        kind: "property",
        sender: AL,
        property: { name: "pins", item: ROOT, value: change === "added" ? "true" : "" },
      },
    ),
  ),
  ...(["joined", "left"] as const).map((change) =>
    gives(
      "join-leave",
      change,
      { type: `member_${change}_channel`, user: "U123", channel: "C1" },
      {
        kind: "member",
        user: AL,
        action: change === "joined" ? "join" : "leave",
        by: null,
        reason: "",
      },
    ),
  ),
  gives(
    "invite",
    "who brought somebody in",
    { type: "member_joined_channel", user: "U2", channel: "C1", inviter: "U123" },
    {
      kind: "member",
      user: { native: "U2", name: "Slack user U2" },
      action: "join",
      by: AL,
      reason: "",
    },
  ),
  gives(
    "kick",
    "Slack does not say so: a leave",
    { type: "member_left_channel", user: "U123", channel: "C1" },
    {
      kind: "member",
      user: AL,
      action: "leave",
      by: null,
      reason: "",
    },
  ),
  gives(
    "display-name",
    "changed",
    { type: "user_change", user: { id: "U123", profile: { display_name: "Albert" } } },
    {
      kind: "profile",
      user: { native: "U123", name: "Albert" },
      avatar: null,
    },
  ),
  gives(
    "user-avatar",
    "changed",
    {
      type: "user_profile_changed",
      user: { id: "U123", profile: { real_name: "Al", image_512: "https://a.example/5.png" } },
    },
    { kind: "profile", user: AL, avatar: "https://a.example/5.png" },
  ),
  ...(
    [
      ["channel_archive", "archived"],
      ["channel_unarchive", "restored"],
      ["channel_deleted", "destroyed"],
    ] as const
  ).map(([type, change]) =>
    gives("room-end", change, { type, channel: "C1" }, { kind: "room", change, to: null, reason: "" }),
  ),
  gives(
    "room-end",
    "a new id",
    { type: "channel_id_changed", old_channel_id: "C1", new_channel_id: "C2" },
    {
      kind: "room",
      change: "moved",
      to: "C2",
      reason: "",
    },
  ),
];
