/** Backups of an SQLite store and what is beside it in the data folder: made, refused, put back. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type BackupConfig, makeBackup } from "../../../core/backup/make-backup.ts";
import { type RestoreOptions, restoreBackup } from "../../../core/backup/restore-backup.ts";
import { manifestText, readManifest } from "../../../core/backup/manifest.ts";
import { codeVersion, migrations } from "../../../core/store/migrator.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import { querySql } from "../../support/harness-sql.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "../store/sample.ts";

const folder = temporaryFolder("backup");
const AT = 1_800_000_000_000;
const OLDEST = Math.max(...migrations.map(({ oldestReader }) => oldestReader));
const MEDIA_ID = "AAAAAAAAAAAAAAAAAAAAAA";

/** A gateway's data folder, none of which is there yet. */
function place(base = "one.test"): BackupConfig & { readonly file: string; readonly slot: null } {
  const data = join(folder, randomUUID());
  const file = join(data, "gateway.sqlite");
  return {
    base: base as ProviderDomain,
    data,
    file,
    store: { kind: "sqlite", file },
    secretsKey: null,
    slot: null,
  };
}

/** One with a store in which something was said, and a key and files beside it. */
async function used(): Promise<ReturnType<typeof place>> {
  const config = place();
  const store = openSqliteStore({ file: config.file });
  const sample = await SampleStore.make(store, config.store);
  await sample.say(sample.a, "one", "two");
  await store.close();
  writeFileSync(join(config.data, "secrets.key"), "1:key\n", { mode: 0o600 });
  mkdirSync(join(config.data, "media"));
  writeFileSync(join(config.data, "media", MEDIA_ID), "a guest's file");
  writeFileSync(join(config.data, "media", "unfinished.part"), "nobody's");
  return config;
}

const backupOf = (config: BackupConfig, to: string, withKey = true) =>
  makeBackup({ config, folder: to, withKey, version: "1.0.0", now: () => AT, progress: () => undefined });

const restored = (config: RestoreOptions["config"], from: string) =>
  restoreBackup({ config, folder: from, now: () => AT, progress: () => undefined });

const log = (at: BackupConfig) => querySql(at.store, "select seq, id, content from event order by seq");

/** Of backups that were not finished. */
const parts = (): string[] => readdirSync(folder).filter((name) => name.includes(".part-"));

const mode = (file: string): number => statSync(file).mode & 0o777;

void test("a backup has all that is needed to come up again, for its user alone", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  const report = await backupOf(config, to);
  assert.deepEqual(
    { ...report, bytes: 0 },
    {
      folder: to,
      at: new Date(AT).toISOString(),
      base: "one.test",
      store: "sqlite",
      schema: { version: codeVersion, oldest_reader: OLDEST },
      secretsKey: "included",
      media: 1,
      bytes: 0,
    },
  );
  assert.deepEqual(readdirSync(to).toSorted(), ["manifest.json", "media", "secrets.key", "store.sqlite"]);
  assert.deepEqual(readdirSync(join(to, "media")), [MEDIA_ID]);
  assert.equal(mode(to), 0o700);
  for (const { path } of readManifest(readFileSync(join(to, "manifest.json"), "utf8")).files)
    assert.equal(mode(join(to, path)), 0o600, path);
  assert.deepEqual(parts(), []);
});

void test("a backup comes back with what was in it, in an order that guests can tell from the former", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  await backupOf(config, to);
  const other = place();
  const report = await restored(other, to);
  assert.equal(report.groups, 1);
  assert.equal(report.rooms, 2);
  assert.equal(report.media, 1);
  const [group] = await querySql(other.store, "select rev, head from grp");
  assert.equal(Number(group?.["rev"]), AT / 1_000);
  assert.deepEqual(await log(other), await log(config));
  assert.equal(readFileSync(join(other.data, "media", MEDIA_ID), "utf8"), "a guest's file");
  assert.equal(readFileSync(join(other.data, "secrets.key"), "utf8"), "1:key\n");
  assert.deepEqual(
    readdirSync(other.data).filter((name) => name.includes(".part")),
    [],
  );
  await openSqliteStore({ file: other.file }).close();
});

void test("the key can be left out, and is not there where the operator keeps it", async () => {
  const config = await used();
  const without = join(folder, randomUUID());
  assert.equal((await backupOf(config, without, false)).secretsKey, "left-out");
  assert.ok(!existsSync(join(without, "secrets.key")));
  const configured = join(folder, randomUUID());
  assert.equal((await backupOf({ ...config, secretsKey: "1:key" }, configured)).secretsKey, "configured");
});

void test("a store is copied as it stands in one moment, while it is written to", async () => {
  const config = place();
  const store = openSqliteStore({ file: config.file });
  const sample = await SampleStore.make(store, config.store);
  // More than is copied in one go.
  const large = Array.from({ length: 30 }, (_, i) => `${i} ${"x".repeat(400_000)}`);
  await sample.say(sample.a, ...large);
  let said = large.length;
  const copied = new AbortController();
  const to = join(folder, randomUUID());
  const making = backupOf(config, to).finally(() => copied.abort());
  while (!copied.signal.aborted) await sample.say(sample.a, `text ${++said}`);
  await making;
  await store.close();
  const other = place();
  await restored(other, to);
  const [log] = await querySql(
    other.store,
    "select count(*) as n, max(seq) as last, (select head from grp) as head from event",
  );
  assert.equal(log?.["n"], log?.["last"]);
  assert.equal(log?.["last"], log?.["head"]);
  const held = Number(log?.["n"]);
  assert.ok(held >= large.length && held <= said, `${held} of ${said}`);
});

void test("nothing is written over: neither a backup nor a data folder", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  await backupOf(config, to);
  await assert.rejects(backupOf(config, to), { code: "backup_exists" });
  await assert.rejects(restored({ ...config, slot: null }, to), { code: "restore_not_empty" });
  const apart = { ...place(), store: config.store };
  await assert.rejects(restored(apart, to), { code: "restore_not_empty" });
});

void test("where no gateway has run there is nothing to back up", async () => {
  const to = join(folder, randomUUID());
  await assert.rejects(backupOf(place(), to), { code: "store_failed" });
  assert.ok(!existsSync(to));
  assert.deepEqual(parts(), []);
});

void test("a backup that is damaged, of another gateway or of a newer version is refused before anything is written", async () => {
  const config = await used();
  const made = async (): Promise<string> => {
    const to = join(folder, randomUUID());
    await backupOf(config, to);
    return to;
  };
  const refused = async (from: string, code: string, at = place()): Promise<void> => {
    await assert.rejects(restored(at, from), { code });
    assert.ok(!existsSync(at.data), `${code}: nothing is written`);
  };
  await refused(join(folder, "nowhere"), "backup_invalid");
  const damaged = await made();
  appendFileSync(join(damaged, "media", MEDIA_ID), "more");
  await refused(damaged, "backup_invalid");
  const incomplete = await made();
  rmSync(join(incomplete, "store.sqlite"));
  await refused(incomplete, "backup_invalid");
  await refused(await made(), "backup_foreign", place("two.test"));
  const newer = await made();
  const manifest = join(newer, "manifest.json");
  const text = readFileSync(manifest, "utf8");
  writeFileSync(manifest, text.replace(/"oldest_reader": \d+/, `"oldest_reader": ${codeVersion + 1}`));
  await refused(newer, "store_too_new");
});

void test("a store whose gateway was killed is backed up with all that it had written", async () => {
  const config = await used();
  const store = openSqliteStore({ file: config.file });
  await store.write("settle", { name: "written last", value: Buffer.from("here") });
  const killed = { ...place(), secretsKey: null };
  // What a killed process leaves: the file, and beside it what is not in the file yet.
  mkdirSync(killed.data);
  for (const end of ["", "-wal"])
    copyFileSync(`${config.file}${end}`, join(killed.data, `gateway.sqlite${end}`));
  await store.close();
  const to = join(folder, randomUUID());
  await backupOf(killed, to);
  const other = place();
  await restored(other, to);
  const [setting] = await querySql(other.store, "select value from setting where name = 'written last'");
  assert.equal(Buffer.from(setting?.["value"] as Uint8Array).toString(), "here");
});

void test("a gateway or a restore that begins meanwhile keeps all that it has, and this one gives up", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  await backupOf(config, to);
  const other = place();
  const began: { close(): Promise<void> }[] = [];
  const restoring = restoreBackup({
    config: other,
    folder: to,
    now: () => AT,
    progress: (what, part) => {
      if (what !== "check" || part < 1) return;
      began.push(openSqliteStore({ file: other.file }));
      writeFileSync(join(other.data, "secrets.key"), "1:another\n");
    },
  });
  await assert.rejects(restoring, { code: "store_locked" });
  for (const store of began) await store.close();
  assert.deepEqual(readdirSync(other.data).toSorted(), [
    "gateway.sqlite",
    "gateway.sqlite.lock",
    "secrets.key",
  ]);
});

void test("what somebody puts into the folder meanwhile stays where a restore fails", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  await backupOf(config, to);
  const other = place();
  const restoring = restoreBackup({
    config: other,
    folder: to,
    now: () => AT,
    progress: (what, part) => {
      if (what !== "files" || part < 1) return;
      writeFileSync(join(other.data, "theirs"), "kept");
      // What is copied last is not what was looked at.
      appendFileSync(join(to, "store.sqlite"), "more");
    },
  });
  await assert.rejects(restoring, { code: "backup_invalid" });
  assert.deepEqual(readdirSync(other.data).toSorted(), ["gateway.sqlite.lock", "theirs"]);
});

void test("what lies beside a store that is gone is not played into a restored one", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  await backupOf(config, to);
  for (const end of ["-wal", "-shm", "-journal"]) {
    const file = join(folder, `${randomUUID()}.sqlite`);
    writeFileSync(`${file}${end}`, "of before");
    const apart = { ...place(), store: { kind: "sqlite", file } as const };
    await assert.rejects(restored(apart, to), { code: "restore_not_empty" });
    assert.equal(readFileSync(`${file}${end}`, "utf8"), "of before");
  }
});

void test("files of guests that can't be read are not left out in silence", async () => {
  const config = await used();
  rmSync(join(config.data, "media"), { recursive: true });
  writeFileSync(join(config.data, "media"), "no folder");
  await assert.rejects(backupOf(config, join(folder, randomUUID())), { code: "backup_failed" });
});

void test("a restore that fails leaves nothing of its own in the data folder", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  await backupOf(config, to);
  const other = place();
  const database = new DatabaseSync(join(to, "store.sqlite"));
  database.exec("drop table audit");
  database.close();
  const manifest = join(to, "manifest.json");
  const sum = createHash("sha256")
    .update(readFileSync(join(to, "store.sqlite")))
    .digest("hex");
  const { files, ...facts } = readManifest(readFileSync(manifest, "utf8"));
  const path = "store.sqlite";
  const bytes = statSync(join(to, path)).size;
  const others = files.filter((file) => file.path !== path);
  writeFileSync(manifest, manifestText({ ...facts, files: [...others, { path, bytes, sha256: sum }] }));
  await assert.rejects(restored(other, to), { code: "store_failed" });
  assert.deepEqual(readdirSync(other.data), ["gateway.sqlite.lock"]);
});

void test("a PostgreSQL is not in a backup, and a backup of one is for one", async () => {
  const config = await used();
  const to = join(folder, randomUUID());
  const postgres = { kind: "postgres", url: "postgres://nowhere.invalid/x" } as const;
  const report = await backupOf({ ...config, store: postgres }, to);
  assert.deepEqual([report.store, report.schema, report.media], ["postgres", null, 1]);
  await assert.rejects(restored(place(), to), { code: "backup_foreign" });
});
