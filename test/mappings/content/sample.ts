/** Content for tests: fields by name, and content at random. */
import fc from "fast-check";
import { Tagged } from "../../../mappings/content/cbor-value.ts";
import {
  type ContentDocument,
  Disposition,
  draftOf,
  type ExtensionValue,
  type MessageDraft,
  type MimiContent,
  type NullPart,
  type Part,
  textPart,
} from "../../../mappings/content/content.ts";
import { type EventId, type GroupUri, parseEventId, type UserUri } from "../../../mappings/ids.ts";

export const MARKDOWN = "text/markdown;variant=GFM-MIMI";
export const user = (uri: string): UserUri => uri as UserUri;
export const group = (uri: string): GroupUri => uri as GroupUri;
export const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, "hex"));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const markdown = (text: string): Part => textPart(text, MARKDOWN);

export function id(digits: string): EventId {
  const parsed = parseEventId(digits);
  if (parsed === null) throw new TypeError(`no event id: ${digits}`);
  return parsed;
}

/** A content of few words; `fields` are put over it. */
export function sample(body: Part, fields: Partial<MessageDraft> = {}): MimiContent {
  return {
    ...draftOf(body),
    salt: new Uint8Array(16).fill(7),
    sender: user("mimi://example.com/u/anna"),
    group: group("mimi://example.com/r/lobby"),
    ...fields,
  };
}

/** `depth` parts in each other; at most one is the root alone. */
export function nestedParts(depth: number): Part {
  const leaf: NullPart = { cardinality: "null", disposition: Disposition.render, language: "" };
  let part: Part = leaf;
  for (let i = 1; i < depth; i += 1)
    part = { ...leaf, cardinality: "multi", semantics: "processAll", parts: [leaf, part] };
  return part;
}

/** A list of leaves with `count` parts in all. */
export function manyParts(count: number): Part {
  const leaf: Part = { cardinality: "null", disposition: Disposition.render, language: "" };
  const parts = Array.from({ length: count - 1 }, () => leaf);
  return { ...leaf, cardinality: "multi", semantics: "processAll", parts };
}

const octets = (most: number) => fc.uint8Array({ maxLength: most });
const text = fc.string({ unit: "binary", maxLength: 20 });
const anyId = fc.uint8Array({ minLength: 31, maxLength: 31 }).map((bytes) => id(`01${toHex(bytes)}`));
const maybeId = fc.option(anyId, { nil: null });
const natural = (most: number) => fc.integer({ min: 0, max: most });
const head = { disposition: natural(0xff), language: fc.constantFrom("", "en", "de,fr") };

const nullPart = fc.record({ cardinality: fc.constant("null" as const), ...head }, { noNullPrototype: true });
const singlePart = fc.record(
  {
    cardinality: fc.constant("single" as const),
    ...head,
    contentType: text,
    content: octets(40),
  },
  { noNullPrototype: true },
);
const externalPart = fc.record(
  {
    cardinality: fc.constant("external" as const),
    ...head,
    contentType: text,
    url: fc.webUrl(),
    expires: natural(0xffff_ffff),
    size: fc.maxSafeNat(),
    encAlg: natural(0xffff),
    key: octets(32),
    nonce: octets(12),
    aad: octets(8),
    hashAlg: natural(0xff),
    contentHash: octets(32),
    description: text,
    filename: text,
  },
  { noNullPrototype: true },
);

function anyPart(levels: number): fc.Arbitrary<Part> {
  const leaf = fc.oneof(nullPart, singlePart, externalPart);
  if (levels === 1) return leaf;
  const multi = fc.record(
    {
      cardinality: fc.constant("multi" as const),
      ...head,
      semantics: fc.constantFrom("chooseOne" as const, "singleUnit" as const, "processAll" as const),
      parts: fc.array(anyPart(levels - 1), { minLength: 2, maxLength: 4 }),
    },
    { noNullPrototype: true },
  );
  return fc.oneof(leaf, multi);
}

const scalar: fc.Arbitrary<ExtensionValue> = fc.oneof(
  fc.constantFrom<ExtensionValue[]>(null, true, false),
  fc.maxSafeInteger(),
  fc.double({ noInteger: true }),
  text,
  octets(20),
);
const key = fc.oneof(
  fc.maxSafeInteger().filter((number) => number !== 1 && number !== 2),
  fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 255 }),
);

/** Any value whose arrays, maps and tags stand at most `levels` deep. */
export function anyValue(levels: number): fc.Arbitrary<ExtensionValue> {
  if (levels === 0) return scalar;
  const inner = anyValue(levels - 1);
  return fc.oneof(
    scalar,
    fc.array(inner, { maxLength: 3 }),
    fc.array(fc.tuple(key, inner), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.tuple(natural(1000), inner).map(([tag, value]) => new Tagged(tag, value)),
  );
}

/** Any content within the limits. */
export const anyContent: fc.Arbitrary<ContentDocument> = fc.record(
  {
    salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    replaces: maybeId,
    topicId: octets(40),
    expires: fc.option(
      fc.oneof(
        natural(366 * 86_400).map((seconds) => ({ relative: true, seconds })),
        natural(0xffff_ffff).map((seconds) => ({ relative: false, seconds })),
      ),
      { nil: null },
    ),
    inReplyTo: maybeId,
    extensions: fc.array(fc.tuple(key, anyValue(3)), { maxLength: 4 }).map((entries) => new Map(entries)),
    sender: fc.constantFrom(null, user("mimi://a.example/u/b")),
    group: fc.constantFrom(null, group("mimi://a.example/r/c")),
    body: anyPart(4),
  },
  { noNullPrototype: true },
);
