/** The files of a set-up, written so that a failure leaves all as it was. */
import {
  closeSync,
  copyFileSync,
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
 * Writes all of them, the last one last. `replace`: also those that are there already. Throws GatewayError file_exists with their
 * names, or usage where one can't be written; then what it has made itself is gone again, and what it has replaced is back. No file
 * is ever there by half; but whoever kills the process may find some of the new ones, and of the old ones copies with `.old`.
 */
export function writeFiles(files: readonly PlannedFile[], replace: boolean): void {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length > 0 && !replace) throw filesExist(there);
  const made: string[] = [];
  const kept: string[] = [];
  try {
    for (const { path, text, secret } of files) {
      mkdirSync(dirname(path), { recursive: true, ...(secret && { mode: OWNERS_FOLDER }) });
      const fresh = freshName(path);
      rmSync(fresh, { force: true });
      made.push(fresh);
      write(fresh, text, secret ? OWNER_ONLY : USUAL);
    }
    for (const path of there) {
      copyFileSync(path, oldName(path));
      kept.push(path);
    }
    for (const { path } of files) {
      renameSync(freshName(path), path);
      if (!there.includes(path)) made.push(path);
    }
  } catch (cause) {
    for (const path of made) rmSync(path, { force: true });
    for (const path of kept) renameSync(oldName(path), path);
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("usage", `the files can't be written: ${detail}; name another folder`, { cause });
  }
  for (const path of kept) rmSync(oldName(path), { force: true });
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
const oldName = (path: string): string => `${path}.old`;

function write(path: string, text: string, mode: number): void {
  const descriptor = openSync(path, "wx", mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
