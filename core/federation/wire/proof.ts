/**
 * Proofs: a provider's signature over the id of an event that one of its users made, so that the group's owner, which
 * hands the event on, cannot have made it up (docs/mtp.md, Proofs).
 */
import { type KeyObject, sign, verify } from "node:crypto";
import type { EventId, ProviderDomain } from "../../../mappings/ids.ts";
import { KEY_ID_OCTETS, type KeyId } from "./public-key.ts";

/** Keeps proofs apart from everything else that the same key signs; ends with a zero octet. */
const DOMAIN = Buffer.from("mtp-proof-1\0", "latin1");
const SIGNATURE_OCTETS = 64;
/** Octets of a proof: the key's id, then the signature. */
export const PROOF_OCTETS = KEY_ID_OCTETS + SIGNATURE_OCTETS;

/** The proof that an event is of a user of `provider`; the key is that of the provider's gateway. */
export function signProof(
  event: EventId,
  provider: ProviderDomain,
  signer: { readonly kid: KeyId; readonly key: KeyObject },
): Uint8Array {
  const signature = sign(null, signedOctets(event, provider), signer.key);
  return Buffer.concat([Buffer.from(signer.kid, "base64url"), signature]);
}

/** The id of the key that a proof says it was made with; null where it is no proof. */
export function proofKeyId(proof: Uint8Array): KeyId | null {
  if (proof.length !== PROOF_OCTETS) return null;
  return Buffer.from(proof.subarray(0, KEY_ID_OCTETS)).toString("base64url") as KeyId;
}

/** Whether a proof holds under a public key, which the caller has found by `proofKeyId`. Never throws. */
export function verifyProof(
  proof: Uint8Array,
  event: EventId,
  provider: ProviderDomain,
  key: KeyObject,
): boolean {
  if (proof.length !== PROOF_OCTETS) return false;
  return verify(null, signedOctets(event, provider), key, proof.subarray(KEY_ID_OCTETS));
}

/** `mtp-proof-1`, a zero octet, the provider's domain behind its length in two octets, the 32 octets of the id. */
function signedOctets(event: EventId, provider: ProviderDomain): Buffer {
  const name = Buffer.from(provider, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return Buffer.concat([DOMAIN, length, name, Buffer.from(event, "hex")]);
}
