/** Table tests: members, roles and profiles that come from Matrix. */
import type { MappingCase } from "../cases/case.ts";
import { bobNative, event, reads } from "./case-tools.ts";
import { ghostOfAl } from "./room.ts";

const aliceNative = { native: "@alice:hs.example", name: "Alice" };
const alNative = { native: ghostOfAl, name: "Al" };

function state(type: string, content: Readonly<Record<string, unknown>>, key = "") {
  return event(type, content, { state_key: key });
}

const joined = { membership: "join", name: "Alice", avatar: "" } as const;

export const membersIn: readonly MappingCase[] = [
  reads(
    "join-leave",
    "a join, with the avatar",
    event(
      "m.room.member",
      { membership: "join", displayname: "Alice", avatar_url: "mxc://hs.example/a" },
      {
        state_key: "@alice:hs.example",
        sender: "@alice:hs.example",
      },
    ),
    [
      { kind: "member", user: aliceNative, action: "join", by: null, reason: "" },
      { kind: "profile", user: aliceNative, avatar: "mxc://hs.example/a" },
    ],
  ),
  reads(
    "join-leave",
    "a join that changes nothing",
    event(
      "m.room.member",
      { membership: "join", displayname: "Alice" },
      {
        state_key: "@alice:hs.example",
        sender: "@alice:hs.example",
      },
    ),
    [],
    [],
    { member: () => joined },
  ),
  reads(
    "join-leave",
    "a leave",
    event(
      "m.room.member",
      { membership: "leave" },
      { state_key: "@alice:hs.example", sender: "@alice:hs.example" },
    ),
    [{ kind: "member", user: aliceNative, action: "leave", by: null, reason: "" }],
    [],
    { member: () => joined },
  ),
  reads("invite", "of a ghost", state("m.room.member", { membership: "invite" }, ghostOfAl), [
    { kind: "member", user: alNative, action: "invite", by: bobNative, reason: "" },
  ]),
  reads(
    "kick",
    "with its reason",
    state("m.room.member", { membership: "leave", reason: "noise" }, "@alice:hs.example"),
    [{ kind: "member", user: aliceNative, action: "kick", by: bobNative, reason: "noise" }],
    [],
    { member: () => joined },
  ),
  reads(
    "ban",
    "a ban, as the event says what was before",
    event(
      "m.room.member",
      { membership: "ban" },
      {
        state_key: "@alice:hs.example",
        unsigned: { prev_content: { membership: "join", displayname: "Alice" } },
      },
    ),
    [{ kind: "member", user: aliceNative, action: "ban", by: bobNative, reason: "" }],
  ),
  reads(
    "ban",
    "its end",
    state("m.room.member", { membership: "leave" }, "@alice:hs.example"),
    [{ kind: "member", user: aliceNative, action: "unban", by: bobNative, reason: "" }],
    [],
    { member: () => ({ ...joined, membership: "ban" }) },
  ),
  reads(
    "knock",
    "with its reason",
    event(
      "m.room.member",
      { membership: "knock", displayname: "Alice", reason: "please" },
      {
        state_key: "@alice:hs.example",
        sender: "@alice:hs.example",
      },
    ),
    [{ kind: "member", user: aliceNative, action: "knock", by: null, reason: "please" }],
  ),
  reads(
    "roles",
    "whose power changed its role",
    state("m.room.power_levels", { users: { "@alice:hs.example": 100, "@bob:hs.example": 60 } }),
    [{ kind: "role", user: aliceNative, role: "owner", by: bobNative }],
  ),
  reads(
    "display-name",
    "without what reorders other text",
    event(
      "m.room.member",
      { membership: "join", displayname: "\u202eAli\u2066 " },
      {
        state_key: "@alice:hs.example",
        sender: "@alice:hs.example",
      },
    ),
    [{ kind: "profile", user: { native: "@alice:hs.example", name: "Ali" }, avatar: null }],
    [],
    { member: () => joined },
  ),
  reads(
    "user-avatar",
    "taken away",
    event(
      "m.room.member",
      { membership: "join", displayname: "Alice" },
      {
        state_key: "@alice:hs.example",
        sender: "@alice:hs.example",
      },
    ),
    [{ kind: "profile", user: aliceNative, avatar: "" }],
    [],
    { member: () => ({ ...joined, avatar: "mxc://hs.example/a" }) },
  ),
  reads(
    "user-avatar",
    "elsewhere than at a homeserver it is none",
    event(
      "m.room.member",
      { membership: "join", displayname: "Alice", avatar_url: "https://evil.example/a.png" },
      { state_key: "@alice:hs.example", sender: "@alice:hs.example" },
    ),
    [],
    [],
    { member: () => joined },
  ),
  reads(
    "kick",
    "of a ghost, its reason without control characters",
    state("m.room.member", { membership: "leave", reason: "no\u0000ise" }, ghostOfAl),
    [{ kind: "member", user: alNative, action: "kick", by: bobNative, reason: "noise" }],
    [],
    { member: () => ({ ...joined, name: "Al" }) },
  ),
  reads(
    "roles",
    "a creator stays the owner, who is below zero is a visitor",
    state("m.room.power_levels", { users: { "@alice:hs.example": -1, "@bob:hs.example": 0 } }),
    [{ kind: "role", user: aliceNative, role: "visitor", by: bobNative }],
    [],
    { creators: ["@bob:hs.example"] },
  ),
];
