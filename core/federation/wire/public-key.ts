/** Ed25519 public keys as they travel: 32 octets, as base64url, named by a hash of theirs. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { Branded } from "../../../mappings/ids.ts";

/** Names a key: the first 16 octets of the SHA-256 of its 32 octets, as base64url. */
export type KeyId = Branded<string, "KeyId">;

/** Octets that a key id stands for. */
export const KEY_ID_OCTETS = 16;
const KEY_OCTETS = 32;

/** The key's 32 octets as base64url. */
export function publicKeyText(key: KeyObject): string {
  const { x } = key.export({ format: "jwk" });
  if (x === undefined) throw new TypeError("the key is no Ed25519 key");
  return x;
}

/** The key, or null where the text is not base64url of 32 octets without padding. */
export function parsePublicKey(text: string): KeyObject | null {
  const octets = Buffer.from(text, "base64url");
  if (octets.length !== KEY_OCTETS || octets.toString("base64url") !== text) return null;
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: text }, format: "jwk" });
  } catch {
    return null;
  }
}

/** The id of a key. */
export function keyIdOf(key: KeyObject): KeyId {
  const hash = createHash("sha256")
    .update(Buffer.from(publicKeyText(key), "base64url"))
    .digest();
  return hash.subarray(0, KEY_ID_OCTETS).toString("base64url") as KeyId;
}

/** The key id, or null where the text is none. */
export function parseKeyId(text: string): KeyId | null {
  const octets = Buffer.from(text, "base64url");
  return octets.length === KEY_ID_OCTETS && octets.toString("base64url") === text ? (text as KeyId) : null;
}
