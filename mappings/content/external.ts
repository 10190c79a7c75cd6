/** Files outside of a message: encrypted and hashed as their part says (draft-ietf-mimi-content-08, section 4.7). */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { ExternalPart } from "./content.ts";
import { ContentError } from "./content-error.ts";

/** Numbers of `encAlg`: the IANA registry of AEAD algorithms. */
export const Encryption = { none: 0, aes128Gcm: 1, aes256Gcm: 2 } as const;
/** Numbers of `hashAlg`: the IANA registry of Named Information hashes. */
export const Hash = { none: 0, sha256: 1, sha384: 7, sha512: 8 } as const;

const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/** What a part says of how its file is encrypted. */
export type Sealing = Pick<ExternalPart, "encAlg" | "key" | "nonce" | "aad">;
type Hashing = Pick<ExternalPart, "hashAlg" | "contentHash">;

/**
 * The file itself, from the octets at the part's URL: their hash is compared first, then they are decrypted. Throws
 * ContentError where the part asks for what is not known here, or the octets are not those that it means.
 */
export function openExternal(part: Sealing & Hashing, octets: Uint8Array): Uint8Array {
  checkHash(part, octets);
  if (part.encAlg === Encryption.none) return octets;
  const cipher = cipherOf(part);
  if (octets.length < TAG_OCTETS) throw new ContentError("sealed", "shorter than its tag");
  const decipher = createDecipheriv(cipher, part.key, part.nonce, { authTagLength: TAG_OCTETS });
  decipher.setAAD(part.aad);
  decipher.setAuthTag(octets.subarray(-TAG_OCTETS));
  const opened = decipher.update(octets.subarray(0, -TAG_OCTETS));
  try {
    // Counter mode holds nothing back: final() only compares the tag.
    decipher.final();
  } catch (cause) {
    throw new ContentError("sealed", "", { cause });
  }
  return opened;
}

/** The octets to put at the URL, and the fields of the part that say how. A key and a nonce are used once, ever. */
export function sealExternal(
  file: Uint8Array,
  sealing: Sealing,
): { readonly octets: Uint8Array; readonly fields: Sealing & Hashing & Pick<ExternalPart, "size"> } {
  const { encAlg, key, nonce, aad } = sealing;
  const octets = encAlg === Encryption.none ? file : seal(file, sealing);
  const contentHash = new Uint8Array(createHash("sha256").update(octets).digest());
  return {
    octets,
    fields: { encAlg, key, nonce, aad, hashAlg: Hash.sha256, contentHash, size: octets.length },
  };
}

/** RFC 5116: the tag stands after what is encrypted. */
function seal(file: Uint8Array, sealing: Sealing): Uint8Array {
  const cipher = createCipheriv(cipherOf(sealing), sealing.key, sealing.nonce, { authTagLength: TAG_OCTETS });
  cipher.setAAD(sealing.aad);
  return Buffer.concat([cipher.update(file), cipher.final(), cipher.getAuthTag()]);
}

function cipherOf({ encAlg, key, nonce }: Sealing): "aes-128-gcm" | "aes-256-gcm" {
  const octets = encAlg === Encryption.aes128Gcm ? 16 : encAlg === Encryption.aes256Gcm ? 32 : null;
  if (octets === null) throw new ContentError("encryption", `algorithm ${encAlg}`);
  if (key.length !== octets || nonce.length !== NONCE_OCTETS)
    throw new ContentError("encryption", `a key of ${key.length} and a nonce of ${nonce.length} octets`);
  return octets === 16 ? "aes-128-gcm" : "aes-256-gcm";
}

function checkHash({ hashAlg, contentHash }: Hashing, octets: Uint8Array): void {
  if (hashAlg === Hash.none) return;
  const found = createHash(hashName(hashAlg)).update(octets).digest();
  if (!found.equals(contentHash)) throw new ContentError("hash", "other octets");
}

function hashName(hashAlg: number): "sha256" | "sha384" | "sha512" {
  switch (hashAlg) {
    case Hash.sha256:
      return "sha256";
    case Hash.sha384:
      return "sha384";
    case Hash.sha512:
      return "sha512";
    default:
      throw new ContentError("hash", `algorithm ${hashAlg}`);
  }
}
