import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "cborg";
import fc from "fast-check";
import { ContentError, decodeContent, encodeContent, partText } from "../../../mappings/content/codec.ts";
import { Disposition, type MimiContent, plainText } from "../../../mappings/content/content.ts";
import { eventId } from "../../../mappings/event-id.ts";
import { type GroupUri, parseEventId, type UserUri } from "../../../mappings/ids.ts";

const group = "mimi://example.com/r/engineering_team" as GroupUri;
const user = (name: string) => `mimi://example.com/u/${name}` as UserUri;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const id = (hex: string) => parseEventId(hex);
const markdown = (text: string) => ({
  cardinality: "single" as const,
  disposition: Disposition.render,
  language: "",
  contentType: "text/markdown;variant=GFM-MIMI",
  content: new TextEncoder().encode(text),
});

const ORIGINAL = "017ce54837404c3696e0c747b985cb172716d0ed0a3d249ca63ace7d82a096f4";
const REPLY = "015354973c2b65ca937bf1e035ae53a5ab80e947afa43d46920d4202e5cc0b27";

/** Examples of draft-ietf-mimi-content-08 with the ids that it publishes, made from their fields. */
const published: readonly (readonly [string, MimiContent, string])[] = [
  [
    "original",
    {
      salt: bytes("5eed9406c2545547ab6f09f20a18b003"),
      replaces: null,
      topicId: new Uint8Array(),
      inReplyTo: null,
      sender: user("alice-smith"),
      group,
      body: markdown("Hi everyone, we just shipped release 2.0. __Good  work__!"),
    },
    ORIGINAL,
  ],
  [
    "reply",
    {
      salt: bytes("11a458c73b8dd2cf404db4b378b8fe4d"),
      replaces: null,
      topicId: new Uint8Array(),
      inReplyTo: id(ORIGINAL),
      sender: user("bob-jones"),
      group,
      body: markdown("Right on! _Congratulations_ 'all!"),
    },
    REPLY,
  ],
  [
    "delete",
    {
      salt: bytes("0a590d73b2c7761c3916 8be5ebf7f2e6".replace(" ", "")),
      replaces: id(REPLY),
      topicId: new Uint8Array(),
      inReplyTo: id(ORIGINAL),
      sender: user("bob-jones"),
      group,
      body: { cardinality: "null", disposition: Disposition.render, language: "" },
    },
    "011d9efc78d04d4dcf4d82b07d5199bbef37011c1f0c7e004b6111c6dda504b4",
  ],
];

for (const [name, content, expected] of published)
  void test(`the published example "${name}" has its published id`, () => {
    const encoded = encodeContent(content);
    assert.equal(eventId("message", content.sender, content.group, encoded, content.salt), expected);
    assert.deepEqual(decodeContent(encoded), content);
  });

const sample = (text: string): MimiContent => ({
  ...plainText(text),
  salt: new Uint8Array(16).fill(7),
  replaces: null,
  topicId: new Uint8Array(),
  inReplyTo: null,
  sender: user("a"),
  group,
});

void test("any text comes back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { body } = decodeContent(encodeContent(sample(text.toWellFormed())));
      assert.equal(partText(body), text.toWellFormed());
    }),
  );
});

void test("bytes at random are refused, never taken for content", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
      assert.throws(() => decodeContent(random), ContentError);
    }),
  );
});

void test("what is not deterministic CBOR is refused", () => {
  const good = encodeContent(sample("hi"));
  assert.equal(good[0], 0x87);
  const indefinite = new Uint8Array([0x9f, ...good.slice(1), 0xff]);
  const longLength = new Uint8Array([0x98, 0x07, ...good.slice(1)]);
  const trailing = new Uint8Array([...good, 0]);
  const unsorted = Buffer.from(good);
  const map = unsorted.indexOf(Buffer.from([0xa2, 0x01]));
  unsorted[map + 1] = 0x02;
  for (const [what, document] of Object.entries({ indefinite, longLength, trailing, unsorted }))
    assert.throws(() => decodeContent(document), ContentError, what);
});

void test("a document of another shape is refused", () => {
  const extensions = new Map([
    [1, "mimi://a.example/u/b"],
    [2, "mimi://a.example/r/c"],
  ]);
  const salt = new Uint8Array(16);
  const none = new Uint8Array();
  const part = [1, "", 1, "text/plain;charset=utf-8", new Uint8Array()];
  const shapes: Record<string, unknown> = {
    "too short": [salt, null, none, null, null, extensions],
    "a short salt": [salt.slice(1), null, none, null, null, extensions, part],
    "no sender": [salt, null, none, null, null, new Map([[2, "mimi://a.example/r/c"]]), part],
    "a group that is none": [
      salt,
      null,
      none,
      null,
      null,
      new Map([
        [1, "x"],
        [2, "y"],
      ]),
      part,
    ],
    "an id of 31 octets": [salt, new Uint8Array(31), none, null, null, extensions, part],
    "a topic of 4097 octets": [salt, null, new Uint8Array(4097), null, null, extensions, part],
    "a part that is no array": [salt, null, none, null, null, extensions, 1],
    "an external part": [salt, null, none, null, null, extensions, [1, "", 2]],
    "text that is no bytes": [salt, null, none, null, null, extensions, [1, "", 1, "text/plain", "x"]],
  };
  assert.doesNotThrow(() => decodeContent(encode([salt, null, none, null, null, extensions, part])));
  for (const [what, shape] of Object.entries(shapes))
    assert.throws(() => decodeContent(encode(shape)), ContentError, what);
});

void test("a part's text is read only where it is text, and only as UTF-8", () => {
  const part = { ...markdown(""), content: new Uint8Array([0xff, 0xfe]) };
  assert.throws(() => partText(part), ContentError);
  assert.equal(partText({ ...part, contentType: "image/png" }), null);
  assert.equal(partText({ cardinality: "null", disposition: 1, language: "" }), null);
});
