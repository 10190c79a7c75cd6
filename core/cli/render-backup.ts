/** What `backup` and `restore` print. */
import type { BackupReport } from "../backup/make-backup.ts";
import type { RestoreReport } from "../backup/restore-backup.ts";

const KEYS: Record<BackupReport["secretsKey"], string> = {
  included: "in the backup: whoever has it opens the secrets in the store",
  "left-out": "not in the backup: keep secrets.key of the data folder in another place",
  configured: "yours (secrets_key): keep it in another place",
  none: "none, since the gateway keeps no secrets",
};

export function renderBackup({ folder, at, store, secretsKey, media, bytes }: BackupReport): string {
  const lines = [
    `${folder}: backed up at ${at}`,
    `files of guests: ${media}; ${mebibytes(bytes)} MiB in all`,
    `key of the secrets: ${KEYS[secretsKey]}`,
    "gateway.yaml is not in it: keep a copy",
  ];
  if (store === "postgres")
    lines.push(
      "the PostgreSQL is not in it: dump it before each backup, by `pg_dump --format=custom --file=FILE DATABASE`",
    );
  return `${lines.join("\n")}\n`;
}

export function renderRestored(report: RestoreReport): string {
  const { data, at, secretsKey, media, groups, rooms, codes } = report;
  const lines = [
    `${data}: restored as of ${at}`,
    `files of guests: ${media}; rooms to read from there on: ${rooms}; groups of this gateway's own: ${groups}`,
  ];
  if (codes > 0) lines.push(`codes that were good are withdrawn: ${codes}; make new ones`);
  if (secretsKey === "left-out") lines.push(`put the secrets.key that belongs to it into ${data}`);
  lines.push("now: mimi-gateway start");
  return `${lines.join("\n")}\n`;
}

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
