/** What is done in a room of XMPP besides messages. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import type { LossCode } from "../../../mappings/loss.ts";
import type { Outgoing, PropertyValue } from "../../../mappings/mapping.ts";
import type { XmppCall, XmppCapabilities } from "../../../mappings/xmpp/from-mimi.ts";
import { author, codes, id, payloads, uri, write, zoes } from "../xmpp/room.ts";
import type { MappingCase } from "./case.ts";

const calls = (
  feature: FeatureKey,
  name: string,
  event: Outgoing,
  expected: readonly XmppCall[],
  lost: readonly LossCode[] = [],
  can: Partial<XmppCapabilities> = {},
): MappingCase => ({
  feature,
  direction: "out",
  name,
  run() {
    const written = write(event, can);
    assert.deepEqual(written.calls, expected);
    assert.deepEqual(codes(written), lost);
  },
});

const says = (
  feature: FeatureKey,
  name: string,
  event: Outgoing,
  payload: string,
  lost: readonly LossCode[] = [],
): MappingCase => ({
  feature,
  direction: "out",
  name,
  run() {
    const written = write(event);
    assert.deepEqual(payloads(written), [payload]);
    assert.deepEqual(codes(written), lost);
  },
});

const property = (name: PropertyValue["name"], value: string, item = ""): Outgoing => ({
  kind: "property",
  author,
  property: { name, item, value },
});
const al = { uri: uri("al"), name: "Al" };
const native = "eng@muc.example/OCC-AL";
const moved = (action: "join" | "leave" | "kick" | "ban" | "invite" | "knock", user = author): Outgoing => ({
  kind: "member",
  user,
  action,
  by: null,
  reason: "so",
});
const seat = (present: boolean): XmppCall => ({
  kind: "occupancy",
  user: author.uri,
  name: "Zoe",
  present,
  reason: "so",
});

export const xmppRoomOut: readonly MappingCase[] = [
  says(
    "read-marker",
    "displayed",
    { kind: "marker", user: author, upTo: zoes.root, status: "read" },
    "<displayed xmlns='urn:xmpp:chat-markers:0' id='S-ZOE-2'></displayed>",
  ),
  says(
    "typing",
    "begins",
    { kind: "typing", user: author, typing: true },
    "<composing xmlns='http://jabber.org/protocol/chatstates'></composing><no-store xmlns='urn:xmpp:hints'></no-store>",
  ),
  says(
    "typing",
    "ends",
    { kind: "typing", user: author, typing: false },
    "<paused xmlns='http://jabber.org/protocol/chatstates'></paused><no-store xmlns='urn:xmpp:hints'></no-store>",
  ),
  calls("presence", "away", { kind: "presence", user: author, state: "away", text: "out" }, [
    { kind: "presence", as: author.uri, show: "away", status: "out" },
  ]),
  calls(
    "presence",
    "not where it is off",
    { kind: "presence", user: author, state: "away", text: "" },
    [],
    ["presence_unsupported"],
    { presence: false },
  ),
  calls("room-name", "of one line", property("name", "A\nB"), [{ kind: "name", text: "A B" }]),
  calls("room-name", "not without the right", property("name", "A"), [], ["property_unsupported"], {
    configuration: false,
  }),
  calls("topic", "in the author's name", property("topic", "T"), [
    { kind: "subject", as: author.uri, text: "T" },
  ]),
  calls("room-avatar", "by its address", property("avatar", "mxc://hs.example/abc"), [
    { kind: "avatar", url: "https://gw.example/m/abc" },
  ]),
  calls("room-avatar", "not without the right", property("avatar", ""), [], ["property_unsupported"], {
    picture: false,
  }),
  says("pins", "a line says so", property("pins", "true", zoes.root), "<body>📌 Zoe: Ship it</body>", [
    "property_unsupported",
  ]),
  calls("join-leave", "a remote user comes", moved("join"), [seat(true)]),
  calls("join-leave", "and goes", moved("leave"), [seat(false)]),
  calls("invite", "of a native user", moved("invite", al), [
    { kind: "member", native, action: "invite", reason: "so" },
  ]),
  calls("kick", "of a native user", moved("kick", al), [
    { kind: "member", native, action: "kick", reason: "so" },
  ]),
  calls("kick", "of a remote user", moved("kick"), [seat(false)]),
  calls("ban", "of a native user", moved("ban", al), [
    { kind: "member", native, action: "ban", reason: "so" },
  ]),
  calls("ban", "not without the right", moved("ban", al), [], ["member_unsupported"], {
    administration: false,
  }),
  says("knock", "a line says so", moved("knock"), "<body>Zoe asks to join</body>", ["member_unsupported"]),
  calls("roles", "of a native user", { kind: "role", user: al, role: "visitor", by: null }, [
    { kind: "role", native, role: "visitor" },
  ]),
  calls(
    "roles",
    "of a remote user",
    { kind: "role", user: author, role: "owner", by: null },
    [],
    ["role_unsupported"],
  ),
  calls("moderated-room", "on", property("moderated", "true"), [{ kind: "moderated", moderated: true }]),
  calls("announcement-room", "is a moderated one", property("read-only", "true"), [
    { kind: "moderated", moderated: true },
  ]),
  calls("display-name", "is the nick", { kind: "profile", user: author, avatar: null }, [
    { kind: "profile", user: author.uri, name: "Zoe", avatar: null },
  ]),
  calls("user-avatar", "by its address", { kind: "profile", user: author, avatar: "mxc://hs.example/p" }, [
    { kind: "profile", user: author.uri, name: "Zoe", avatar: "https://gw.example/m/p" },
  ]),
  says(
    "room-end",
    "a line says so",
    { kind: "room", change: "moved", to: "https://n.example", reason: "" },
    "<body>The conversation goes on elsewhere: https://n.example</body>",
    ["room_change_noted"],
  ),
  calls("pins", "of what is not here", property("pins", "true", id("0")), [], ["property_unsupported"]),
];
