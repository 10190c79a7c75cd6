/** Parts of a message as CBOR arrays (draft-ietf-mimi-content-08, section 3.2), read and written. */
import type { CborValue } from "./cbor-value.ts";
import type { ExternalPart, MultiPart, NullPart, Part, SinglePart } from "./content.ts";
import { ContentError } from "./content-error.ts";
import { MAX_PART_DEPTH, MAX_PARTS } from "./limits.ts";
import { atMost, natural, wellFormed } from "./encodable.ts";

const cardinalities = ["null", "single", "external", "multi"] as const;
const semantics = ["chooseOne", "singleUnit", "processAll"] as const;
/** Items of the array, by cardinality. */
const LENGTHS = { null: 3, single: 5, external: 15, multi: 5 } as const;
const U8 = 0xff;
const U16 = 0xffff;
const U32 = 0xffff_ffff;

/** The array of a part. Throws RangeError where a limit is broken. */
export function writePart(part: Part): readonly CborValue[] {
  return write(part, 1, { left: MAX_PARTS });
}

/** Throws ContentError. */
export function readPart(value: CborValue): Part {
  return read(value, 1, { left: MAX_PARTS });
}

interface Count {
  left: number;
}

function write(part: Part, depth: number, count: Count): readonly CborValue[] {
  atMost("levels of parts", depth, MAX_PART_DEPTH);
  count.left -= 1;
  atMost("parts", MAX_PARTS - count.left, MAX_PARTS);
  const head = [
    natural("disposition", part.disposition, U8),
    wellFormed(part.language),
    cardinalities.indexOf(part.cardinality),
  ];
  switch (part.cardinality) {
    case "null":
      return head;
    case "single":
      return [...head, wellFormed(part.contentType), part.content];
    case "external":
      return [
        ...head,
        wellFormed(part.contentType),
        wellFormed(part.url),
        natural("expires", part.expires, U32),
        natural("size", part.size, Number.MAX_SAFE_INTEGER),
        natural("encAlg", part.encAlg, U16),
        part.key,
        part.nonce,
        part.aad,
        natural("hashAlg", part.hashAlg, U8),
        part.contentHash,
        wellFormed(part.description),
        wellFormed(part.filename),
      ];
    case "multi":
      if (part.parts.length < 2) throw new RangeError("a list of parts has two or more");
      return [
        ...head,
        semantics.indexOf(part.semantics),
        part.parts.map((inner) => write(inner, depth + 1, count)),
      ];
  }
}

function read(value: CborValue, depth: number, count: Count): Part {
  if (depth > MAX_PART_DEPTH) throw new ContentError("part_depth");
  if (count.left === 0) throw new ContentError("part_count");
  count.left -= 1;
  if (!Array.isArray(value)) throw new ContentError("part", "not an array");
  const items = value as readonly CborValue[];
  const [disposition, language, number] = items;
  const cardinality = typeof number === "number" ? cardinalities[number] : undefined;
  if (!isNatural(disposition, U8) || typeof language !== "string")
    throw new ContentError("part", "disposition or language");
  if (cardinality === undefined) throw new ContentError("cardinality");
  if (items.length !== LENGTHS[cardinality])
    throw new ContentError("part", `${cardinality} of ${items.length} items`);
  const head = { disposition, language };
  switch (cardinality) {
    case "null":
      return { cardinality, ...head } satisfies NullPart;
    case "single":
      return readSingle(items, head);
    case "external":
      return readExternal(items, head);
    case "multi":
      return readMulti(items, head, depth, count);
  }
}

type Head = Pick<Part, "disposition" | "language">;

function readSingle(items: readonly CborValue[], head: Head): SinglePart {
  const [, , , contentType, content] = items;
  if (typeof contentType !== "string" || !(content instanceof Uint8Array))
    throw new ContentError("part", "media type or content");
  return { cardinality: "single", ...head, contentType, content };
}

function readExternal(items: readonly CborValue[], head: Head): ExternalPart {
  const [, , , contentType, url, expires, size, encAlg, key, nonce, aad] = items;
  const [hashAlg, contentHash, description, filename] = items.slice(11);
  if (typeof contentType !== "string" || typeof url !== "string")
    throw new ContentError("part", "media type or URL");
  if (!isNatural(expires, U32) || !isNatural(size, Number.MAX_SAFE_INTEGER))
    throw new ContentError("part", "expiry or size");
  if (
    !isNatural(encAlg, U16) ||
    !(key instanceof Uint8Array && nonce instanceof Uint8Array && aad instanceof Uint8Array)
  )
    throw new ContentError("part", "encryption");
  if (!isNatural(hashAlg, U8) || !(contentHash instanceof Uint8Array)) throw new ContentError("part", "hash");
  if (typeof description !== "string" || typeof filename !== "string")
    throw new ContentError("part", "description or file name");
  const file = { contentType, url, expires, size, encAlg, key, nonce, aad, hashAlg, contentHash };
  return { cardinality: "external", ...head, ...file, description, filename };
}

function readMulti(items: readonly CborValue[], head: Head, depth: number, count: Count): MultiPart {
  const [, , , number, list] = items;
  const how = typeof number === "number" ? semantics[number] : undefined;
  if (how === undefined) throw new ContentError("semantics");
  if (!Array.isArray(list)) throw new ContentError("part", "not a list of parts");
  if (list.length < 2) throw new ContentError("part_too_few");
  const parts = (list as readonly CborValue[]).map((inner) => read(inner, depth + 1, count));
  return { cardinality: "multi", ...head, semantics: how, parts };
}

const isNatural = (value: CborValue | undefined, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
