/** The gateway's keys as they are written: `NUMBER:KEY`, one a line or with commas between, the key as base64url. */
import { KEY_BYTES } from "./envelope.ts";

/** By number; the highest encrypts, the others open what is older. */
export type Keys = ReadonlyMap<number, Uint8Array>;

/** What the sample of gateway.yaml shows: everybody has it, so it is no key. */
export const EXAMPLE_KEY = "1:change-me-change-me-change-me-change-me-cha";

const ONE = /^(?<number>[1-9]\d{0,8}):(?<key>[A-Za-z0-9_-]{43})$/;

/** null: that is no list of keys, it is empty, or a number stands twice. */
export function parseKeys(text: string): Keys | null {
  const keys = new Map<number, Uint8Array>();
  for (const part of text.split(/[\s,]+/).filter((one) => one !== "")) {
    const { number = "", key = "" } = ONE.exec(part)?.groups ?? {};
    const octets = Buffer.from(key, "base64url");
    if (octets.length !== KEY_BYTES || keys.has(Number(number))) return null;
    keys.set(Number(number), octets);
  }
  return keys.size === 0 ? null : keys;
}

/** What `parseKeys` reads, a line for each key, the oldest first. */
export function formatKeys(keys: Keys): string {
  return [...keys]
    .toSorted(([a], [b]) => a - b)
    .map(([number, key]) => `${number}:${Buffer.from(key).toString("base64url")}\n`)
    .join("");
}

/** The number of the key that encrypts. */
export function newest(keys: Keys): number {
  return Math.max(...keys.keys());
}
