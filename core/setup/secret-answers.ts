/** Secrets leave what was answered for files of their own, which gateway.yaml then names. */
import { branchFor, childOutline, fileKey, isRecord, type Outline, secretKeys } from "../config/outline.ts";

/** Below the folder of gateway.yaml. */
export const SECRETS_FOLDER = "secrets";

export interface SecretFile {
  /** Relative to the folder of gateway.yaml. */
  readonly path: string;
  readonly secret: string;
}

/** What the gateway takes from its environment is no secret itself. */
const VARIABLE = /^\$\{[A-Za-z_]\w*\}$/;

/** The same answers with `KEY_file: PATH` in the place of each secret, and the files. */
export function takeOutSecrets(
  answers: Readonly<Record<string, unknown>>,
  outline: Outline,
): { readonly answers: Record<string, unknown>; readonly files: readonly SecretFile[] } {
  const files: SecretFile[] = [];
  const walk = (value: unknown, node: Outline, words: readonly string[]): unknown => {
    const below = (part: unknown, key: string | number, word: string): unknown => {
      const child = childOutline(node, key, value);
      return child === null ? part : walk(part, child, [...words, word]);
    };
    if (Array.isArray(value)) return value.map((part: unknown, at) => below(part, at, wordOf(part, at)));
    if (!isRecord(value)) return value;
    const secrets = secretKeys(branchFor(node, value));
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => {
        if (!secrets.includes(key) || typeof part !== "string" || VARIABLE.test(part))
          return [key, below(part, key, key)];
        // Accounts have names of their own.
        const path = `${SECRETS_FOLDER}/${[...words.filter((word) => word !== "accounts"), key].join("-")}`;
        files.push({ path, secret: part });
        return [fileKey(key), path];
      }),
    );
  };
  return { answers: walk(answers, outline, []) as Record<string, unknown>, files };
}

const wordOf = (part: unknown, at: number): string =>
  isRecord(part) && typeof part["name"] === "string" ? part["name"] : String(at + 1);
