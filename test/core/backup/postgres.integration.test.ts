/** A PostgreSQL that its own tools have put back is told so, with the rest of the data folder. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeBackup } from "../../../core/backup/make-backup.ts";
import { restoreBackup } from "../../../core/backup/restore-backup.ts";
import { harnessConfig } from "../../support/harness-config.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "../store/sample.ts";
import { storeKinds } from "../store/stores.ts";

const folder = temporaryFolder("backup-postgres");
const AT = 1_800_000_000_000;
const MEDIA_ID = "AAAAAAAAAAAAAAAAAAAAAA";

void test("what is beside a PostgreSQL is put back, and the database told that it is a copy", async () => {
  const kind = storeKinds().find(({ name }) => name === "PostgreSQL");
  const place = await kind?.place();
  assert.ok(kind && place);
  const store = await kind.open(place);
  const sample = await SampleStore.make(store, place);
  await sample.say(sample.a, "one");
  await store.close();
  const before = harnessConfig({ folder: join(folder, "before"), store: place }, []);
  mkdirSync(join(before.data, "media"), { recursive: true });
  writeFileSync(join(before.data, "media", MEDIA_ID), "a guest's file");
  const at = { folder: join(folder, "backup"), now: () => AT, progress: () => undefined };
  await makeBackup({ ...at, config: before, withKey: true, version: "1" });
  const config = harnessConfig({ folder: join(folder, "after"), store: place }, []);
  const report = await restoreBackup({ ...at, config });
  assert.deepEqual([report.groups, report.rooms, report.media], [1, 2, 1]);
  assert.equal(readFileSync(join(config.data, "media", MEDIA_ID), "utf8"), "a guest's file");
  const [group] = await sample.sql("select rev from grp");
  assert.equal(Number(group?.["rev"]), AT / 1_000);
});
