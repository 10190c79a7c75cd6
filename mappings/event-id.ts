import { createHash } from "node:crypto";
import { type EventKind, eventOctets } from "./events.ts";
import type { EventId } from "./ids.ts";

/** How many octets of salt every event carries as the first item of its CBOR array. */
export const SALT_OCTETS = 16;

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

function withLength(uri: string): Uint8Array {
  const bytes = Buffer.from(uri, "utf8");
  const out = Buffer.allocUnsafe(bytes.length + 2);
  out.writeUInt16BE(bytes.length, 0);
  bytes.copy(out, 2);
  return out;
}
