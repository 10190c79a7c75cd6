import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, rfc8949EncodeOptions, Tagged as CborgTagged } from "cborg";
import fc from "fast-check";
import { decodeContent, decodeDocument, encodeContent, partText } from "../../../mappings/content/codec.ts";
import { type ExtensionValue, plainText, textPart } from "../../../mappings/content/content.ts";
import { ContentError, type ContentRule } from "../../../mappings/content/content-error.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { anyContent, hex, id, manyParts, MARKDOWN, nestedParts, sample } from "./sample.ts";

const refused = (rule: ContentRule) => (error: unknown) =>
  error instanceof ContentError && error.rule === rule;

void test("any content comes back as it was, from the only bytes that say it", () => {
  fc.assert(
    fc.property(anyContent, (content) => {
      const bytes = encodeContent(content);
      const read = decodeDocument(bytes);
      assert.deepEqual(read, content);
      assert.deepEqual(encodeContent(read), bytes);
    }),
    { seed: 4, numRuns: 1000 },
  );
});

void test("changed content is refused by a rule, or is the content of exactly its bytes", () => {
  let [read, refusals] = [0, 0];
  const change = fc.record({ place: fc.nat(), octet: fc.nat(255), cut: fc.nat(3) });
  fc.assert(
    fc.property(anyContent, fc.array(change, { minLength: 1, maxLength: 3 }), (content, changes) => {
      let bytes = Uint8Array.from(encodeContent(content));
      for (const { place, octet, cut } of changes) {
        const at = place % bytes.length;
        if (cut === 0) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
        else bytes[at] = octet;
      }
      try {
        assert.deepEqual(encodeContent(decodeDocument(bytes)), bytes);
        read += 1;
      } catch (error) {
        if (!(error instanceof ContentError)) throw error;
        refusals += 1;
      }
    }),
    { seed: 4, numRuns: 2000 },
  );
  assert.ok(read > 200 && refusals > 200, `${read} read, ${refusals} refused`);
});

void test("bytes at random are refused, never taken for content", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
      assert.throws(() => decodeContent(random), ContentError);
    }),
    { seed: 4 },
  );
});

const salt = new Uint8Array(16);
const none = new Uint8Array();
const told = new Map<unknown, unknown>([
  [1, "mimi://a.example/u/b"],
  [2, "mimi://a.example/r/c"],
]);
const withKey = (key: unknown, value: unknown) => new Map([...told, [key, value]]);
const leaf = [1, "", 1, "text/plain;charset=utf-8", none];
const file = [6, "", 2, "video/mp4", "https://a.example/x", 0, 9, 1, none, none, none, 1, none, "", "x.mp4"];
const listed = (...parts: unknown[]) => [1, "", 3, 2, parts];

/** A document of these items, the others as in one that is read. */
const items = (changes: Readonly<Record<number, unknown>>, length = 7): unknown[] =>
  [salt, null, none, null, null, told, leaf]
    .slice(0, length)
    .map((item, i) => (i in changes ? changes[i] : item));
const copies = (count: number, item: unknown): unknown[] => Array.from({ length: count }, () => item);
const put = (list: readonly unknown[], at: number, item: unknown): unknown[] => list.with(at, item);
const part = (value: unknown) => items({ 6: value });
const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
const treeOf = (depth: number): unknown => (depth === 1 ? leaf : listed(leaf, treeOf(depth - 1)));

void test("documents at the limits are read", () => {
  const shapes: Record<string, unknown> = {
    "the plainest": items({}),
    "a topic of 4096 octets": items({ 2: new Uint8Array(4096) }),
    "an expiry in a year": items({ 3: [true, 366 * 86_400] }),
    "an expiry in 2106": items({ 3: [false, 0xffff_ffff] }),
    "a reference": items({ 4: new Uint8Array(32).fill(1) }),
    "a key of 255 octets": items({ 5: withKey("k".repeat(255), 1) }),
    "extensions four deep": items({ 5: withKey("k", nested(3)) }),
    "tags count as levels": items({ 5: withKey("k", new CborgTagged(1, new CborgTagged(2, [1]))) }),
    "a disposition that nobody knows": part(put(leaf, 0, 255)),
    "a file": part(file),
    "a file encrypted as nobody knows": part(put(file, 7, 0xffff)),
    "parts four deep": part(treeOf(4)),
    "1024 parts": part(listed(...copies(1023, leaf))),
  };
  for (const [what, shape] of Object.entries(shapes)) {
    const bytes = new Uint8Array(encode(shape, rfc8949EncodeOptions));
    assert.deepEqual(encodeContent(decodeContent(bytes)), bytes, what);
  }
});

const shapes: readonly (readonly [string, unknown, ContentRule])[] = [
  ["a document that is no array", new Map(), "shape"],
  ["six items", items({}, 6), "shape"],
  ["eight items", [...items({}), null], "shape"],
  ["a salt of 15 octets", items({ 0: salt.slice(1) }), "salt"],
  ["a salt of text", items({ 0: "0123456789abcdef" }), "salt"],
  ["an id of 31 octets", items({ 1: new Uint8Array(31).fill(1) }), "id"],
  ["an id as text", items({ 4: "01".repeat(32) }), "id"],
  ["an id hashed in another way", items({ 4: new Uint8Array(32).fill(2) }), "id"],
  ["a topic of 4097 octets", items({ 2: new Uint8Array(4097) }), "topic"],
  ["no topic at all", items({ 2: null }), "topic"],
  ["an expiry of three items", items({ 3: [true, 1, 1] }), "expiry"],
  ["an expiry without its kind", items({ 3: [1, 1] }), "expiry"],
  ["an expiry of half a second", items({ 3: [true, 0.5] }), "expiry"],
  ["an expiry before 1970", items({ 3: [false, -1] }), "expiry"],
  ["an expiry after 2106", items({ 3: [false, 2 ** 32] }), "expiry"],
  ["an expiry more than a year after reading", items({ 3: [true, 366 * 86_400 + 1] }), "expiry"],
  ["extensions that are a list", items({ 5: [] }), "extensions"],
  ["an empty key", items({ 5: withKey("", 1) }), "extensions"],
  ["a key of 256 octets", items({ 5: withKey("k".repeat(256), 1) }), "extensions"],
  ["a key of 86 characters with 258 octets", items({ 5: withKey("€".repeat(86), 1) }), "extensions"],
  ["a key of octets", items({ 5: withKey(hex("00"), 1) }), "extensions"],
  ["extensions five deep", items({ 5: withKey("k", nested(4)) }), "extension_depth"],
  ["tags five deep", items({ 5: withKey("k", new CborgTagged(1, nested(3))) }), "extension_depth"],
  ["no sender", items({ 5: new Map([[2, "mimi://a.example/r/c"]]) }), "sender"],
  ["a sender that is a number", items({ 5: withKey(1, 5) }), "sender"],
  ["a sender of 65536 octets", items({ 5: withKey(1, "x".repeat(65_536)) }), "sender"],
  ["no group", items({ 5: new Map([[1, "mimi://a.example/u/b"]]) }), "group"],
  ["a group that is none", items({ 5: withKey(2, "mimi://a.example/u/b") }), "group"],
  ["a part that is no array", part(1), "part"],
  ["a disposition of 256", part(put(leaf, 0, 256)), "part"],
  ["a disposition below 0", part(put(leaf, 0, -1)), "part"],
  ["a language that is no text", part(put(leaf, 1, null)), "part"],
  ["a cardinality of 4", part(put(leaf, 2, 4)), "cardinality"],
  ["a cardinality that is no number", part(put(leaf, 2, "1")), "cardinality"],
  ["no body with a body", part(put(leaf, 2, 0)), "part"],
  ["a body of four items", part(leaf.slice(0, 4)), "part"],
  ["a body of text", part(put(leaf, 4, "x")), "part"],
  ["a media type that is no text", part(put(leaf, 3, 1)), "part"],
  ["a file of 14 items", part(file.slice(0, 14)), "part"],
  ["a file without a URL", part(put(file, 4, null)), "part"],
  ["a file that expires after 2106", part(put(file, 5, 2 ** 32)), "part"],
  ["a file of less than nothing", part(put(file, 6, -1)), "part"],
  ["an algorithm of 65536", part(put(file, 7, 0x1_0000)), "part"],
  ["a key of text", part(put(file, 8, "")), "part"],
  ["a hash of 256", part(put(file, 11, 256)), "part"],
  ["a file name of octets", part(put(file, 14, none)), "part"],
  ["parts that belong together in a fourth way", part(put(listed(leaf, leaf), 3, 3)), "semantics"],
  ["parts that are no list", part(put(listed(leaf, leaf), 4, leaf[1])), "part"],
  ["a list of one part", part(listed(leaf)), "part_too_few"],
  ["parts five deep", part(treeOf(5)), "part_depth"],
  ["1025 parts", part(listed(...copies(1024, leaf))), "part_count"],
];

for (const [what, shape, rule] of shapes)
  void test(`${what}: refused as ${rule}`, () => {
    const bytes = encode(shape, rfc8949EncodeOptions);
    assert.throws(() => decodeContent(bytes), refused(rule));
  });

void test("a document on its own need not say who sent it where", () => {
  const document = decodeDocument(encode(items({ 5: new Map() })));
  assert.deepEqual([document.sender, document.group], [null, null]);
});

void test("what cannot be written is refused at once", () => {
  const body = textPart("hi", MARKDOWN);
  const extension = (key: number | string, value: ExtensionValue) =>
    sample(body, { extensions: new Map([[key, value]]) });
  const contents = {
    "a short salt": { ...sample(body), salt: salt.slice(1) },
    "an id of no message": sample(body, { replaces: `f0${"00".repeat(31)}` as EventId }),
    "a long topic": sample(body, { topicId: new Uint8Array(4097) }),
    "an expiry in half a second": sample(body, { expires: { relative: true, seconds: 0.5 } }),
    "a late expiry": sample(body, { expires: { relative: true, seconds: 366 * 86_400 + 1 } }),
    "a sender among the extensions": extension(1, "x"),
    "a long key": extension("k".repeat(256), 1),
    "a key that is no integer": extension(0.5, 1),
    "-0": extension("k", -0),
    "2^53": extension("k", 2 ** 53),
    "a subnormal number of 16 bits": extension("k", [-3 * 2 ** -24]),
    "deep extensions": extension("k", [[[[1]]]]),
    "a lone surrogate": extension("k", "\ud800"),
    "a lone surrogate in a part": sample({ ...body, language: "\udc00" }),
    "deep parts": sample(nestedParts(5)),
    "many parts": sample(manyParts(1025)),
    "a list of one part": sample(manyParts(2)),
    "a disposition of 256": sample({ ...body, disposition: 256 }),
  };
  for (const [what, content] of Object.entries(contents))
    assert.throws(() => encodeContent(content), RangeError, what);
  assert.doesNotThrow(() => encodeContent(sample(nestedParts(4))));
  assert.doesNotThrow(() => encodeContent(sample(manyParts(1024), { inReplyTo: id("01".repeat(32)) })));
});

void test("text comes back as it was, lone surrogates replaced", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { body } = decodeContent(encodeContent(sample(plainText(text).body)));
      assert.equal(partText(body), text.toWellFormed());
    }),
    { seed: 4 },
  );
});

void test("a part's text is read only where it is text, and only as UTF-8", () => {
  const bad = { ...textPart("", MARKDOWN), content: new Uint8Array([0xff, 0xfe]) };
  assert.throws(() => partText(bad), refused("not_utf8"));
  assert.equal(partText({ ...bad, contentType: "image/png" }), null);
  assert.equal(partText({ cardinality: "null", disposition: 1, language: "" }), null);
});

void test("hostile documents cost no more than their size", () => {
  const families: Record<string, (n: number) => Uint8Array> = {
    "arrays in arrays": (n) => new Uint8Array(n).fill(0x81),
    "maps in maps": (n) => new Uint8Array(n).map((_, i) => (i % 2 === 0 ? 0xa1 : 0x01)),
    "tags on tags": (n) => new Uint8Array(n).fill(0xc1),
    "many parts": (n) => encode(part(listed(...copies(n >> 5, leaf)))),
    "a long key": (n) => encode(items({ 5: withKey("k".repeat(n), 1) })),
    "many keys": (n) =>
      encode(
        items({ 5: new Map(Array.from({ length: n >> 3 }, (_, i) => [i + 3, 1])) }),
        rfc8949EncodeOptions,
      ),
    "a list promised and not given": () => hex("9a7fffffff00"),
    "many small octet strings": (n) => encode(copies(n >> 1, hex("00"))),
  };
  for (const [what, make] of Object.entries(families)) {
    const bytes = make(256 * 1024);
    const from = process.threadCpuUsage();
    try {
      decodeContent(bytes);
    } catch (error) {
      assert.ok(error instanceof ContentError, what);
    }
    const took = process.threadCpuUsage(from).user / 1_000;
    assert.ok(took < 1_000, `${what}: ${took.toFixed(0)} ms`);
  }
});
