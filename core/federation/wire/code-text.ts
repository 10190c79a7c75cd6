/** Codes as people hand them over: `mtp1:BASE:KID:SECRET` (docs/mtp.md, Connections and codes). */
import { createHash, randomBytes } from "node:crypto";
import { parseProviderDomain, type ProviderDomain } from "../../../mappings/ids.ts";
import { type KeyId, parseKeyId } from "./public-key.ts";

const SCHEME = "mtp1";
const OWN_SCHEME = "here1";
const SECRET_OCTETS = 16;

export interface CodeText {
  /** The issuer's base domain. */
  readonly base: ProviderDomain;
  /** A key of the issuer's, by which the redeemer knows that it has found the right gateway. */
  readonly kid: KeyId;
  /** Base64url of 16 octets. */
  readonly secret: string;
}

export interface MadeCode {
  /** The whole code, to be shown once and kept nowhere. */
  readonly text: string;
  /** What the issuer keeps of it: see hashSecret. */
  readonly hash: string;
}

/** A code with a new secret of 128 random bits. */
export function makeCode(base: ProviderDomain, kid: KeyId): MadeCode {
  const secret = randomBytes(SECRET_OCTETS).toString("base64url");
  return { text: [SCHEME, base, kid, secret].join(":"), hash: hashSecret(secret) };
}

/** The parts of a code, or null where the text is none. */
export function parseCode(text: string): CodeText | null {
  const [scheme, domain = "", key = "", secret = "", ...rest] = text.trim().split(":");
  const base = parseProviderDomain(domain);
  const kid = parseKeyId(key);
  if (scheme !== SCHEME || base === null || kid === null || !isSecret(secret) || rest.length > 0) return null;
  return { base, kid, secret };
}

/** A code that is good for rooms of this gateway alone, where it speaks to no others. */
export function makeOwnCode(base: ProviderDomain): MadeCode {
  const secret = randomBytes(SECRET_OCTETS).toString("base64url");
  return { text: [OWN_SCHEME, base, secret].join(":"), hash: hashSecret(secret) };
}

/** The hash of a code's secret where the gateway of this base domain made it, in either form; null: another's, or none. */
export function ownCodeHash(text: string, base: ProviderDomain): string | null {
  const code = parseCode(text);
  if (code !== null) return code.base === base ? hashSecret(code.secret) : null;
  const [scheme, domain, secret = "", ...rest] = text.trim().split(":");
  if (scheme !== OWN_SCHEME || domain !== base || !isSecret(secret) || rest.length > 0) return null;
  return hashSecret(secret);
}

/** Whether a text has the form of a secret. */
export function isSecret(text: string): boolean {
  const octets = Buffer.from(text, "base64url");
  return octets.length === SECRET_OCTETS && octets.toString("base64url") === text;
}

/** The SHA-256 of a secret's octets in lower-case hexadecimal digits. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(Buffer.from(secret, "base64url")).digest("hex");
}
