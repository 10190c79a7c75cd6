/** The content of our events that are not messages: deterministic CBOR arrays that start with a salt (docs/mtp.md). */
import { readCbor, writeCbor } from "./content/cbor.ts";
import type { CborValue } from "./content/cbor-value.ts";
import { ContentError } from "./content/content-error.ts";
import { SALT_OCTETS } from "./event-id.ts";
import { type MemberChange, type PropertyChange, type PropertyName, propertyNames } from "./events.ts";

/** `[salt, name, item, value]`; `item` is empty for properties that have one value only. */
export function encodeProperty(change: PropertyChange, salt: Uint8Array): Uint8Array {
  return writeCbor([salt, change.name, "", change.value]);
}

/** Throws ContentError. */
export function decodeProperty(bytes: Uint8Array): PropertyChange {
  const document = readCbor(bytes);
  if (!Array.isArray(document) || document.length !== 4) throw new ContentError("shape");
  const [salt, name, item, value] = document as readonly CborValue[];
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_OCTETS) throw new ContentError("salt");
  if (!propertyNames.includes(name as PropertyName) || item !== "" || typeof value !== "string")
    throw new ContentError("property");
  return { name: name as PropertyName, value };
}

/** `[salt, user, change]` */
export function encodeMember(member: MemberChange, salt: Uint8Array): Uint8Array {
  return writeCbor([salt, member.user, member.change]);
}
