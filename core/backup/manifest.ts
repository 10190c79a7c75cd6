/** What a backup says of itself: `manifest.json` in its folder. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";

export const MANIFEST = "manifest.json";
/** The copy of an SQLite store, whatever the store itself is called. */
export const STORE_COPY = "store.sqlite";
/** The folder of files that guests have left. */
export const MEDIA = "media";
const FORMAT = 1;

/** Relative, below the backup's folder: a backup can't name a place elsewhere. */
const PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*)(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$/;

const fileForm = z.strictObject({
  path: z.string().regex(PATH),
  bytes: z.int().nonnegative(),
  /** In lower-case hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const form = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the program that made it. */
  version: z.string(),
  at: z.iso.datetime(),
  base: z.string(),
  store: z.enum(["sqlite", "postgres"]),
  /** Of the store; null: it is not in the backup. */
  schema: z.strictObject({ version: z.int().positive(), oldest_reader: z.int().positive() }).nullable(),
  /**
   * Where the key of the secrets in the store is. `included`: in the backup. `left-out`: in the data folder, and not in the
   * backup. `configured`: the operator keeps it. `none`: there is none.
   */
  secrets_key: z.enum(["included", "left-out", "configured", "none"]),
  files: z.array(fileForm),
});

export type Manifest = z.output<typeof form>;
export type BackupFile = Manifest["files"][number];

/** The text of the file. */
export function manifestText(manifest: Omit<Manifest, "format">): string {
  return `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`;
}

/** Throws backup_invalid where the text is no manifest, or one of a format that this version does not know. */
export function readManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError(
      "backup_invalid",
      `${MANIFEST} is not JSON: copy the backup here again, or take another one`,
      { cause },
    );
  }
  const later = z.object({ format: z.int().gt(FORMAT) }).safeParse(value);
  if (later.success)
    throw new GatewayError(
      "backup_invalid",
      `the backup has format ${later.data.format}, and this version knows ${FORMAT}: use the newer version`,
    );
  const read = form.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new GatewayError(
    "backup_invalid",
    `${MANIFEST}: ${issue?.path.map(String).join(".") ?? ""} ${issue?.message ?? ""}`,
  );
}
