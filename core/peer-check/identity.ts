/** Who the checker is to the gateway that it checks: a peer of its own, with a key made for the run. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { ProviderDomain } from "../../mappings/ids.ts";
import { keyIdOf, publicKeyText } from "../federation/wire/public-key.ts";
import type { RequestSigner } from "../federation/wire/signature.ts";

export interface Identity {
  readonly base: ProviderDomain;
  /** Where it takes requests; never asked where it only asks itself. */
  readonly endpoint: string;
  readonly signer: RequestSigner;
  /** The public key, as it travels. */
  readonly publicText: string;
}

/** A new identity for one run. */
export function makeIdentity(base: ProviderDomain, endpoint: string): Identity {
  const signer = makeSigner();
  return { base, endpoint, signer, publicText: publicKeyText(createPublicKey(signer.key)) };
}

/** A key that nobody knows. */
export function makeSigner(): RequestSigner {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return signerOf(privateKey, publicKey);
}

const signerOf = (key: KeyObject, publicKey: KeyObject): RequestSigner => ({ kid: keyIdOf(publicKey), key });
