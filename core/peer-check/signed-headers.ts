/**
 * Signed requests, and requests that are signed wrongly in one way. Written apart from the gateway's own signing, so that the two
 * hold each other to the page (docs/mtp.md, Signing).
 */
import { createHash, randomBytes, sign } from "node:crypto";
import type { Milliseconds } from "../time.ts";
import type { RequestSigner } from "../federation/wire/signature.ts";

export interface ToSign {
  readonly method: string;
  /** Of the endpoint in the well-known. */
  readonly authority: string;
  /** Path and query as they are sent. */
  readonly target: string;
  readonly as: string;
  readonly body: { readonly octets: Uint8Array; readonly type: string } | null;
}

/** What is done otherwise than the page says; empty: nothing. */
export interface Variation {
  readonly label?: string;
  /** Components that are covered, instead of those that the request needs. */
  readonly components?: readonly string[];
  /** Parameters as they stand behind the components, in place of those of the same name; undefined: left out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** What is signed as the authority or target, whatever is sent. */
  readonly authority?: string;
  readonly target?: string;
  /** Octets that the digest is made of. */
  readonly digestOf?: Uint8Array;
  /** The signature is of the right length, and of something else. */
  readonly forged?: true;
  /** Headers that are not sent. */
  readonly without?: readonly string[];
}

const WITHOUT_BODY: readonly string[] = ["@method", "@authority", "@path", "@query", "mtp-as"];
const SIGNATURE_OCTETS = 64;

/** The headers of a request, signed at `now`. */
export function signedHeaders(
  { method, authority, target, as, body }: ToSign,
  signer: RequestSigner,
  now: Milliseconds,
  variation: Variation = {},
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { "mtp-as": as };
  if (body !== null) {
    const digest = createHash("sha256")
      .update(variation.digestOf ?? body.octets)
      .digest("base64");
    headers["content-type"] = body.type;
    headers["content-digest"] = `sha-256=:${digest}:`;
  }
  const signedTarget = variation.target ?? target;
  const [path = ""] = signedTarget.split("?");
  const values: Readonly<Record<string, string>> = {
    "@method": method,
    "@authority": variation.authority ?? authority,
    "@path": path,
    "@query": signedTarget.includes("?") ? signedTarget.slice(path.length) : "?",
    ...headers,
  };
  const needed = body === null ? WITHOUT_BODY : [...WITHOUT_BODY, "content-type", "content-digest"];
  const components = variation.components ?? needed;
  const parameters = Object.entries({
    created: String(Math.floor(now / 1_000)),
    nonce: `"${randomBytes(16).toString("base64url")}"`,
    keyid: `"${signer.kid}"`,
    tag: '"mtp/1"',
    ...variation.parameters,
  });
  const list = components.map((name) => `"${name}"`).join(" ");
  const input = `(${list})${parameters.flatMap(([name, value]) => (value === undefined ? [] : [`;${name}=${value}`])).join("")}`;
  const lines = components.map((name) => `"${name}": ${values[name] ?? ""}`);
  const base = Buffer.from([...lines, `"@signature-params": ${input}`].join("\n"));
  const octets = variation.forged === true ? randomBytes(SIGNATURE_OCTETS) : sign(null, base, signer.key);
  const label = variation.label ?? "mtp";
  const all = {
    ...headers,
    "signature-input": `${label}=${input}`,
    signature: `${label}=:${octets.toString("base64")}:`,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => variation.without?.includes(name) !== true),
  );
}
