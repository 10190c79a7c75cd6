/** What takes the place of ids and salts that a gateway would have: the same for the same input, and known by sight. */
import { createHmac } from "node:crypto";
import { SALT_OCTETS } from "../../mappings/event-id.ts";
import {
  type EventId,
  type GroupUri,
  groupUri,
  parseEventId,
  parseProviderDomain,
  type ProviderDomain,
  type UserUri,
  userUri,
} from "../../mappings/ids.ts";

/** A gateway's own secret is random; this one is known to all, so that a conversion can be repeated. */
const SECRET = "mimi-gateway convert";
/** Stand-ins of events: the octet of messages and so many zeros before the hash. */
const ZEROS = "0".repeat(30);
const LONGEST_SLUG = 60;

/** RFC 2606: a name that no host has. */
export const STAND_IN_HOST = "stand-in.invalid";

export function hashOf(...parts: readonly string[]): string {
  return createHmac("sha256", SECRET).update(JSON.stringify(parts)).digest("hex");
}

/** The id of a message of which nothing but the platform's own id is known. */
export function standInEvent(platform: string, native: string): EventId {
  const id = parseEventId(`01${ZEROS}${hashOf("event", platform, native).slice(0, 32)}`);
  if (id === null) throw new RangeError("64 digits are an event id");
  return id;
}

/** What a platform would call the message: the letters that its ids start with, and a part of the event id. */
export function standInNative(prefix: string, id: string): string {
  return `${prefix}stand-in-${id.slice(-16)}`;
}

export function standInUser(platform: string, native: string): UserUri {
  return userUri(providerOf(platform), localPart(platform, native));
}

export function standInGroup(platform: string, native: string): GroupUri {
  return groupUri(providerOf(platform), localPart(platform, native));
}

export function saltOf(...parts: readonly string[]): Uint8Array {
  return Buffer.from(hashOf("salt", ...parts), "hex").subarray(0, SALT_OCTETS);
}

function providerOf(platform: string): ProviderDomain {
  const domain = parseProviderDomain(`${platform}.${STAND_IN_HOST}`);
  if (domain === null) throw new RangeError(`${platform} is no label of a domain`);
  return domain;
}

/** Readable, with a part of the hash, since it leaves out what a URI can't hold. */
function localPart(platform: string, native: string): string {
  const slug = native.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const readable = slug.slice(0, LONGEST_SLUG).replaceAll(/^-+|-+$/g, "");
  const hash = hashOf("name", platform, native).slice(0, 8);
  return readable === "" ? hash : `${readable}-${hash}`;
}
