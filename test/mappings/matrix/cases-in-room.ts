/** Table tests: deletions, state and transient events that come from Matrix. */
import type { Mapped } from "../../../mappings/mapping.ts";
import type { MappingCase } from "../cases/case.ts";
import { bobNative, event, reads, readsMessage, words } from "./case-tools.ts";
import { eventId, ghostOfAl, octetsOf, root } from "./room.ts";

const aliceNative = { native: "@alice:hs.example", name: "Alice" };

function state(type: string, content: Readonly<Record<string, unknown>>, key = "") {
  return event(type, content, { state_key: key });
}

function property(name: "name" | "topic" | "avatar" | "moderated" | "read-only", value: string): Mapped {
  return { kind: "property", sender: bobNative, property: { name, item: "", value } };
}

const gone = { replaces: eventId(5), replyTo: root, thread: octetsOf(root) };

export const roomIn: readonly MappingCase[] = [
  readsMessage(
    "deletion",
    "the event's id at the top",
    event("m.room.redaction", {}, { redacts: "$bobs" }),
    { kind: "deletion", by: null },
    gone,
  ),
  readsMessage(
    "deletion",
    "the event's id in the content (room version 11)",
    event("m.room.redaction", { redacts: "$bobs" }),
    { kind: "deletion", by: null },
    gone,
  ),
  reads(
    "deletion",
    "of what is no message",
    event("m.room.redaction", { redacts: "$topic" }),
    [],
    ["target_unknown"],
  ),
  readsMessage(
    "moderator-deletion",
    "of a remote user's message, with the reason",
    event("m.room.redaction", { redacts: "$root", reason: "spam" }),
    { kind: "deletion", by: { name: "Bob", reason: "spam" } },
    { replaces: root },
  ),
  reads(
    "read-marker",
    "public receipts of native users",
    {
      type: "m.receipt",
      content: {
        $bobs: {
          "m.read": { "@alice:hs.example": { ts: 1 }, [ghostOfAl]: { ts: 1 } },
          "m.read.private": { "@bob:hs.example": { ts: 1 } },
        },
      },
    },
    [{ kind: "marker", user: aliceNative, upTo: eventId(6), status: "read" }],
  ),
  reads(
    "read-marker",
    "for what the gateway does not know",
    { type: "m.receipt", content: { $gone: { "m.read": { "@alice:hs.example": { ts: 1 } } } } },
    [],
    ["target_unknown"],
  ),
  reads(
    "typing",
    "the list against who typed before",
    { type: "m.typing", content: { user_ids: ["@alice:hs.example", ghostOfAl] } },
    [
      { kind: "typing", user: aliceNative, typing: true },
      { kind: "typing", user: bobNative, typing: false },
    ],
    [],
    { typing: ["@bob:hs.example"] },
  ),
  reads(
    "presence",
    "unavailable is away",
    {
      type: "m.presence",
      sender: "@bob:hs.example",
      content: { presence: "unavailable", status_msg: "lunch" },
    },
    [{ kind: "presence", user: bobNative, state: "away", text: "lunch" }],
  ),
  reads("room-name", "set", state("m.room.name", { name: "Engineering" }), [property("name", "Engineering")]),
  reads("room-name", "taken away", state("m.room.name", {}), [property("name", "")]),
  reads(
    "room-name",
    "without a state key it is no state",
    event("m.room.name", { name: "x" }),
    [],
    ["not_bridged"],
  ),
  reads("topic", "set", state("m.room.topic", { topic: "what\nfor" }), [property("topic", "what\nfor")]),
  reads(
    "topic",
    "by its newer form alone",
    state("m.room.topic", {
      "m.topic": { "m.text": [{ mimetype: "text/html", body: "<b>" }, { body: "plain" }] },
    }),
    [property("topic", "plain")],
  ),
  reads("room-avatar", "set", state("m.room.avatar", { url: "mxc://hs.example/abc" }), [
    property("avatar", "mxc://hs.example/abc"),
  ]),
  reads(
    "room-avatar",
    "elsewhere than at a homeserver",
    state("m.room.avatar", { url: "https://evil.example/a.png" }),
    [],
    ["event_unreadable"],
  ),
  reads(
    "pins",
    "the list against what was pinned before",
    state("m.room.pinned_events", { pinned: ["$root", "$gone"] }),
    [
      { kind: "property", sender: bobNative, property: { name: "pins", item: root, value: "true" } },
      { kind: "property", sender: bobNative, property: { name: "pins", item: eventId(5), value: "" } },
    ],
    ["target_unknown"],
    { pinned: ["$bobs"] },
  ),
  reads(
    "moderated-room",
    "voice is needed",
    state("m.room.power_levels", { users: { "@bob:hs.example": 50 }, events_default: 1 }),
    [property("moderated", "true")],
  ),
  reads(
    "announcement-room",
    "moderators only",
    state("m.room.power_levels", { users: { "@bob:hs.example": 50 }, events_default: "50" }),
    [property("read-only", "true")],
  ),
  reads(
    "room-end",
    "moved",
    state("m.room.tombstone", { body: "gone", replacement_room: "!next:hs.example" }),
    [{ kind: "room", change: "moved", to: "!next:hs.example", reason: "gone" }],
  ),
  reads(
    "room-end",
    "to where no room is",
    state("m.room.tombstone", { body: "gone", replacement_room: "elsewhere" }),
    [{ kind: "room", change: "moved", to: null, reason: "gone" }],
  ),
  reads(
    "encrypted-room",
    "switched on",
    state("m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" }),
    [{ kind: "private", sender: bobNative, encrypted: true }],
    ["encrypted_not_relayed"],
  ),
  reads(
    "encrypted-room",
    "a message",
    event("m.room.encrypted", { algorithm: "m.megolm.v1.aes-sha2", ciphertext: "AwgA" }),
    [{ kind: "private", sender: bobNative, encrypted: true }],
    ["encrypted_not_relayed"],
  ),
  reads("unknown", "an event of a type that nobody knows", event("org.example.x", {}), [], ["not_bridged"]),
  reads("unknown", "no event", "hello", [], ["event_unreadable"]),
  reads("call", "is not carried", event("m.call.invite", { call_id: "1" }), [], ["not_bridged"]),
  readsMessage(
    "location",
    "a live one is told once",
    state("org.matrix.msc3672.beacon_info", { live: true, description: "walk" }, "@bob:hs.example"),
    words("Shares a live location: walk", { style: "notice" }),
    {},
    ["location_as_text"],
  ),
];
