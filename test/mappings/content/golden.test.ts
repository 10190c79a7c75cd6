/** Messages of a gateway of ours, byte for byte: a conversation of a root, a reply, its edit, a reaction, its end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeContent, encodeContent } from "../../../mappings/content/codec.ts";
import {
  Disposition,
  draftOf,
  type ExtensionValue,
  type MessageDraft,
  type Part,
  PLAIN_TEXT,
  textPart,
} from "../../../mappings/content/content.ts";
import { eventId } from "../../../mappings/event-id.ts";
import { group, hex, id, markdown, toHex, user } from "./sample.ts";

const ROOT = "01ce95dcfa622078e1b4f77b0e1e7e74dbc99d772dc456329d5fea9ccff07ef2";
const REPLY = "01b87435337cd72e842e911d8b5b074986533f609fadfc64bf458a38f23a755d";
const REACTION = "01fd8d3c85f9b7b405833a82997ea546b3a2e0b52f839d415ed451c2c4b8e6fa";
const AL = "mimi://gw.example/u/slack-t1-u123";
const BOB = "mimi://gw.example/u/matrix-bob";
const nothing: Part = { cardinality: "null", disposition: Disposition.reaction, language: "" };
const inThread: Partial<MessageDraft> = { topicId: hex(ROOT), inReplyTo: id(ROOT) };

/** Where a message came from, and whom it mentions. */
const source = (...where: readonly ExtensionValue[]): (readonly [string, ExtensionValue])[] => [
  ["gw:src", where],
];

interface Golden {
  readonly name: string;
  readonly sender: string;
  readonly salt: string;
  readonly body: Part;
  readonly fields: Partial<MessageDraft>;
  readonly extensions: readonly (readonly [string, ExtensionValue])[];
  readonly bytes: string;
  readonly id: string;
}

const conversation: readonly Golden[] = [
  {
    name: "root",
    sender: AL,
    salt: "376b13a1bb6d92211136ff856095506f",
    body: markdown("Ship **2.0** & _win_"),
    fields: {},
    extensions: source("slack", "T1:C1", "1755517523.123450", 1_755_517_523_123),
    bytes:
      "8750376b13a1bb6d92211136ff856095506ff640f6f6a30178216d696d693a2f2f67772e6578616d706c652f752f736c" +
      "61636b2d74312d7531323302776d696d693a2f2f67772e6578616d706c652f722f656e676667773a7372638465736c61" +
      "636b6554313a433171313735353531373532332e3132333435301b00000198bcff94b385016001781e746578742f6d61" +
      "726b646f776e3b76617269616e743d47464d2d4d494d495453686970202a2a322e302a2a2026205f77696e5f",
    id: ROOT,
  },
  {
    name: "reply",
    sender: BOB,
    salt: "8abbec781b106af9a056d9a05a05b7fc",
    body: markdown("Right on [@Al](mimi://gw.example/u/slack-t1-u123) 👍"),
    fields: inThread,
    extensions: [
      ...source("matrix", "!r:hs", "$reply", 1_755_517_530_000),
      ["gw:ment", new Map([["u", [AL]]])],
    ],
    bytes:
      "87508abbec781b106af9a056d9a05a05b7fcf6582001ce95dcfa622078e1b4f77b0e1e7e74dbc99d772dc456329d5fea" +
      "9ccff07ef2f6582001ce95dcfa622078e1b4f77b0e1e7e74dbc99d772dc456329d5fea9ccff07ef2a401781e6d696d69" +
      "3a2f2f67772e6578616d706c652f752f6d61747269782d626f6202776d696d693a2f2f67772e6578616d706c652f722f" +
      "656e676667773a73726384666d61747269786521723a687366247265706c791b00000198bcffaf906767773a6d656e74" +
      "a161758178216d696d693a2f2f67772e6578616d706c652f752f736c61636b2d74312d7531323385016001781e746578" +
      "742f6d61726b646f776e3b76617269616e743d47464d2d4d494d4958365269676874206f6e205b40416c5d286d696d69" +
      "3a2f2f67772e6578616d706c652f752f736c61636b2d74312d753132332920f09f918d",
    id: REPLY,
  },
  {
    name: "edit",
    sender: BOB,
    salt: "bd8c678d001b3d25505747b3dd67a041",
    body: markdown("Right on!"),
    fields: { ...inThread, replaces: id(REPLY) },
    extensions: source("matrix", "!r:hs", "$edit", 1_755_517_540_000),
    bytes:
      "8750bd8c678d001b3d25505747b3dd67a041582001b87435337cd72e842e911d8b5b074986533f609fadfc64bf458a38" +
      "f23a755d582001ce95dcfa622078e1b4f77b0e1e7e74dbc99d772dc456329d5fea9ccff07ef2f6582001ce95dcfa6220" +
      "78e1b4f77b0e1e7e74dbc99d772dc456329d5fea9ccff07ef2a301781e6d696d693a2f2f67772e6578616d706c652f75" +
      "2f6d61747269782d626f6202776d696d693a2f2f67772e6578616d706c652f722f656e676667773a73726384666d6174" +
      "7269786521723a68736524656469741b00000198bcffd6a085016001781e746578742f6d61726b646f776e3b76617269" +
      "616e743d47464d2d4d494d49495269676874206f6e21",
    id: "01a9ff55243d860257e57cd3a1a8d354a82d63240a59277655354cf20693e8e3",
  },
  {
    name: "reaction",
    sender: AL,
    salt: "70ba93d24b307f4c1820454fd78fe94a",
    body: textPart("👍", PLAIN_TEXT, Disposition.reaction),
    fields: { inReplyTo: id(REPLY) },
    extensions: source("slack", "T1:C1", "react:1755517523.123450:U123:+1", 1_755_517_550_000),
    bytes:
      "875070ba93d24b307f4c1820454fd78fe94af640f6582001b87435337cd72e842e911d8b5b074986533f609fadfc64bf" +
      "458a38f23a755da30178216d696d693a2f2f67772e6578616d706c652f752f736c61636b2d74312d7531323302776d69" +
      "6d693a2f2f67772e6578616d706c652f722f656e676667773a7372638465736c61636b6554313a4331781f7265616374" +
      "3a313735353531373532332e3132333435303a553132333a2b311b00000198bcfffdb0850260017818746578742f706c" +
      "61696e3b636861727365743d7574662d3844f09f918d",
    id: REACTION,
  },
  {
    name: "end of the reaction",
    sender: AL,
    salt: "e32fa7bb7ed1a9df8bb2f2637d81f1d9",
    body: nothing,
    fields: { inReplyTo: id(REPLY), replaces: id(REACTION) },
    extensions: source(
      "slack",
      "T1:C1",
      "unreact:1755517523.123450:U123:+1:1755517560.000100",
      1_755_517_560_000,
    ),
    bytes:
      "8750e32fa7bb7ed1a9df8bb2f2637d81f1d9582001fd8d3c85f9b7b405833a82997ea546b3a2e0b52f839d415ed451c2" +
      "c4b8e6fa40f6582001b87435337cd72e842e911d8b5b074986533f609fadfc64bf458a38f23a755da30178216d696d69" +
      "3a2f2f67772e6578616d706c652f752f736c61636b2d74312d7531323302776d696d693a2f2f67772e6578616d706c65" +
      "2f722f656e676667773a7372638465736c61636b6554313a43317833756e72656163743a313735353531373532332e31" +
      "32333435303a553132333a2b313a313735353531373536302e3030303130301b00000198bd0024c083026000",
    id: "0118e2afa6a930b0cf24d7ff44c4c4793815adac257e2207b3c29b17728bfbfb",
  },
];

for (const golden of conversation)
  void test(`the ${golden.name} has its bytes and its id`, () => {
    const content = {
      ...draftOf(golden.body),
      ...golden.fields,
      extensions: new Map(golden.extensions),
      salt: hex(golden.salt),
      sender: user(golden.sender),
      group: group("mimi://gw.example/r/eng"),
    };
    const bytes = encodeContent(content);
    assert.equal(toHex(bytes), golden.bytes);
    assert.equal(eventId("message", content.sender, content.group, bytes, content.salt), golden.id);
    assert.deepEqual(decodeContent(bytes), content);
  });
