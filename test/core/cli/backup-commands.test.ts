import assert from "node:assert/strict";
import { test } from "node:test";
import { progressLines } from "../../../core/cli/progress-lines.ts";
import { renderBackup, renderRestored } from "../../../core/cli/render-backup.ts";

void test("progress is told at each tenth, of each thing by itself, and not at all as JSON", () => {
  const lines: string[] = [];
  const io = { err: (text: string): void => void lines.push(text) };
  const tell = progressLines({ io, json: false });
  for (const part of [0, 0.05, 0.1, 0.15, 0.34, 1, 1]) tell("store", part);
  tell("files", 1);
  assert.deepEqual(lines, ["store: 10 %\n", "store: 30 %\n", "store: 100 %\n", "files: 100 %\n"]);
  progressLines({ io, json: true })("store", 1);
  assert.equal(lines.length, 4);
});

const backup = {
  folder: "/srv/backups/monday",
  at: "2026-01-02T03:04:05.000Z",
  base: "one.test",
  schema: null,
  media: 2,
  bytes: 3 * 1_048_576,
} as const;

void test("a backup says where it is, what is in it and what is not", () => {
  const text = renderBackup({ ...backup, store: "sqlite", secretsKey: "included" });
  assert.match(text, /^\/srv\/backups\/monday: backed up at 2026-01-02T03:04:05\.000Z\n/);
  assert.match(text, /files of guests: 2; 3\.0 MiB in all\n/);
  assert.match(text, /in the backup: whoever has it opens the secrets/);
  assert.doesNotMatch(text, /pg_dump/);
  assert.match(renderBackup({ ...backup, store: "sqlite", secretsKey: "left-out" }), /keep secrets\.key/);
  assert.match(renderBackup({ ...backup, store: "postgres", secretsKey: "none" }), /pg_dump --format=custom/);
});

void test("a restore says what is still to be done", () => {
  const report = {
    ...backup,
    store: "sqlite",
    data: "/var/lib/mimi",
    groups: 1,
    rooms: 2,
    since: 5,
  } as const;
  const plain = renderRestored({ ...report, codes: 0, secretsKey: "included" });
  assert.match(plain, /^\/var\/lib\/mimi: restored as of 2026-01-02T03:04:05\.000Z\n/);
  assert.ok(plain.endsWith("now: mimi-gateway start\n"));
  assert.doesNotMatch(plain, /codes|secrets\.key/);
  const more = renderRestored({ ...report, codes: 3, secretsKey: "left-out" });
  assert.match(more, /codes that were good are withdrawn: 3/);
  assert.match(more, /put the secrets\.key that belongs to it into \/var\/lib\/mimi/);
});
