/** Secrets that stand in files of their own: `KEY_file: PATH` in place of `KEY: ...`. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Fault } from "./mistakes.ts";
import type { Outline, Path } from "./outline.ts";
import { branchFor, childOutline, fileKey, isRecord, secretKeys } from "./outline.ts";

const READABLE_BY_OTHERS = 0o004;
const LARGEST = 64 * 1024;

interface Resolved {
  readonly data: unknown;
  readonly faults: readonly Fault[];
  /** The secret texts, from files and written in place; also the passwords of secret URLs. */
  readonly secrets: readonly string[];
}

/**
 * The data with every secret in place. `folder`: what relative paths start from. One line break at a file's end
 * is left out. A secret that could not be read is empty in the data and has its fault.
 */
export function resolveSecretFiles(data: unknown, outline: Outline, folder: string): Resolved {
  const faults: Fault[] = [];
  const secrets: string[] = [];

  const fill = (value: Record<string, unknown>, path: Path, keys: readonly string[]): void => {
    for (const key of keys) {
      const file = value[fileKey(key)];
      if (file !== undefined) {
        delete value[fileKey(key)];
        const read = readSecret(file, value[key] !== undefined, folder);
        if ("message" in read) faults.push({ path: [...path, fileKey(key)], ...read });
        value[key] = "message" in read ? "" : read.secret;
      }
      const found = value[key];
      if (typeof found === "string" && found !== "") secrets.push(found, ...passwordOf(found));
    }
  };
  const walk = (value: unknown, node: Outline, path: Path): unknown => {
    const below = (part: unknown, key: string | number): unknown => {
      const child = childOutline(node, key, value);
      return child === null ? part : walk(part, child, [...path, key]);
    };
    if (Array.isArray(value)) return value.map(below);
    if (!isRecord(value)) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, below(part, key)]));
    fill(copy, path, secretKeys(branchFor(node, value)));
    return copy;
  };
  return { data: walk(data, outline, []), faults, secrets };
}

type Read = { readonly secret: string } | { readonly message: string; readonly remedy: string };

function readSecret(file: unknown, alsoInPlace: boolean, folder: string): Read {
  if (typeof file !== "string" || file === "") return { message: "is no path", remedy: "name a file" };
  if (alsoInPlace) {
    return { message: "stands beside the secret itself", remedy: "keep one of the two" };
  }
  const path = resolve(folder, file);
  let descriptor: number;
  try {
    // Without NONBLOCK a named pipe would hold the start up for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    const missing = isRecord(thrown) && thrown["code"] === "ENOENT";
    if (missing) return { message: `names ${path}, which does not exist`, remedy: "write the secret there" };
    return { message: `names ${path}, which cannot be opened`, remedy: "let the gateway's user read it" };
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) return { message: `names ${path}, which is no file`, remedy: "name a file" };
    if ((facts.mode & READABLE_BY_OTHERS) !== 0) {
      return { message: `names ${path}, which every user can read`, remedy: `run chmod o= ${path}` };
    }
    if (facts.size > LARGEST) {
      return { message: `names ${path}, which is larger than 64 KiB`, remedy: "name the secret's file" };
    }
    const secret = readFileSync(descriptor, "utf8").replace(/\r?\n$/, "");
    if (secret === "") return { message: `names ${path}, which is empty`, remedy: "write the secret there" };
    return { secret };
  } finally {
    closeSync(descriptor);
  }
}

function passwordOf(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null || url.password === "") return [];
  const plain = decoded(url.password);
  return plain === url.password ? [plain] : [plain, url.password];
}

/** A password may hold a percent sign that stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
