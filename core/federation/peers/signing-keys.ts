/** The keys that this gateway signs with: one signs, others come or go. Kept in the store, shared by all processes. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { readSetting } from "../../store/units/settings.ts";
import { type KeyId, keyIdOf, parsePublicKey } from "../wire/public-key.ts";
import type { RequestSigner, VerificationKey } from "../wire/signature.ts";

const SETTING = "signing-keys";
const MOST_ATTEMPTS = 5;

const storedForm = z.array(
  z.object({
    /** Public and private octets, as a JWK has them. */
    x: z.string(),
    d: z.string(),
    notBefore: z.int(),
    expires: z.int().nullable(),
  }),
);
type StoredKey = z.output<typeof storedForm>[number];

/** A key of this gateway as its peers see it. */
export interface PublishedKey extends VerificationKey {
  readonly kid: KeyId;
}

interface OwnKey extends PublishedKey {
  readonly privateKey: KeyObject;
}

export interface Rotation {
  /** How long the new key is published before it signs: longer than peers keep what they have read. */
  readonly leadMs: Milliseconds;
  /** How long the old key is good after that: as long as events with its proofs may be read. */
  readonly overlapMs: Milliseconds;
}

export class SigningKeys {
  readonly #store: Store;
  readonly #now: () => Milliseconds;
  #stored: Uint8Array;
  #keys: readonly OwnKey[];

  private constructor(store: Store, now: () => Milliseconds, stored: Uint8Array) {
    this.#store = store;
    this.#now = now;
    this.#stored = stored;
    this.#keys = parseStored(stored);
  }

  /** The keys in the store; at the first start of a gateway, a new one that may sign at once. */
  static async open(store: Store, now: () => Milliseconds): Promise<SigningKeys> {
    const value = serialize([createKey(now())]);
    return new SigningKeys(store, now, await store.write("settle", { name: SETTING, value }));
  }

  /** What signs now: the key that began last among those whose time it is. Throws GatewayError internal without one. */
  signer(): RequestSigner {
    const now = this.#now();
    const usable = this.#keys.filter(({ notBefore, expires }) => notBefore <= now && !isOver(expires, now));
    // Before the first key's time, by a clock that was set back, it signs all the same.
    const key = latest(usable) ?? this.#keys.find(({ expires }) => !isOver(expires, now));
    if (key === undefined) throw new GatewayError("internal", "no signing key is valid");
    return { kid: key.kid, key: key.privateKey };
  }

  /** All that may have signed or will, coming ones included, expired ones not. */
  published(): readonly PublishedKey[] {
    const now = this.#now();
    return this.#keys
      .filter(({ expires }) => !isOver(expires, now))
      .map(({ kid, key, notBefore, expires }) => ({ kid, key, notBefore, expires }));
  }

  /** Takes over what another process has changed. */
  async refresh(): Promise<void> {
    this.#take(await this.#store.read(readSetting(SETTING)));
  }

  /**
   * Makes a key that signs from `leadMs` on; those of before end `overlapMs` later, or when they end anyway. With zeros, after
   * a theft, the old ones end at once. Returns the new key's id.
   */
  async rotate({ leadMs, overlapMs }: Rotation): Promise<KeyId> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      await this.refresh();
      const now = this.#now();
      const added = createKey(now + leadMs);
      const end = added.notBefore + overlapMs;
      const kept = storedKeys(this.#stored)
        .filter(({ expires }) => !isOver(expires, now))
        .map((key) => ({ ...key, expires: Math.min(key.expires ?? end, end) }));
      const value = serialize([...kept, added]);
      if (await this.#store.write("replaceSetting", { name: SETTING, before: this.#stored, value })) {
        this.#take(value);
        return ownKey(added).kid;
      }
    }
    throw new GatewayError("store_failed", "another process changes the signing keys all the time");
  }

  #take(stored: Uint8Array): void {
    this.#keys = parseStored(stored);
    this.#stored = stored;
  }
}

const isOver = (expires: Milliseconds | null, now: Milliseconds): boolean =>
  expires !== null && expires <= now;

function latest(keys: readonly OwnKey[]): OwnKey | undefined {
  return keys.toSorted((a, b) => a.notBefore - b.notBefore).at(-1);
}

function createKey(notBefore: Milliseconds): StoredKey {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return storedForm.element.parse({ x, d, notBefore, expires: null });
}

const serialize = (keys: readonly StoredKey[]): Uint8Array => Buffer.from(JSON.stringify(keys));
const storedKeys = (stored: Uint8Array): readonly StoredKey[] =>
  storedForm.parse(JSON.parse(Buffer.from(stored).toString()));
const parseStored = (stored: Uint8Array): readonly OwnKey[] => storedKeys(stored).map(ownKey);

function ownKey({ x, d, notBefore, expires }: StoredKey): OwnKey {
  const key = parsePublicKey(x);
  if (key === null) throw new GatewayError("store_failed", `the setting ${SETTING} is damaged`);
  const privateKey = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x, d }, format: "jwk" });
  return { kid: keyIdOf(key), key, privateKey, notBefore, expires };
}
