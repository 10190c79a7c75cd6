/** The digest of a body, by RFC 9530: SHA-256 alone. */
import { createHash } from "node:crypto";
import { parseDictionary } from "structured-headers";
import { ProblemError } from "./problem.ts";

const sha256 = (body: Uint8Array): Buffer => createHash("sha256").update(body).digest();

/** The value of Content-Digest for a body. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${sha256(body).toString("base64")}:`;
}

/** Throws ProblemError bad_signature unless Content-Digest has the SHA-256 of the body. */
export function checkContentDigest(header: string | undefined, body: Uint8Array): void {
  checkSha256(header, sha256(body));
}

/** The same for a body that was read piece by piece. */
export function checkSha256(header: string | undefined, digest: Buffer): void {
  if (header === undefined) throw new ProblemError("bad_signature", "content-digest is missing");
  const announced = sha256Of(header);
  if (announced === null) throw new ProblemError("bad_signature", "content-digest has no sha-256");
  if (!digest.equals(announced)) throw new ProblemError("bad_signature", "content-digest is not the body's");
}

function sha256Of(header: string): Uint8Array | null {
  try {
    const value: unknown = parseDictionary(header).get("sha-256")?.[0];
    return value instanceof ArrayBuffer ? new Uint8Array(value) : null;
  } catch {
    return null;
  }
}
