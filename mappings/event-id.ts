import { createHash } from "node:crypto";
import { type EventKind, eventOctets } from "./events.ts";
import type { EventId, SaidKey } from "./ids.ts";

/** How many octets of salt every event carries as the first item of its CBOR array. */
export const SALT_OCTETS = 16;

/** The salt's place in every content: behind the head of the array and its own (docs/mtp.md, M42). */
const ARRAY_HEADS = { least: 0x80, most: 0x97 };
const SALT_HEAD = 0x50;
const SALT_AT = 2;
/** Of a hash, as many as delivery keys take of an id. */
const SAID_DIGITS = 32;

/**
 * The id of an event: one octet for its kind, then the first 31 octets of SHA-256 over the sender's and the
 * group's URI (each after its length in two octets), the content's octets as they are, and the salt
 * (draft-ietf-mimi-content-08, section 3.3; kinds other than message use the same formula with their own octet).
 * `sender` is empty where the platform does not say who changed a property.
 */
export function eventId(
  kind: EventKind,
  sender: string,
  group: string,
  content: Uint8Array,
  salt: Uint8Array,
): EventId {
  const hash = createHash("sha256");
  hash.update(withLength(sender)).update(withLength(group)).update(content).update(salt);
  const octet = eventOctets[kind].toString(16).padStart(2, "0");
  return (octet + hash.digest("hex").slice(0, 62)) as EventId;
}

/**
 * What names an event by who said it and its salt alone, so that it is the same where the content is read differently. Only
 * for salts of this gateway's own making: others may give one salt to many events.
 */
export function saidKey(kind: EventKind, sender: string, group: string, salt: Uint8Array): SaidKey {
  const hash = createHash("sha256");
  hash.update("said").update(Uint8Array.of(eventOctets[kind]));
  hash.update(withLength(sender)).update(withLength(group)).update(salt);
  return hash.digest("hex").slice(0, SAID_DIGITS) as SaidKey;
}

/** The salt, read without reading more of the content. null: it does not begin as every content does. */
export function saltOf(content: Uint8Array): Uint8Array | null {
  const [array = 0, head] = content;
  if (array < ARRAY_HEADS.least || array > ARRAY_HEADS.most || head !== SALT_HEAD) return null;
  const salt = content.subarray(SALT_AT, SALT_AT + SALT_OCTETS);
  return salt.length === SALT_OCTETS ? salt : null;
}

function withLength(uri: string): Uint8Array {
  const bytes = Buffer.from(uri, "utf8");
  const out = Buffer.allocUnsafe(bytes.length + 2);
  out.writeUInt16BE(bytes.length, 0);
  bytes.copy(out, 2);
  return out;
}
