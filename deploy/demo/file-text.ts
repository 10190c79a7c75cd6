/** Files in what the demo prints. */
import { hash } from "node:crypto";

/** Hexadecimal digits of a hash that are shown. */
const DIGITS = 8;

/** A text itself; of anything else its size, and how its SHA-256 begins. */
export function fileText(bytes: Uint8Array): string {
  const text = textOf(bytes);
  return text ?? `${bytes.length} bytes, ${hash("sha256", bytes, "hex").slice(0, DIGITS)}`;
}

/** null: it is none. */
function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /[^\P{Cc}\n\t]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}
