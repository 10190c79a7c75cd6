/** The keys that secrets in the store are encrypted with. They are never in the store themselves. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import { KEY_BYTES } from "./envelope.ts";
import { EXAMPLE_KEY, formatKeys, type Keys, newest, parseKeys } from "./key-text.ts";

/** Where keys come from, and whether the gateway may make new ones. */
export interface KeyRing {
  /** What is there now. Throws GatewayError secrets_key_missing where a file can't be read. */
  keys(): Keys;
  /** The same, read anew: another process may have added a key. */
  reread(): Keys;
  /** The number of the key that encrypts, and the key; the first one is made where there is none. */
  current(): { readonly number: number; readonly key: Uint8Array };
  /** Makes the key that encrypts from now on. null: the operator keeps the keys, and has put a new one last if he wanted. */
  add(): number | null;
  /** Forgets all keys but this one. Does nothing where the operator keeps them. */
  keepOnly(number: number): void;
}

/** The file in the data folder for keys that the gateway has made itself. */
export const KEY_FILE = "secrets.key";

/** The keys as the configuration says. Reads nothing yet. Throws config_invalid where it has the sample's key. */
export function openKeyRing({
  secretsKey,
  store,
  data,
}: Pick<Config, "secretsKey" | "store" | "data">): KeyRing {
  if (secretsKey?.includes(EXAMPLE_KEY))
    throw new GatewayError(
      "config_invalid",
      "secrets_key is that of the sample: `mimi-gateway secrets new-key` makes one",
    );
  if (secretsKey !== null) return new GivenKeys(secretsKey);
  return store.kind === "sqlite" ? new KeptKeys(join(data, KEY_FILE)) : new MissingKeys();
}

/** Keys that the operator gives: in gateway.yaml, a file of his, or the environment. */
export class GivenKeys implements KeyRing {
  readonly #keys: Keys;

  /** `text`: what the configuration's schema has let through. */
  constructor(text: string) {
    const keys = parseKeys(text);
    if (keys === null) throw new GatewayError("internal", "the schema let a text through that is no key");
    this.#keys = keys;
  }

  keys(): Keys {
    return this.#keys;
  }

  reread(): Keys {
    return this.#keys;
  }

  current() {
    return last(this.#keys);
  }

  add(): null {
    return null;
  }

  keepOnly(): void {}
}

/** Keys in a file of the gateway's own, made when the first secret is kept, and open to its user alone. */
export class KeptKeys implements KeyRing {
  readonly #file: string;
  #keys: Keys | null = null;

  /** `file`: absolute. It need not exist yet. */
  constructor(file: string) {
    this.#file = file;
  }

  keys(): Keys {
    return this.#keys ?? this.reread();
  }

  reread(): Keys {
    this.#keys = this.#read();
    return this.#keys;
  }

  current() {
    if (this.keys().size === 0) this.add();
    return last(this.keys());
  }

  add(): number {
    const keys = this.reread();
    const number = keys.size === 0 ? 1 : newest(keys) + 1;
    this.#write(new Map([...keys, [number, randomBytes(KEY_BYTES)]]));
    return number;
  }

  keepOnly(number: number): void {
    this.#write(new Map([...this.reread()].filter(([one]) => one === number)));
  }

  #read(): Keys {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (thrown) {
      if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return new Map();
      throw this.#unreadable("can't be read", thrown);
    }
    const keys = parseKeys(text);
    if (keys === null) throw this.#unreadable("holds no keys of the form NUMBER:KEY", undefined);
    return keys;
  }

  /** On the disk under its name, whole, before anything is encrypted with it. */
  #write(keys: Keys): void {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const next = `${this.#file}.new`;
    const file = openSync(next, "w", 0o600);
    try {
      writeSync(file, formatKeys(keys));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, this.#file);
    const folder = openSync(dirname(this.#file), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    this.#keys = keys;
  }

  #unreadable(what: string, cause: unknown): GatewayError {
    return new GatewayError(
      "secrets_key_missing",
      `${this.#file} ${what}; put back the one of your backup, or remove it and give the accounts their credentials again`,
      { cause },
    );
  }
}

/** For a store of several processes: each has a data folder of its own, so none may make keys for all. */
export class MissingKeys implements KeyRing {
  keys(): Keys {
    return new Map();
  }

  reread(): Keys {
    return this.keys();
  }

  current(): never {
    throw new GatewayError(
      "secrets_key_missing",
      "processes that share a PostgreSQL need the same key for secrets: make one with `mimi-gateway secrets new-key` and set secrets_key",
    );
  }

  add(): never {
    return this.current();
  }

  keepOnly(): void {}
}

/** A line that can be put into a file of keys. */
export function newKeyLine(number: number): string {
  return formatKeys(new Map([[number, randomBytes(KEY_BYTES)]]));
}

function last(keys: Keys): { readonly number: number; readonly key: Uint8Array } {
  const number = newest(keys);
  const key = keys.get(number);
  if (key === undefined) throw new GatewayError("internal", "a list of keys is empty");
  return { number, key };
}
