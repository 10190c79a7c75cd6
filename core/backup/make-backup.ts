/** A backup of a gateway, running or not: its store, the files that guests have left, and the key of its secrets. */
import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import { parseMediaId } from "../groups/served-files.ts";
import { KEY_FILE } from "../secrets/key-ring.ts";
import { copySqliteStore } from "../store/sqlite/copy.ts";
import type { Milliseconds } from "../time.ts";
import { copyFile, sumOf, syncFolder, unlessMissing } from "./copy-file.ts";
import { type BackupFile, type Manifest, MANIFEST, manifestText, MEDIA, STORE_COPY } from "./manifest.ts";

/** As much of the configuration as a backup is made of. */
export type BackupConfig = Pick<Config, "base" | "data" | "store" | "secretsKey">;

export interface BackupOptions {
  readonly config: BackupConfig;
  /** Where the backup's folder is made; it must not exist. */
  readonly folder: string;
  /** Whether the key of the secrets is put into it. */
  readonly withKey: boolean;
  readonly version: string;
  readonly now: () => Milliseconds;
  /** Told what is copied, and how much of it, 0 to 1. */
  readonly progress: (what: "store" | "files", part: number) => void;
}

export interface BackupReport extends Pick<Manifest, "at" | "base" | "store" | "schema"> {
  readonly folder: string;
  readonly secretsKey: Manifest["secrets_key"];
  /** Files that guests have left. */
  readonly media: number;
  readonly bytes: number;
}

/**
 * Makes it under another name and renames it when all of it is on the disk: a folder of the name that was asked for is whole.
 * Rejects with backup_exists, store_failed, store_full, backup_failed. A PostgreSQL is not in it.
 */
export async function makeBackup(options: BackupOptions): Promise<BackupReport> {
  const { config, now } = options;
  const folder = resolve(options.folder);
  if (existsSync(folder)) throw new GatewayError("backup_exists", `${folder} is there already: name another`);
  const at = new Date(now()).toISOString();
  let part: string | null = null;
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    part = await mkdtemp(`${folder}.part-`);
    const files: BackupFile[] = [];
    const schema = await copyStore(options, part, files);
    // Behind the store: what the copy names is there.
    await copyMedia(options, part, files);
    const secretsKey = await copyKey(options, part, files);
    const facts = { version: options.version, at, base: config.base, store: config.store.kind, schema };
    const text = manifestText({ ...facts, secrets_key: secretsKey, files });
    await writeFile(join(part, MANIFEST), text, { mode: 0o600, flush: true });
    await syncFolder(part);
    await rename(part, folder);
    await syncFolder(dirname(folder));
    const media = files.filter(({ path }) => path.startsWith(`${MEDIA}/`)).length;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { folder, at, base: config.base, store: config.store.kind, schema, secretsKey, media, bytes };
  } catch (thrown) {
    if (part !== null) await rm(part, { recursive: true, force: true });
    if (thrown instanceof GatewayError) throw thrown;
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    throw new GatewayError("backup_failed", detail, { cause: thrown });
  }
}

async function copyStore(
  { config: { store }, progress }: BackupOptions,
  folder: string,
  files: BackupFile[],
): Promise<Manifest["schema"]> {
  if (store.kind === "postgres") return null;
  const to = join(folder, STORE_COPY);
  const { version, oldestReader } = await copySqliteStore(store.file, to, (part) => progress("store", part));
  files.push({ path: STORE_COPY, ...(await sumOf(to)) });
  return { version, oldest_reader: oldestReader };
}

async function copyMedia(
  { config: { data }, progress }: BackupOptions,
  folder: string,
  files: BackupFile[],
): Promise<void> {
  const from = join(data, MEDIA);
  const names = (await readdir(from).catch(unlessMissing([]))).filter((name) => parseMediaId(name) !== null);
  if (names.length === 0) return;
  await mkdir(join(folder, MEDIA), { mode: 0o700 });
  for (const [i, name] of names.entries()) {
    const path = `${MEDIA}/${name}`;
    // It may have been erased meanwhile.
    const sum = await copyFile(join(from, name), join(folder, path)).catch(unlessMissing(null));
    if (sum !== null) files.push({ path, ...sum });
    progress("files", (i + 1) / names.length);
  }
}

async function copyKey(
  { config, withKey }: BackupOptions,
  folder: string,
  files: BackupFile[],
): Promise<Manifest["secrets_key"]> {
  if (config.secretsKey !== null) return "configured";
  const from = join(config.data, KEY_FILE);
  if ((await lstat(from).catch(unlessMissing(null))) === null) return "none";
  if (!withKey) return "left-out";
  files.push({ path: KEY_FILE, ...(await copyFile(from, join(folder, KEY_FILE))) });
  return "included";
}
