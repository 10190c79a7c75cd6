/** Sizes of Matrix events. The limit of the standard is 65,536 octets of canonical JSON, signatures included. */
import type { MatrixContent } from "./calls.ts";

/** Octets of canonical JSON that an event's content may have; the rest is for its envelope, hashes and signatures. */
export const CONTENT_OCTETS = 56 * 1024;
/** Octets kept free in every content: for the mark, the relation, whom a reply mentions, and the prefix of an edit. */
const RESERVED_OCTETS = 4 * 1024;
/** Octets of a message's text in UTF-8: an edit carries it four times, twice as HTML. */
export const TEXT_OCTETS = 12 * 1024;
/** Octets of a Matrix id of a user or room, and of an event's type and state key. */
export const ID_OCTETS = 255;
/** Code points of a room's name and topic: beyond, homeservers refuse. */
export const NAME_CHARACTERS = 255;
export const TOPIC_CHARACTERS = 16_000;
/** Options that clients show of a poll (MSC3381). */
export const POLL_OPTIONS = 20;
/** Entries of a list in an event (mentions, pins, powers, readers) that are read. */
export const LIST_ENTRIES = 1_000;

/** Octets of a content as canonical JSON (the order of keys does not change the size). */
export function contentOctets(content: MatrixContent): number {
  return Buffer.byteLength(JSON.stringify(content), "utf8");
}

/** How much of an event the content takes, now and as an edit, which carries it twice: 1 is all. */
export function fullness(content: MatrixContent): number {
  const { body } = content;
  const words = typeof body === "string" ? Buffer.byteLength(body, "utf8") / TEXT_OCTETS : 0;
  return Math.max(words, (2 * contentOctets(content) + RESERVED_OCTETS) / CONTENT_OCTETS);
}
