/** The map of extensions (draft-ietf-mimi-content-08, section 3.1), read and written. */
import { type CborMap, type CborValue, isSubnormalHalf, Tagged } from "./cbor-value.ts";
import type { ContentDocument, ExtensionValue } from "./content.ts";
import { ContentError } from "./content-error.ts";
import { parseGroupUri, type UserUri } from "../ids.ts";
import { atMost, natural, wellFormed } from "./encodable.ts";
import { MAX_EXTENSION_DEPTH, MAX_EXTENSION_KEY, MAX_URI } from "./limits.ts";

const SENDER = 1;
const GROUP = 2;

type Told = Pick<ContentDocument, "sender" | "group" | "extensions">;

/** The map as it is written. Throws RangeError where a limit is broken. */
export function writeExtensions({
  sender,
  group,
  extensions,
}: Told): ReadonlyMap<number | string, CborValue> {
  const map = new Map<number | string, CborValue>();
  if (sender !== null) map.set(SENDER, uri(sender));
  if (group !== null) map.set(GROUP, uri(group));
  for (const [key, value] of extensions) {
    if (key === SENDER || key === GROUP) throw new RangeError("sender and group are fields of their own");
    map.set(checkedKey(key), checkedValue(value, MAX_EXTENSION_DEPTH - 1));
  }
  return map;
}

/** Throws ContentError. */
export function readExtensions(value: CborValue): Told {
  if (!(value instanceof Map)) throw new ContentError("extensions", "not a map");
  let sender: Told["sender"] = null;
  let group: Told["group"] = null;
  const extensions = new Map<number | string, ExtensionValue>();
  for (const [key, item] of value as CborMap) {
    if (key === SENDER) sender = readSender(item);
    else if (key === GROUP) group = readGroup(item);
    else if (key instanceof Uint8Array) throw new ContentError("extensions", "a key of octets");
    else if (typeof key === "string" && !isKeyText(key))
      throw new ContentError("extensions", "a key's length");
    else if (deeper(item, MAX_EXTENSION_DEPTH - 1)) throw new ContentError("extension_depth");
    else extensions.set(key, item);
  }
  return { sender, group, extensions };
}

function readSender(value: CborValue): UserUri {
  if (typeof value !== "string" || !isUri(value)) throw new ContentError("sender");
  return value as UserUri;
}

function readGroup(value: CborValue): NonNullable<Told["group"]> {
  const group = typeof value === "string" && isUri(value) ? parseGroupUri(value) : null;
  if (group === null) throw new ContentError("group");
  return group;
}

const isUri = (text: string): boolean => text !== "" && Buffer.byteLength(text) <= MAX_URI;

function isKeyText(key: string): boolean {
  const octets = Buffer.byteLength(key);
  return octets >= 1 && octets <= MAX_EXTENSION_KEY;
}

function uri(text: string): string {
  atMost("octets of a URI", Buffer.byteLength(text), MAX_URI);
  return wellFormed(text);
}

function checkedKey(key: number | string): number | string {
  if (typeof key === "number" ? Number.isSafeInteger(key) : isKeyText(wellFormed(key))) return key;
  throw new RangeError("an extension's key is no integer within 2^53 and no text of 1 to 255 octets");
}

/** The value, whose lists, maps and tags may stand `levels` deep. */
function checkedValue(value: ExtensionValue, levels: number): ExtensionValue {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "number") return checkedNumber(value);
  if (value === null || typeof value === "boolean" || value instanceof Uint8Array) return value;
  if (levels === 0)
    throw new RangeError(`extensions stand in each other more than ${MAX_EXTENSION_DEPTH} deep`);
  if (value instanceof Tagged) {
    natural("tag", value.tag, Number.MAX_SAFE_INTEGER);
    checkedValue(value.value, levels - 1);
  } else if (value instanceof Map) {
    for (const [key, item] of value as CborMap) {
      if (typeof key === "string") wellFormed(key);
      else if (typeof key === "number" && !Number.isSafeInteger(key))
        throw new RangeError("a key is no integer");
      checkedValue(item, levels - 1);
    }
  } else for (const item of value as readonly ExtensionValue[]) checkedValue(item, levels - 1);
  return value;
}

function checkedNumber(value: number): number {
  if (Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw new RangeError("a number is -0 or an integer beyond 2^53 - 1");
  if (isSubnormalHalf(value)) throw new RangeError("a number below 2^-14 would be written too long");
  return value;
}

/** Whether lists, maps and tags stand in each other more than `levels` deep. */
function deeper(value: CborValue, levels: number): boolean {
  if (value instanceof Tagged) return levels === 0 || deeper(value.value, levels - 1);
  if (value instanceof Map)
    return (
      levels === 0 || [...(value.values() as Iterable<CborValue>)].some((item) => deeper(item, levels - 1))
    );
  if (Array.isArray(value))
    return levels === 0 || (value as readonly CborValue[]).some((item) => deeper(item, levels - 1));
  return false;
}
