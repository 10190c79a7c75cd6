/**
 * application/mimi-content in deterministic CBOR (draft-ietf-mimi-content-08, section 3; RFC 8949, section 4.2.1).
 */
import { decode, encode } from "cborg";
import { type EventId, parseEventId, parseGroupUri, type UserUri } from "../ids.ts";
import { SALT_OCTETS } from "../event-id.ts";
import type { MimiContent, Part } from "./content.ts";

/** Why a document is not mimi-content, or not of the part of it that this gateway reads. */
export class ContentError extends Error {
  override readonly name = "ContentError";
}

const SENDER = 1;
const GROUP = 2;
const CARDINALITY = { null: 0, single: 1 } as const;
const strict = {
  strict: true,
  useMaps: true,
  allowIndefinite: false,
  allowUndefined: false,
  rejectDuplicateMapKeys: true,
};

/** The bytes of a message. Written once and kept: every change of a byte changes the id. */
export function encodeContent(content: MimiContent): Uint8Array {
  return encode([
    content.salt,
    idOctets(content.replaces),
    content.topicId,
    null,
    idOctets(content.inReplyTo),
    new Map([
      [SENDER, content.sender as string],
      [GROUP, content.group as string],
    ]),
    encodePart(content.body),
  ]);
}

/** Reads a message. Throws ContentError where the bytes are not deterministic CBOR of the expected shape. */
export function decodeContent(bytes: Uint8Array): MimiContent {
  const document = decodeStrictly(bytes);
  if (!Array.isArray(document) || document.length !== 7)
    throw new ContentError("not an array of seven items");
  const [salt, replaces, topicId, , inReplyTo, extensions, body] = document as unknown[];
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_OCTETS)
    throw new ContentError("the salt is not 16 octets");
  if (!(topicId instanceof Uint8Array) || topicId.length > 4096)
    throw new ContentError("the topic id is malformed");
  if (!(extensions instanceof Map)) throw new ContentError("the extensions are not a map");
  const sender: unknown = extensions.get(SENDER);
  const group: unknown = extensions.get(GROUP);
  const groupUri = typeof group === "string" ? parseGroupUri(group) : null;
  if (typeof sender !== "string" || groupUri === null)
    throw new ContentError("the sender or the group is missing");
  return {
    salt,
    replaces: readId(replaces),
    topicId,
    inReplyTo: readId(inReplyTo),
    sender: sender as UserUri,
    group: groupUri,
    body: readPart(body),
  };
}

/** The text of a part of a text type, or null. Bytes that are not UTF-8 throw ContentError. */
export function partText(part: Part): string | null {
  if (part.cardinality !== "single" || !part.contentType.startsWith("text/")) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part.content);
  } catch (cause) {
    throw new ContentError("the text is not UTF-8", { cause });
  }
}

/** Any CBOR document in its deterministic form only; whatever else throws ContentError. */
export function decodeStrictly(bytes: Uint8Array): unknown {
  let document: unknown;
  try {
    document = decode(bytes, strict);
  } catch (cause) {
    throw new ContentError("not strict CBOR", { cause });
  }
  // The decoder lets unsorted maps and broken UTF-8 pass; neither survives being written again.
  if (Buffer.compare(encode(document), bytes) !== 0) throw new ContentError("not deterministic CBOR");
  return document;
}

function encodePart(part: Part): readonly unknown[] {
  switch (part.cardinality) {
    case "null":
      return [part.disposition, part.language, CARDINALITY.null];
    case "single":
      return [part.disposition, part.language, CARDINALITY.single, part.contentType, part.content];
  }
}

function readPart(value: unknown): Part {
  if (!Array.isArray(value)) throw new ContentError("a part is not an array");
  const [disposition, language, cardinality, contentType, content] = value as unknown[];
  if (typeof disposition !== "number" || typeof language !== "string")
    throw new ContentError("a part's disposition or language is malformed");
  if (cardinality === CARDINALITY.null && value.length === 3)
    return { cardinality: "null", disposition, language };
  if (cardinality !== CARDINALITY.single || value.length !== 5)
    throw new ContentError("a part is of a kind that this gateway does not read");
  if (typeof contentType !== "string" || !(content instanceof Uint8Array))
    throw new ContentError("a part's type or content is malformed");
  return { cardinality: "single", disposition, language, contentType, content };
}

const idOctets = (id: EventId | null): Uint8Array | null => (id === null ? null : Buffer.from(id, "hex"));

function readId(value: unknown): EventId | null {
  if (value === null) return null;
  const id = value instanceof Uint8Array ? parseEventId(Buffer.from(value).toString("hex")) : null;
  if (id === null) throw new ContentError("an id is not 32 octets");
  return id;
}
