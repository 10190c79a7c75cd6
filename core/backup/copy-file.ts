/** Copies of files whose octets are summed on the way, on the disk before they count. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BackupFile } from "./manifest.ts";

type Sum = Pick<BackupFile, "bytes" | "sha256">;

/** Copies a file to where there is none, for its user alone. Rejects as the file system does. */
export async function copyFile(from: string, to: string): Promise<Sum> {
  const { stream, sum } = summing();
  const target = createWriteStream(to, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(createReadStream(from), stream, target);
  return sum();
}

/** The sum of a file as it lies there. */
export async function sumOf(file: string): Promise<Sum> {
  const { stream, sum } = summing();
  await pipeline(createReadStream(file), stream.resume());
  return sum();
}

/** Writes what the system holds back of a folder's names. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What stands for something that is not there, to be given to `catch`: whatever else is wrong goes on. */
export const unlessMissing =
  <T>(instead: T) =>
  (thrown: unknown): T => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return instead;
    throw thrown;
  };

function summing(): { readonly stream: Transform; readonly sum: () => Sum } {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, sum: () => ({ bytes, sha256: hash.digest("hex") }) };
}
