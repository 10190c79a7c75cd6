import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestText, readManifest } from "../../../core/backup/manifest.ts";

const facts = {
  version: "1.0.0",
  at: "2026-01-02T03:04:05.000Z",
  base: "one.test",
  store: "sqlite",
  schema: { version: 16, oldest_reader: 3 },
  secrets_key: "none",
  files: [{ path: "store.sqlite", bytes: 3, sha256: "a".repeat(64) }],
} as const;

const written = (change: object): string => JSON.stringify({ format: 1, ...facts, ...change });
const named = (path: string) => () => readManifest(written({ files: [{ ...facts.files[0], path }] }));

void test("a manifest that was written is read again", () => {
  const text = manifestText({ ...facts, files: [...facts.files] });
  assert.ok(text.endsWith("}\n"));
  assert.deepEqual(readManifest(text), { format: 1, ...facts });
});

void test("what is no manifest is refused, with what is wrong in it", () => {
  const invalid = { code: "backup_invalid" };
  assert.throws(() => readManifest("no json"), invalid);
  assert.throws(() => readManifest("{}"), invalid);
  assert.throws(() => readManifest(written({ at: "yesterday" })), {
    ...invalid,
    detail: /^manifest\.json: at /,
  });
  assert.throws(() => readManifest(written({ surplus: 1 })), invalid);
  assert.throws(() => readManifest(written({ format: 2 })), { ...invalid, detail: /the newer version/ });
});

void test("a manifest names no file outside its folder", () => {
  for (const path of ["../x", "/etc/passwd", "media/../../x", "a/b/c", ".", "media/.."])
    assert.throws(named(path), { code: "backup_invalid" }, path);
  assert.doesNotThrow(named("media/-_aB0"));
});
