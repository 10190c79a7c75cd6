/**
 * What a secret looks like in the store: encrypted by a key of its own (AES-256-GCM), which is encrypted by one of the
 * gateway's keys. Both are tied to the place where the secret stands, so that a row put elsewhere does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const BOX = "aes-256-gcm";
/** The row's key as it lies in front of the secret: IV, tag, octets. */
const WRAPPED_BYTES = IV_BYTES + TAG_BYTES + KEY_BYTES;

/** The secret under a new key of its own. `place`: where it will stand. */
export function seal(key: Uint8Array, place: string, secret: string): Uint8Array {
  const own = randomBytes(KEY_BYTES);
  return Buffer.concat([encrypt(key, `key:${place}`, own), encrypt(own, place, Buffer.from(secret))]);
}

/** The secret; null: it was not sealed with this key, or not for this place, or it was changed. */
export function open(key: Uint8Array, place: string, sealed: Uint8Array): string | null {
  const own = decrypt(key, `key:${place}`, sealed.subarray(0, WRAPPED_BYTES));
  const secret = own && decrypt(own, place, sealed.subarray(WRAPPED_BYTES));
  return secret && secret.toString("utf8");
}

/** The same secret for another key of the gateway's, without opening it; null as for `open`. */
export function rewrap(
  key: Uint8Array,
  next: Uint8Array,
  place: string,
  sealed: Uint8Array,
): Uint8Array | null {
  const own = decrypt(key, `key:${place}`, sealed.subarray(0, WRAPPED_BYTES));
  return own && Buffer.concat([encrypt(next, `key:${place}`, own), sealed.subarray(WRAPPED_BYTES)]);
}

function encrypt(key: Uint8Array, place: string, octets: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(BOX, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(octets), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(key: Uint8Array, place: string, sealed: Uint8Array): Buffer | null {
  if (sealed.length < IV_BYTES + TAG_BYTES) return null;
  const iv = sealed.subarray(0, IV_BYTES);
  const decipher = createDecipheriv(BOX, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
