/** Files that appear together or not at all. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { GatewayError } from "../errors.ts";
import type { PlannedFile } from "./plan-files.ts";

const OWNER_ONLY = 0o600;
const OWNERS_FOLDER = 0o700;
const USUAL = 0o644;

/**
 * Writes all of them, the last one last, each at once: whoever ends the process in between leaves no half of a file. `replace`:
 * also those that are there already. Throws GatewayError file_exists with their names, or usage where one can't be written; then
 * what it has made itself is gone again.
 */
export function writeFiles(files: readonly PlannedFile[], replace: boolean): void {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length > 0 && !replace) throw filesExist(there);
  const made: string[] = [];
  try {
    for (const { path, text, secret } of files) {
      mkdirSync(dirname(path), { recursive: true, ...(secret && { mode: OWNERS_FOLDER }) });
      const fresh = freshName(path);
      rmSync(fresh, { force: true });
      made.push(fresh);
      write(fresh, text, secret ? OWNER_ONLY : USUAL);
    }
    for (const { path } of files) {
      renameSync(freshName(path), path);
      if (!there.includes(path)) made.push(path);
    }
  } catch (cause) {
    for (const path of made) rmSync(path, { force: true });
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("usage", `the files can't be written: ${detail}; name another folder`, { cause });
  }
}

/** What is said of files that nobody has asked to replace. */
export function filesExist(paths: readonly string[]): GatewayError {
  const [one = ""] = paths;
  const what = paths.length === 1 ? `${one} is` : `${paths.join(", ")} are`;
  return new GatewayError(
    "file_exists",
    `${what} there already, and nothing was written; name another folder, or say --force to replace`,
  );
}

const freshName = (path: string): string => `${path}.new`;

function write(path: string, text: string, mode: number): void {
  const descriptor = openSync(path, "wx", mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
