/** A content document as JSON: octets in hexadecimal, texts as texts. */
import { partText } from "../../mappings/content/codec.ts";
import { type CborMap, type CborValue, Tagged } from "../../mappings/content/cbor-value.ts";
import { type ContentDocument, Disposition, type Part } from "../../mappings/content/content.ts";
import { ContentError } from "../../mappings/content/content-error.ts";
import { eventId } from "../../mappings/event-id.ts";

/** What the id of a message is made of besides its bytes; null: not known. */
export interface Origin {
  readonly sender: string | null;
  readonly room: string | null;
}

/** The document with its id, which is null where sender or room are not known. */
export function contentReport(content: ContentDocument, bytes: Uint8Array, { sender, room }: Origin): object {
  const { salt, replaces, topicId, expires, inReplyTo, extensions, body } = content;
  const messageId = sender === null || room === null ? null : eventId("message", sender, room, bytes, salt);
  return {
    messageId,
    octets: bytes.length,
    sender: content.sender,
    room: content.group,
    salt: hex(salt),
    replaces,
    topicId: hex(topicId),
    expires,
    inReplyTo,
    extensions: valueReport(extensions),
    body: partReport(body, { next: 0 }),
  };
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

/** Parts are numbered as references to them count. */
function partReport(part: Part, index: { next: number }): object {
  const { cardinality, language } = part;
  const head = { index: index.next, cardinality, disposition: dispositionName(part.disposition), language };
  index.next += 1;
  switch (part.cardinality) {
    case "null":
      return head;
    case "single":
      return { ...head, contentType: part.contentType, ...bodyReport(part) };
    case "external": {
      const { contentType, url, expires, size, encAlg, hashAlg, description, filename } = part;
      const [key, nonce, aad] = [hex(part.key), hex(part.nonce), hex(part.aad)];
      const contentHash = hex(part.contentHash);
      const how = { encAlg, key, nonce, aad, hashAlg, contentHash };
      return { ...head, contentType, url, expires, size, ...how, description, filename };
    }
    case "multi":
      return {
        ...head,
        semantics: part.semantics,
        parts: part.parts.map((inner) => partReport(inner, index)),
      };
  }
}

/** A text that is not UTF-8 is shown as the octets that it is. */
function bodyReport(part: Part & { readonly cardinality: "single" }): object {
  let text: string | null = null;
  try {
    text = partText(part);
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
  }
  return text === null ? { content: hex(part.content) } : { text };
}

/** The word for it, or the number where there is none. */
function dispositionName(disposition: number): string | number {
  const named = Object.entries(Disposition).find(([, number]) => number === disposition);
  return named?.[0] ?? disposition;
}

/** Maps become objects, octets `{"hex"}`, tags `{"tag", "value"}`, numbers that JSON lacks their names. */
function valueReport(value: CborValue): unknown {
  if (value instanceof Uint8Array) return { hex: hex(value) };
  if (value instanceof Tagged) return { tag: value.tag, value: valueReport(value.value) };
  if (value instanceof Map) {
    const entries = Array.from(value as CborMap, ([key, item]) => [keyText(key), valueReport(item)] as const);
    return Object.fromEntries(entries);
  }
  if (Array.isArray(value)) return (value as readonly CborValue[]).map(valueReport);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const keyText = (key: number | string | Uint8Array): string =>
  key instanceof Uint8Array ? hex(key) : String(key);
