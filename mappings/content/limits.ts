/** What a content may not exceed (draft-ietf-mimi-content-08, sections 3 to 5). */

/** Parts of a message, counting lists of parts as well. */
export const MAX_PARTS = 1024;
/** Levels of parts; the root is the first. */
export const MAX_PART_DEPTH = 4;
/** Levels of maps, arrays and tags among the extensions; the map of extensions itself is the first. */
export const MAX_EXTENSION_DEPTH = 4;
/** Octets of an extension's key, where that is text. */
export const MAX_EXTENSION_KEY = 255;
/** Octets of a topic's id. */
export const MAX_TOPIC = 4096;
/** Octets of a URI that goes into the id of a message, whose formula writes the length in two octets. */
export const MAX_URI = 0xffff;
/** Seconds from the reading of a message until it vanishes: a leap year. Longer is taken for malice. */
export const MAX_RELATIVE_EXPIRY = 366 * 86_400;
/** Messages that one status report speaks of. */
export const MAX_STATUSES = 1024;
/** Items of any document, those of all arrays and maps together: twice what the largest number of parts needs. */
export const MAX_CBOR_ITEMS = 32_768;
/**
 * Levels of arrays, maps and tags in any document. Content needs 8: parts at the fourth level stand in three lists.
 * Some more, so that the limit on parts is the one that is named.
 */
export const MAX_CBOR_DEPTH = 16;
