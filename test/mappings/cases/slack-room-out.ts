/** What happens to a room and its members, for Slack. */
import assert from "node:assert/strict";
import type { Outgoing, PropertyValue } from "../../../mappings/mapping.ts";
import { ROOT, TS } from "../slack/context.ts";
import { al, bob, calls, first, loses, shows, write } from "../slack/writing.ts";
import type { MappingCase } from "./case.ts";

const property = (name: PropertyValue["name"], value: string, item = ""): Outgoing => ({
  kind: "property",
  author: bob,
  property: { name, item, value },
});
const member = (action: "join" | "invite" | "kick" | "ban", user = al): Outgoing => ({
  kind: "member",
  user,
  action,
  by: bob,
  reason: "",
});
const room = (change: "archived" | "destroyed"): Outgoing => ({ kind: "room", change, to: null, reason: "" });

export const slackRoomOut: readonly MappingCase[] = [
  shows("notice", "the gateway's own stands in small print under its own name", () => {
    const { arguments: written } = first({ kind: "notice", text: "linked to <eng>" });
    assert.equal(written["username"], undefined);
    assert.equal(written["text"], "linked to &lt;eng&gt;");
    assert.match(JSON.stringify(written["blocks"]), /"type":"context"/);
  }),
  loses(
    "read-marker",
    "not carried",
    { kind: "marker", user: bob, upTo: ROOT, status: "read" },
    "marker_unsupported",
  ),
  loses(
    "delivery-receipt",
    "not carried",
    { kind: "marker", user: bob, upTo: ROOT, status: "delivered" },
    "marker_unsupported",
  ),
  loses("typing", "not carried", { kind: "typing", user: bob, typing: true }, "typing_unsupported"),
  loses(
    "presence",
    "not carried",
    { kind: "presence", user: bob, state: "away", text: "" },
    "presence_unsupported",
  ),
  calls(
    "room-name",
    "as a channel's name",
    property("name", "Big Plans!"),
    [{ method: "conversations.rename", arguments: { channel: "C1", name: "big-plans" } }],
    ["property_shortened"],
  ),
  calls("topic", "set and escaped", property("topic", "R&D"), [
    { method: "conversations.setTopic", arguments: { channel: "C1", topic: "R&amp;D" } },
  ]),
  loses("room-avatar", "channels have none", property("avatar", "mxc://a/b"), "property_unsupported"),
  calls("pins", "added", property("pins", "true", ROOT), [
    { method: "pins.add", arguments: { channel: "C1", timestamp: TS } },
  ]),
  calls("pins", "removed", property("pins", "", ROOT), [
    { method: "pins.remove", arguments: { channel: "C1", timestamp: TS } },
  ]),
  loses("join-leave", "remote users are no members", member("join", bob), "member_unsupported"),
  calls("invite", "somebody of the workspace", member("invite"), [
    { method: "conversations.invite", arguments: { channel: "C1", users: "U123" } },
  ]),
  calls("kick", "somebody of the workspace", member("kick"), [
    { method: "conversations.kick", arguments: { channel: "C1", user: "U123" } },
  ]),
  calls(
    "ban",
    "removed only",
    member("ban"),
    [{ method: "conversations.kick", arguments: { channel: "C1", user: "U123" } }],
    ["member_unsupported"],
  ),
  loses("roles", "not set", { kind: "role", user: bob, role: "admin", by: null }, "role_unsupported"),
  loses("moderated-room", "not set", property("moderated", "true"), "property_unsupported"),
  loses("announcement-room", "not set", property("read-only", "true"), "property_unsupported"),
  calls("room-end", "archived", room("archived"), [
    { method: "conversations.archive", arguments: { channel: "C1" } },
  ]),
  shows("room-end", "told where the app can't do it", () => {
    const { codes, calls: made } = write(room("destroyed"));
    assert.deepEqual(codes, ["room_change_noted"]);
    assert.equal(made[0]?.method, "chat.postMessage");
  }),
];
