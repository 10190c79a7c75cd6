/** The secrets of all accounts: encrypted on their way into the store, opened on their way out. */
import type { SecretBox } from "../bridge/host.ts";
import { GatewayError } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import { keepOut } from "../log.ts";
import type { RotatedReport, SecretReport } from "../secrets-operations.ts";
import type { Store } from "../store/store.ts";
import { listSecrets, readSecret, type SecretRow } from "../store/units/secrets.ts";
import { open, rewrap, seal } from "./envelope.ts";
import type { KeyRing } from "./key-ring.ts";

/** How often a change of keys looks again for what was changed while it ran. */
const MOST_ROUNDS = 10;

interface Place {
  readonly account: AccountId;
  readonly kind: string;
}

export class Vault {
  readonly #store: Store;
  readonly #ring: KeyRing;

  constructor(store: Store, ring: KeyRing) {
    this.#store = store;
    this.#ring = ring;
  }

  /** What one account's bridge sees of it. */
  of(account: AccountId): SecretBox {
    return {
      get: async (kind) => (await this.#get({ account, kind }))?.value ?? null,
      set: (kind, value) => this.#set({ account, kind }, value),
      take: async (kind, wanted) => {
        const found = await this.#get({ account, kind });
        if (found === null || !wanted(found.value)) return null;
        const taken = await this.#store.write("dropSecret", {
          account,
          kind,
          ciphertext: found.ciphertext,
        });
        return taken ? found.value : null;
      },
    };
  }

  /** What there is, without opening it. */
  async list(): Promise<readonly SecretReport[]> {
    const rows = await this.#store.read(listSecrets());
    const keys = this.#ring.reread();
    return rows.map(({ name, kind, key_version: key }) => ({
      account: name,
      kind,
      key,
      known: keys.has(key),
    }));
  }

  /**
   * Makes a new key and encrypts everything with it; where the operator keeps the keys, with the newest of his. Until all
   * is done the older keys are kept, so that it may be broken off at any moment and be begun again. Throws
   * secret_unreadable where a key is missing.
   */
  async rotate(): Promise<RotatedReport> {
    const given = this.#ring.add() === null;
    const { number } = this.#ring.current();
    let secrets = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const rows = await this.#store.read(listSecrets());
      const old = rows.filter((row) => row.key_version !== number);
      if (old.length === 0) {
        this.#ring.keepOnly(number);
        return { key: number, secrets, given };
      }
      for (const row of old) if (await this.#rewrap(row, number)) secrets += 1;
    }
    throw new GatewayError(
      "store_failed",
      "another process writes secrets with an older key: give it the new one",
    );
  }

  async #get(place: Place): Promise<{ readonly value: string; readonly ciphertext: Uint8Array } | null> {
    const row = await this.#store.read(readSecret(place));
    if (row === undefined) return null;
    const value = open(this.#key(row.key_version, place.kind), placeOf(place), row.ciphertext);
    if (value === null) throw unreadable(place.kind, "it was changed, or belongs elsewhere");
    keepOut(value);
    return { value, ciphertext: row.ciphertext };
  }

  async #set(place: Place, value: string): Promise<void> {
    keepOut(value);
    const { number, key } = this.#ring.current();
    const ciphertext = seal(key, placeOf(place), value);
    await this.#store.write("keepSecret", { ...place, ciphertext, key_version: number });
  }

  async #rewrap(row: SecretRow, number: number): Promise<boolean> {
    const { account, kind, ciphertext: before, key_version: version } = row;
    const next = this.#key(number, kind);
    const ciphertext = rewrap(this.#key(version, kind), next, placeOf(row), before);
    if (ciphertext === null) throw unreadable(kind, "it was changed, or belongs elsewhere");
    return this.#store.write("rewrapSecret", { account, kind, before, ciphertext, key_version: number });
  }

  #key(number: number, kind: string): Uint8Array {
    const key = this.#ring.keys().get(number) ?? this.#ring.reread().get(number);
    if (key) return key;
    throw unreadable(kind, `key ${number} of the secrets is not here`);
  }
}

const placeOf = ({ account, kind }: Place): string => `${account}:${kind}`;

function unreadable(kind: string, why: string): GatewayError {
  return new GatewayError(
    "secret_unreadable",
    `the secret ${kind} can't be opened: ${why}; put the right key back, or give the account its credentials again`,
  );
}
