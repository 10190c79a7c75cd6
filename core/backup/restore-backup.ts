/** A backup is put in the place of a store that is lost, and the copy told that it is one. */
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
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
import { copyFile, sumOf, syncFolder, unlessMissing } from "./copy-file.ts";
import type { BackupConfig } from "./make-backup.ts";
import { type BackupFile, type Manifest, MANIFEST, readManifest, STORE_COPY } from "./manifest.ts";

/** The files of an SQLite store begin with its name, and end so. */
const STORE_ENDS = ["", "-wal", "-shm", "-journal"];

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

/** What a restore has made, to be taken away again where it fails: nothing else, whoever came meanwhile. */
interface Made {
  readonly files: string[];
  readonly folders: string[];
}

/**
 * Restores into a data folder that is empty or not there. Nothing is written before the whole backup is found to be sound, and
 * the store comes to its place last. A PostgreSQL must hold the dump already, and no process work on it. Rejects with backup_invalid, backup_foreign, restore_not_empty, store_too_new,
 * store_locked, store_failed, backup_failed.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  try {
    return await restore(options, resolve(options.folder));
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    throw new GatewayError("backup_failed", detail, { cause: thrown });
  }
}

async function restore(options: RestoreOptions, folder: string): Promise<RestoreReport> {
  const { config } = options;
  const manifest = await readOf(folder);
  checkPlace(manifest, config);
  await checkEmpty(config);
  await checkFiles(options, folder, manifest.files);
  const lock = await lockPlace(config);
  const made: Made = { files: [], folders: [] };
  try {
    // Somebody may have come while the sums were looked at: from here on nobody does.
    await checkEmpty(config);
    await putFiles(options, folder, manifest.files, made);
    const restored = await putStore(options, folder, manifest.files, made);
    const media = manifest.files.filter(({ path }) => path !== STORE_COPY && path !== KEY_FILE).length;
    const { at, base, store, secrets_key: secretsKey } = manifest;
    return { ...restored, at, base, store, data: config.data, secretsKey, media };
  } catch (thrown) {
    for (const file of made.files) await rm(file, { force: true });
    // Where somebody has put something into it meanwhile it stays.
    for (const one of made.folders.toReversed()) await rmdir(one).catch(() => undefined);
    throw thrown;
  } finally {
    lock?.release();
  }
}

/** No gateway and no other restore begins here meanwhile. null: a PostgreSQL is asked who works on it. */
async function lockPlace({ data, store }: BackupConfig): Promise<{ release(): void } | null> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (store.kind === "postgres") return null;
  await mkdir(dirname(store.file), { recursive: true, mode: 0o700 });
  return holdLock(`${store.file}.lock`);
}

async function readOf(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), "utf8");
  } catch (cause) {
    throw new GatewayError(
      "backup_invalid",
      `${folder} has no ${MANIFEST}: it is no backup; name the folder that \`mimi-gateway backup\` has made`,
      { cause },
    );
  }
  return readManifest(text);
}

function checkPlace({ base, store, schema, files }: Manifest, config: BackupConfig): void {
  if (base !== config.base)
    throw new GatewayError(
      "backup_foreign",
      `the backup is of ${base}, and the configuration of ${config.base}: use the gateway.yaml that belongs to the backup`,
    );
  if (store !== config.store.kind)
    throw new GatewayError(
      "backup_foreign",
      `the backup is of a store in ${store}, and the configuration names one in ${config.store.kind}: change \`store\``,
    );
  if (schema !== null) checkReadable({ version: schema.version, oldestReader: schema.oldest_reader });
  if ((store === "sqlite") !== files.some(({ path }) => path === STORE_COPY))
    throw new GatewayError("backup_invalid", `${MANIFEST} names no ${STORE_COPY}, or one too many`);
}

async function checkEmpty({ data, store }: BackupConfig): Promise<void> {
  const lock = store.kind === "sqlite" ? resolve(`${store.file}.lock`) : null;
  const found = await readdir(data).catch(unlessMissing([]));
  const first = found.find((name) => ![lock, `${lock}-journal`].includes(resolve(data, name)));
  if (first !== undefined)
    throw new GatewayError(
      "restore_not_empty",
      `${data} is not empty (${first}): move what is in it away, or name another folder as \`data\``,
    );
  if (store.kind === "postgres") return;
  // What lies beside a store that is gone would be played into the one that comes in its place.
  for (const end of STORE_ENDS) {
    const file = `${store.file}${end}`;
    if ((await lstat(file).catch(unlessMissing(null))) !== null)
      throw new GatewayError("restore_not_empty", `${file} is there already: move it away`);
  }
}

async function checkFiles(
  { progress }: RestoreOptions,
  folder: string,
  files: readonly BackupFile[],
): Promise<void> {
  for (const [i, { path, bytes, sha256 }] of files.entries()) {
    const found = await sumOf(join(folder, path)).catch((cause: unknown) => {
      throw new GatewayError(
        "backup_invalid",
        `${path} can't be read: copy the backup here again, or take another one`,
        { cause },
      );
    });
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw new GatewayError(
        "backup_invalid",
        `${path} is not what was backed up: its sum is another; copy the backup here again, or take another one`,
      );
    progress("check", (i + 1) / files.length);
  }
}

/** All but the store. */
async function putFiles(
  { config: { data }, progress }: RestoreOptions,
  folder: string,
  files: readonly BackupFile[],
  made: Made,
): Promise<void> {
  const others = files.filter(({ path }) => path !== STORE_COPY);
  for (const [i, file] of others.entries()) {
    const to = join(data, file.path);
    const first = await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    if (first !== undefined) made.folders.push(dirname(to));
    await putFile(folder, file, to, made);
    progress("files", (i + 1) / others.length);
  }
}

/** It may be another than when its sum was looked at. */
async function putFile(folder: string, { path, ...sum }: BackupFile, to: string, made: Made): Promise<void> {
  if ((await lstat(to).catch(unlessMissing(null))) !== null)
    throw new GatewayError("restore_not_empty", `${to} is there already: somebody else works on the folder`);
  made.files.push(to);
  const copied = await copyFile(join(folder, path), to);
  if (copied.bytes !== sum.bytes || copied.sha256 !== sum.sha256)
    throw new GatewayError(
      "backup_invalid",
      `${path} was changed while it was copied: see who writes there, and restore again`,
    );
}

/** The copy is brought to the schema of this version, and told what it is, before it can be taken for the store itself. */
async function putStore(
  { config, now }: RestoreOptions,
  folder: string,
  files: readonly BackupFile[],
  made: Made,
): Promise<Restored> {
  const { store } = config;
  if (store.kind === "postgres") return mark({ store, slot: config.slot }, now());
  const part = `${store.file}.part`;
  try {
    await dropStore(part);
    for (const file of files.filter(({ path }) => path === STORE_COPY))
      await putFile(folder, file, part, made);
    const restored = await mark({ store: { kind: "sqlite", file: part }, slot: null }, now());
    // Whole in the one file, which alone gets its name.
    examine(part);
    await rename(part, store.file);
    made.files.push(store.file);
    await syncFolder(dirname(store.file));
    return restored;
  } finally {
    await dropStore(part);
  }
}

async function mark(place: Pick<Config, "store" | "slot">, at: Milliseconds): Promise<Restored> {
  const store = await openStore(place);
  try {
    return await store.write("markRestored", { at, shared: place.store.kind === "postgres" });
  } finally {
    await store.close();
  }
}

async function dropStore(file: string): Promise<void> {
  for (const end of [...STORE_ENDS, ".lock"]) await rm(`${file}${end}`, { force: true });
}
