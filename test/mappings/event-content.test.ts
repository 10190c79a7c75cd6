import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "cborg";
import { ContentError } from "../../mappings/content/content-error.ts";
import { encodeContent } from "../../mappings/content/codec.ts";
import { plainText } from "../../mappings/content/content.ts";
import {
  decodeProperty,
  encodeErasure,
  encodeMember,
  encodeModeration,
  encodeOpaque,
  encodeProperty,
  encodeRoles,
  readEventContent,
} from "../../mappings/event-content.ts";
import { eventId } from "../../mappings/event-id.ts";
import {
  type EventKind,
  eventOctets,
  groupPropertyNames,
  memberActs,
  noParticulars,
  type RoleDefinition,
} from "../../mappings/events.ts";
import { parseEventId, parseGroupUri, parseUserUri } from "../../mappings/ids.ts";

const salt = new Uint8Array(16).fill(1);
const BOB = "mimi://chat.gw-b.example/u/bob";
const PROVIDER = "mimi://chat.gw-b.example";
const GROUP = "mimi://xmpp.gw-a.example/r/tea";
const ID = parseEventId(`01${"ab".repeat(31)}`) ?? assert.fail("an id");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const ordinary: RoleDefinition = {
  index: 2,
  name: "ordinary",
  description: "",
  capabilities: [6, 256],
  min: 0,
  max: null,
  minActive: 0,
  maxActive: 5,
  changes: [{ from: 2, to: [0, 1] }],
};

/** Content of each kind, octet by octet, with its id in the group under Bob's name. */
const golden: readonly (readonly [EventKind, Uint8Array, string, string])[] = [
  [
    "property",
    encodeProperty({ name: "pins", item: ID, value: "true" }, salt),
    "8450010101010101010101010101010101016470696e737840303161626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626474727565",
    "f02892f6ab61c39932b679434717f0c3d45ca3dd3ad85cd734829d235945139c",
  ],
  [
    "member",
    encodeMember({ user: BOB, change: "invite", role: 3, reason: "tea" }, salt),
    "845001010101010101010101010101010101781e6d696d693a2f2f636861742e67772d622e6578616d706c652f752f626f6266696e76697465a264726f6c650366726561736f6e63746561",
    "f1eab314335756cd132cf514c34266a2c944a289556fe12031984b208f02564b",
  ],
  [
    "role",
    encodeRoles([ordinary], salt),
    "825001010101010101010101010101010101818902686f7264696e61727960820619010000f60005818202820001",
    "f2838d93b8a2a230fd5f35c6a352515a4165c006920aebc1b61f4ad9f306dd0e",
  ],
  [
    "moderate",
    encodeModeration({ user: BOB, act: "mute", until: 1_790_000_000_000 }, salt),
    "845001010101010101010101010101010101781e6d696d693a2f2f636861742e67772d622e6578616d706c652f752f626f62646d757465a165756e74696c1b000001a0c4506c00",
    "f34a6685808376aac89650f384b7a15fe2dcdb2b4246c97a2ee922e70d46bed4",
  ],
  [
    "erase",
    encodeErasure({ of: "events", ids: [ID] }, salt),
    "82500101010101010101010101010101010181582001ababababababababababababababababababababababababababababababab",
    "f471fa70a91088443ce47aa9000ac60a6c6a5757bb12603bbcbc8ee0c62aeca5",
  ],
  [
    "opaque",
    encodeOpaque("message/mls", Uint8Array.of(1, 2), salt),
    "8350010101010101010101010101010101016b6d6573736167652f6d6c73420102",
    "f51dfb78cb3f657b4dc06de649d398299657a9690e6568cc6a50a47f97ed6b0f",
  ],
];

void test("each kind has its octets and its id", () => {
  for (const [kind, content, octets, id] of golden) {
    assert.equal(hex(content), octets, kind);
    assert.equal(eventId(kind, BOB, GROUP, content, salt), id, kind);
  }
});

void test("what was written is read as it was, whatever the kind", () => {
  const [pin, member, roles, mute, erase, opaque] = golden.map(([kind, content]) =>
    readEventContent(kind, content),
  );
  assert.deepEqual(pin, { kind: "property", property: { name: "pins", item: ID, value: "true" } });
  assert.deepEqual(member, {
    kind: "member",
    member: { user: BOB, change: "invite", role: 3, until: null, reason: "tea" },
  });
  assert.deepEqual(roles, { kind: "role", roles: [ordinary] });
  assert.deepEqual(mute, {
    kind: "moderate",
    moderation: { user: BOB, act: "mute", role: null, until: 1_790_000_000_000, reason: "" },
  });
  assert.deepEqual(erase, { kind: "erase", erasure: { of: "events", ids: [ID] } });
  assert.deepEqual(opaque, { kind: "opaque", type: "message/mls", octets: Uint8Array.of(1, 2) });
  const whole = readEventContent("erase", encodeErasure({ of: "user", user: BOB }, salt));
  assert.deepEqual(whole, { kind: "erase", erasure: { of: "user", user: BOB } });
});

void test("a message is read as mimi-content", () => {
  const [sender, group] = [parseUserUri(BOB), parseGroupUri(GROUP)];
  const bytes = encodeContent({ ...plainText("hi"), salt, sender, group });
  const read = readEventContent("message", bytes);
  assert.ok(read.kind === "message");
  assert.deepEqual([read.content.sender, read.content.group], [BOB, GROUP]);
});

void test("every change of a member is read, of users and of providers", () => {
  for (const change of memberActs)
    for (const user of [BOB, PROVIDER]) {
      const content = encodeMember({ user, change }, salt);
      const member = { ...noParticulars, user, change };
      assert.deepEqual(readEventContent("member", content), { kind: "member", member });
    }
});

void test("properties are held to their values", () => {
  const goodItem = { pins: ID, links: "docs-1" } as const;
  const itemOf = (name: string) => (name === "pins" || name === "links" ? goodItem[name] : "");
  const good = {
    name: "Löbby 👋".padEnd(256, "👋").slice(0, 256),
    topic: "x".repeat(4096),
    avatar: "https://gw.example/media/x",
    isModerated: "true",
    isReadOnly: "true",
    pins: "true",
    links: '{"title":"Docs","url":"https://docs.example"}',
  } as const;
  const bad = {
    name: "x".repeat(257),
    topic: "x".repeat(4097),
    avatar: "http://gw.example/x",
    isModerated: "false",
    isReadOnly: "1",
    pins: "yes",
    links: '{"title":1}',
  } as const;
  for (const name of groupPropertyNames) {
    const item = itemOf(name);
    for (const value of ["", good[name]])
      assert.deepEqual(decodeProperty(encodeProperty({ name, item, value }, salt)), { name, item, value });
    for (const wrong of [
      { name, item, value: bad[name] },
      { name, item: `${item}X`, value: "" },
    ])
      assert.throws(() => decodeProperty(encodeProperty(wrong, salt)), { rule: "property" }, wrong.value);
  }
  assert.equal(
    decodeProperty(encodeProperty({ name: "name", item: "", value: "👋".repeat(256) }, salt)).item,
    "",
  );
});

void test("what is not of the form of its kind is refused by the rule of the kind", () => {
  const role: readonly unknown[] = [2, "", "", [], 0, null, 0, null, []];
  const wrong: readonly (readonly [EventKind, unknown, string])[] = [
    ["property", [salt, "mood", "", "x"], "property"],
    ["property", [salt, "topic", "", 1], "property"],
    ["property", [salt, "topic", ""], "shape"],
    ["property", {}, "shape"],
    ["member", [salt, BOB, "promote"], "member"],
    ["member", [salt, GROUP, "join"], "member"],
    ["member", [salt, BOB, "join", []], "member"],
    ["member", [salt, BOB, "join", new Map([["mood", 1]])], "member"],
    ["member", [salt, BOB, "role", new Map([["role", 2 ** 32]])], "member"],
    ["member", [salt, BOB, "role", new Map([["role", -1]])], "member"],
    ["member", [salt.subarray(1), BOB, "join"], "salt"],
    ["role", [salt, "x"], "role"],
    ["role", [salt, [role, role]], "role"],
    ["role", [salt, [role.slice(1)]], "role"],
    ["role", [salt, [role.with(3, [65_536])]], "role"],
    ["role", [salt, [role.with(8, [[1, [2], 3]])]], "role"],
    ["role", [salt, [role.with(1, 5)]], "role"],
    ["moderate", [salt, PROVIDER, "mute"], "moderate"],
    ["moderate", [salt, BOB, "warn"], "moderate"],
    ["erase", [salt, []], "erase"],
    ["erase", [salt, [salt]], "erase"],
    ["erase", [salt, PROVIDER], "erase"],
    ["opaque", [salt, "x"], "shape"],
    ["opaque", [salt, 1, salt], "opaque"],
  ];
  for (const [kind, document, rule] of wrong)
    assert.throws(
      () => readEventContent(kind, encode(document)),
      { name: "ContentError", rule },
      `${kind} ${rule}`,
    );
  assert.throws(() => readEventContent("opaque", new Uint8Array()), ContentError);
});

void test("each kind of event has ids of its own", () => {
  const content = encodeMember({ user: "mimi://a.example/u/b", change: "join" }, salt);
  const kinds = Object.keys(eventOctets) as readonly EventKind[];
  const ids = kinds.map((kind) => eventId(kind, "", "g", content, salt));
  assert.equal(new Set(ids).size, 7);
  assert.deepEqual(
    ids.map((id) => Number.parseInt(id.slice(0, 2), 16)),
    Object.values(eventOctets),
  );
});

void test("sender and group are told apart by their lengths", () => {
  const content = new Uint8Array([1]);
  assert.notEqual(eventId("message", "ab", "c", content, salt), eventId("message", "a", "bc", content, salt));
});
