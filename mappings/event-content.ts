/** The content of our events that are not messages: deterministic CBOR arrays that start with a salt. */
import { encode } from "cborg";
import { ContentError, decodeStrictly } from "./content/codec.ts";
import { type MemberChange, type PropertyChange, type PropertyName, propertyNames } from "./events.ts";

/** `[salt, name, item, value]`; `item` is empty for properties that have one value only. */
export function encodeProperty(change: PropertyChange, salt: Uint8Array): Uint8Array {
  return encode([salt, change.name, "", change.value]);
}

/** Throws ContentError. */
export function decodeProperty(bytes: Uint8Array): PropertyChange {
  const document = decodeStrictly(bytes);
  if (!Array.isArray(document) || document.length !== 4) throw new ContentError("not a property's content");
  const [, name, , value] = document as unknown[];
  if (!propertyNames.includes(name as PropertyName) || typeof value !== "string")
    throw new ContentError("not a property that this gateway knows");
  return { name: name as PropertyName, value };
}

/** `[salt, user, change]` */
export function encodeMember(member: MemberChange, salt: Uint8Array): Uint8Array {
  return encode([salt, member.user, member.change]);
}
