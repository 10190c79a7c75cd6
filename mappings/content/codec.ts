/**
 * application/mimi-content in deterministic CBOR (draft-ietf-mimi-content-08, section 3; RFC 8949, section 4.2.1).
 */
import { SALT_OCTETS } from "../event-id.ts";
import { type EventId, parseEventId } from "../ids.ts";
import type { Expiry } from "../message.ts";
import { readCbor, writeCbor } from "./cbor.ts";
import type { CborValue } from "./cbor-value.ts";
import type { ContentDocument, MimiContent, Part } from "./content.ts";
import { ContentError } from "./content-error.ts";
import { atMost, natural } from "./encodable.ts";
import { readExtensions, writeExtensions } from "./extensions-codec.ts";
import { MAX_RELATIVE_EXPIRY, MAX_TOPIC } from "./limits.ts";
import { readPart, writePart } from "./part-codec.ts";

const ITEMS = 7;
const ID_OCTETS = 32;
/** The first octet of every message's id: how it was hashed. */
const HASH = "01";
const U32 = 0xffff_ffff;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a message. Written once and kept: every change of a byte changes the id. Throws RangeError where a limit
 * is broken or a text has a lone surrogate.
 */
export function encodeContent(content: ContentDocument): Uint8Array {
  if (content.salt.length !== SALT_OCTETS) throw new RangeError("the salt has 16 octets");
  atMost("octets of a topic's id", content.topicId.length, MAX_TOPIC);
  return writeCbor([
    content.salt,
    writeId(content.replaces),
    content.topicId,
    writeExpiry(content.expires),
    writeId(content.inReplyTo),
    writeExtensions(content),
    writePart(content.body),
  ]);
}

/** Reads a message, which says its sender and its group. Throws ContentError, whatever the bytes. */
export function decodeContent(bytes: Uint8Array): MimiContent {
  const { sender, group, ...document } = decodeDocument(bytes);
  if (sender === null) throw new ContentError("sender", "missing");
  if (group === null) throw new ContentError("group", "missing");
  return { ...document, sender, group };
}

/** Reads a document that need not say its sender and its group. Throws ContentError, whatever the bytes. */
export function decodeDocument(bytes: Uint8Array): ContentDocument {
  const document = readCbor(bytes);
  if (!Array.isArray(document) || document.length !== ITEMS) throw new ContentError("shape");
  const [salt, replaces, topicId, expires, inReplyTo, extensions, body] = document as readonly CborValue[];
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_OCTETS) throw new ContentError("salt");
  if (!(topicId instanceof Uint8Array) || topicId.length > MAX_TOPIC) throw new ContentError("topic");
  return {
    salt,
    replaces: readId(replaces),
    topicId,
    expires: readExpiry(expires),
    inReplyTo: readId(inReplyTo),
    ...readExtensions(extensions ?? null),
    body: readPart(body ?? null),
  };
}

/** The text of a part of a text type, or null. Bytes that are not UTF-8 throw ContentError. */
export function partText(part: Part): string | null {
  if (part.cardinality !== "single" || !part.contentType.startsWith("text/")) return null;
  try {
    return utf8.decode(part.content);
  } catch (cause) {
    throw new ContentError("not_utf8", "the text of a part", { cause });
  }
}

function writeId(id: EventId | null): Uint8Array | null {
  if (id === null) return null;
  if (!id.startsWith(HASH)) throw new RangeError("a reference names something that is no message");
  return Buffer.from(id, "hex");
}

function readId(value: CborValue | undefined): EventId | null {
  if (value === null) return null;
  if (!(value instanceof Uint8Array) || value.length !== ID_OCTETS) throw new ContentError("id");
  const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
  const id = hex.startsWith(HASH) ? parseEventId(hex) : null;
  if (id === null) throw new ContentError("id", "the first octet");
  return id;
}

function writeExpiry(expires: Expiry | null): CborValue {
  if (expires === null) return null;
  const most = expires.relative ? MAX_RELATIVE_EXPIRY : U32;
  return [expires.relative, natural("seconds until a message vanishes", expires.seconds, most)];
}

/** How far an absolute time may lie ahead is for those to say who know what time it is. */
function readExpiry(value: CborValue | undefined): Expiry | null {
  if (value === null) return null;
  const [relative, seconds] =
    Array.isArray(value) && value.length === 2 ? (value as readonly CborValue[]) : [];
  if (typeof relative !== "boolean" || typeof seconds !== "number") throw new ContentError("expiry");
  const most = relative ? MAX_RELATIVE_EXPIRY : U32;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > most) throw new ContentError("expiry");
  return { relative, seconds };
}
