/** Table tests: members, state and transient events that go to Matrix. */
import type { LossCode } from "../../../mappings/loss.ts";
import type { FeatureKey } from "../../../mappings/features.ts";
import type { MemberAction, Outgoing, PropertyValue } from "../../../mappings/mapping.ts";
import type { MatrixCall, MatrixContent } from "../../../mappings/matrix/calls.ts";
import type { MatrixCapabilities } from "../../../mappings/matrix/context.ts";
import type { MappingCase } from "../cases/case.ts";
import { writes } from "./case-tools.ts";
import { al, authorAl, authorBob, bob, ghostOfAl, mark, nothingAllowed, root } from "./room.ts";

const powers = { users: { "@bob:hs.example": 50 }, users_default: 0, events_default: 0, ban: 50 };

function sets(
  feature: FeatureKey,
  name: string,
  property: [PropertyValue["name"], string] | [PropertyValue["name"], string, string],
  state: readonly [string, MatrixContent] | null,
  losses: readonly LossCode[] = [],
  capabilities: Partial<MatrixCapabilities> = {},
): MappingCase {
  const [which, value, item = ""] = property;
  const calls: MatrixCall[] =
    state === null ? [] : [{ kind: "state", type: state[0], stateKey: "", content: state[1] }];
  const given: Outgoing = { kind: "property", author: authorBob, property: { name: which, item, value } };
  return writes(feature, name, given, calls, losses, capabilities);
}

function member(
  action: MemberAction,
  of: typeof authorAl,
  by: typeof authorAl | null = null,
  reason = "",
): Outgoing {
  return { kind: "member", user: of, action, by, reason };
}

function membership(
  action: "join" | "leave" | "invite" | "kick" | "ban" | "unban",
  user: typeof al,
  as: typeof al | null,
  reason = "",
): MatrixCall {
  return { kind: "membership", as, action, user, reason };
}

function said(body: string): MatrixCall {
  const content = { msgtype: "m.notice", body, "m.mentions": {}, ...mark };
  return { kind: "send", as: null, type: "m.room.message", content };
}

const moved: Outgoing = { kind: "room", change: "moved", to: "#next", reason: "full" };

export const roomOut: readonly MappingCase[] = [
  writes("read-marker", "for the last part", { kind: "marker", user: authorAl, upTo: root, status: "read" }, [
    { kind: "receipt", as: al, eventId: "$root", thread: "main" },
  ]),
  writes(
    "delivery-receipt",
    "is not shown",
    { kind: "marker", user: authorAl, upTo: root, status: "delivered" },
    [],
    ["marker_unsupported"],
  ),
  writes("typing", "for half a minute", { kind: "typing", user: authorAl, typing: true }, [
    { kind: "typing", as: al, typing: true, timeout: 30_000 },
  ]),
  writes(
    "presence",
    "away is unavailable",
    { kind: "presence", user: authorAl, state: "away", text: "lunch" },
    [{ kind: "presence", as: al, presence: "unavailable", status: "lunch" }],
  ),
  writes(
    "presence",
    "where it is off",
    { kind: "presence", user: authorAl, state: "away", text: "" },
    [],
    ["presence_unsupported"],
    nothingAllowed,
  ),
  sets("room-name", "set", ["name", "Eng"], ["m.room.name", { name: "Eng" }]),
  sets("room-name", "without the power", ["name", "Eng"], null, ["property_unsupported"], nothingAllowed),
  sets(
    "topic",
    "in both forms",
    ["topic", "what for"],
    [
      "m.room.topic",
      { topic: "what for", "m.topic": { "m.text": [{ body: "what for", mimetype: "text/plain" }] } },
    ],
  ),
  sets(
    "room-avatar",
    "the homeserver's copy",
    ["avatar", "https://gw.example/m/a"],
    ["m.room.avatar", { url: "mxc://hs.example/copy" }],
  ),
  sets(
    "pins",
    "added to the list",
    ["pins", "true", root],
    ["m.room.pinned_events", { pinned: ["$bobs", "$root"] }],
  ),
  sets("pins", "taken out where it is not in", ["pins", "", root], null),
  writes("join-leave", "a join by the ghost", member("join", authorAl), [membership("join", al, al)]),
  writes("join-leave", "a leave by the ghost", member("leave", authorAl), [membership("leave", al, al)]),
  writes("invite", "of a native user", member("invite", authorBob, authorAl), [
    membership("invite", bob, null, "(\u2068Al\u2069)"),
  ]),
  writes("kick", "of a ghost", member("kick", authorAl, authorBob, "noise"), [
    membership("kick", al, null, "noise (\u2068Bob\u2069)"),
  ]),
  writes(
    "kick",
    "of a ghost without the power",
    member("kick", authorAl, authorBob, "noise"),
    [membership("leave", al, al, "noise")],
    [],
    nothingAllowed,
  ),
  writes(
    "kick",
    "of a native user where that is not mirrored",
    member("kick", authorBob, authorAl),
    [],
    ["member_unsupported"],
    { mirrorModeration: false },
  ),
  writes("ban", "of a ghost", member("ban", authorAl), [membership("ban", al, null)]),
  writes("ban", "its end", member("unban", authorAl), [membership("unban", al, null)]),
  writes(
    "knock",
    "a line of text",
    member("knock", authorAl, null, "please"),
    [said("\u2068Al\u2069 asks to join: please")],
    ["room_change_noted"],
  ),
  writes("roles", "a ghost's power", { kind: "role", user: authorAl, role: "moderator", by: null }, [
    {
      kind: "state",
      type: "m.room.power_levels",
      stateKey: "",
      content: { ...powers, users: { "@bob:hs.example": 50, [ghostOfAl]: 50 } },
    },
  ]),
  writes(
    "roles",
    "a native user's power is not changed",
    { kind: "role", user: authorBob, role: "owner", by: null },
    [],
    ["role_unsupported"],
  ),
  sets(
    "moderated-room",
    "voice is needed",
    ["moderated", "true"],
    ["m.room.power_levels", { ...powers, events_default: 1 }],
  ),
  sets(
    "announcement-room",
    "moderators only",
    ["read-only", "true"],
    ["m.room.power_levels", { ...powers, events_default: 50 }],
  ),
  sets("announcement-room", "off where it is not on", ["read-only", "false"], null),
  writes(
    "display-name",
    "of the ghost",
    { kind: "profile", user: { uri: al, name: "Albert" }, avatar: null },
    [{ kind: "profile", as: al, name: "Albert", avatar: null }],
  ),
  writes(
    "user-avatar",
    "the homeserver's copy",
    { kind: "profile", user: authorAl, avatar: "https://gw.example/m/a" },
    [{ kind: "profile", as: al, name: "Al", avatar: "mxc://hs.example/copy" }],
  ),
  writes(
    "user-avatar",
    "without a copy",
    { kind: "profile", user: authorAl, avatar: "https://far.example/a" },
    [{ kind: "profile", as: al, name: "Al", avatar: null }],
    ["profile_unsupported"],
  ),
  writes(
    "room-end",
    "a line of text",
    moved,
    [said("The conversation moved elsewhere to #next: full")],
    ["room_change_noted"],
  ),
];
