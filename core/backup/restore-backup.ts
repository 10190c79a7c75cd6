/** A backup is put in the place of a store that is lost, and the copy told that it is one. */
import { lstat, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { GatewayError } from "../errors.ts";
import { KEY_FILE } from "../secrets/key-ring.ts";
import { checkReadable } from "../store/migrator.ts";
import { openStore } from "../store/open.ts";
import { examine } from "../store/sqlite/copy.ts";
import { holdLock } from "../store/sqlite/lock.ts";
import type { Milliseconds } from "../time.ts";
import type { Config } from "../config/config.ts";
import type { Restored } from "../store/units/mark-restored.ts";
import { copyFile, sumOf, syncFolder } from "./copy-file.ts";
import type { BackupConfig } from "./make-backup.ts";
import { type BackupFile, type Manifest, MANIFEST, readManifest, STORE_COPY } from "./manifest.ts";

export interface RestoreOptions {
  readonly config: BackupConfig & Pick<Config, "slot">;
  /** A backup's folder. */
  readonly folder: string;
  readonly now: () => Milliseconds;
  /** Told how many of its files are looked at, or in their places, 0 to 1. */
  readonly progress: (what: "check" | "files", part: number) => void;
}

export interface RestoreReport extends Restored, Pick<Manifest, "at" | "base" | "store"> {
  readonly data: string;
  readonly secretsKey: Manifest["secrets_key"];
  readonly media: number;
}

/**
 * Restores into a data folder that is empty or not there. Nothing is written before the whole backup is found to be sound, and
 * the store comes to its place last. A PostgreSQL must hold the dump already, and no process work on it. Rejects with backup_invalid, backup_foreign, restore_not_empty, store_too_new,
 * store_locked, store_failed, backup_failed.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { config } = options;
  const folder = resolve(options.folder);
  const manifest = await readOf(folder);
  checkPlace(manifest, config);
  await checkEmpty(config);
  await checkFiles(options, folder, manifest.files);
  try {
    await mkdir(config.data, { recursive: true, mode: 0o700 });
    await putFiles(options, folder, manifest.files);
    const restored = await putStore(options, folder);
    const media = manifest.files.filter(({ path }) => path !== STORE_COPY && path !== KEY_FILE).length;
    const { at, base, store, secrets_key: secretsKey } = manifest;
    return { ...restored, at, base, store, data: config.data, secretsKey, media };
  } catch (thrown) {
    // It was empty.
    for (const name of await readdir(config.data).catch(() => []))
      await rm(join(config.data, name), { recursive: true, force: true });
    if (thrown instanceof GatewayError) throw thrown;
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    throw new GatewayError("backup_failed", detail, { cause: thrown });
  }
}

async function readOf(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), "utf8");
  } catch (cause) {
    throw new GatewayError("backup_invalid", `${folder} has no ${MANIFEST}: it is no backup`, { cause });
  }
  return readManifest(text);
}

function checkPlace({ base, store, schema, files }: Manifest, config: BackupConfig): void {
  if (base !== config.base)
    throw new GatewayError(
      "backup_foreign",
      `the backup is of ${base}, and the configuration of ${config.base}`,
    );
  if (store !== config.store.kind)
    throw new GatewayError(
      "backup_foreign",
      `the backup is of a store in ${store}, and the configuration names one in ${config.store.kind}`,
    );
  if (schema !== null) checkReadable({ version: schema.version, oldestReader: schema.oldest_reader });
  if ((store === "sqlite") !== files.some(({ path }) => path === STORE_COPY))
    throw new GatewayError("backup_invalid", `${MANIFEST} names no ${STORE_COPY}, or one too many`);
}

async function checkEmpty({ data, store }: BackupConfig): Promise<void> {
  const found = await readdir(data).catch(() => []);
  const [first] = found;
  if (first !== undefined)
    throw new GatewayError(
      "restore_not_empty",
      `${data} is not empty (${first}): move it away, or name another folder as \`data\``,
    );
  if (store.kind === "sqlite" && (await lstat(store.file).catch(() => null)) !== null)
    throw new GatewayError("restore_not_empty", `${store.file} is there already: move it away`);
}

async function checkFiles(
  { progress }: RestoreOptions,
  folder: string,
  files: readonly BackupFile[],
): Promise<void> {
  for (const [i, { path, bytes, sha256 }] of files.entries()) {
    const found = await sumOf(join(folder, path)).catch((cause: unknown) => {
      throw new GatewayError("backup_invalid", `${path} can't be read`, { cause });
    });
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw new GatewayError("backup_invalid", `${path} is not what was backed up: its sum is another`);
    progress("check", (i + 1) / files.length);
  }
}

/** All but the store. */
async function putFiles(
  { config: { data }, progress }: RestoreOptions,
  folder: string,
  files: readonly BackupFile[],
): Promise<void> {
  const others = files.filter(({ path }) => path !== STORE_COPY);
  for (const [i, { path }] of others.entries()) {
    await mkdir(dirname(join(data, path)), { recursive: true, mode: 0o700 });
    await copyFile(join(folder, path), join(data, path));
    progress("files", (i + 1) / others.length);
  }
}

/** The copy is brought to the schema of this version, and told what it is, before it can be taken for the store itself. */
async function putStore({ config, now }: RestoreOptions, folder: string): Promise<Restored> {
  const { store } = config;
  if (store.kind === "postgres") return mark({ store, slot: config.slot }, now());
  await mkdir(dirname(store.file), { recursive: true, mode: 0o700 });
  const part = `${store.file}.part`;
  // No gateway begins with a fresh one meanwhile.
  const lock = holdLock(`${store.file}.lock`);
  try {
    await dropStore(part);
    await copyFile(join(folder, STORE_COPY), part);
    const restored = await mark({ store: { kind: "sqlite", file: part }, slot: null }, now());
    // Whole in the one file, which alone gets its name.
    examine(part);
    await rename(part, store.file);
    await syncFolder(dirname(store.file));
    return restored;
  } finally {
    await dropStore(part);
    lock.release();
  }
}

async function mark(place: Pick<Config, "store" | "slot">, at: Milliseconds): Promise<Restored> {
  const store = await openStore(place);
  try {
    return await store.write("markRestored", { at });
  } finally {
    await store.close();
  }
}

async function dropStore(file: string): Promise<void> {
  for (const end of ["", "-wal", "-shm", ".lock"]) await rm(`${file}${end}`, { force: true });
}
