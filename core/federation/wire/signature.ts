/** Requests between gateways are signed by RFC 9421 with Ed25519, under the label `mtp` (docs/mtp.md, Signatures). */
import { type KeyObject, randomBytes, sign, verify } from "node:crypto";
import {
  createSignatureSync,
  type FieldOccurrence,
  isSignatureError,
  type SignatureErrorCode,
  type SignatureParameters,
  verifySignature,
} from "http-message-sig";
import { parseProviderDomain, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { contentDigest } from "./content-digest.ts";
import { ProblemError } from "./problem.ts";
import { type KeyId, parseKeyId } from "./public-key.ts";

export const SIGNATURE_LABEL = "mtp";
export const SIGNATURE_TAG = "mtp/1";
/** The tag of any version of the protocol, of those to come as well. */
const ANY_VERSION = /^mtp\/\d{1,9}$/;
/** How far the signer's clock and the verifier's may lie apart, either way. */
export const SIGNATURE_WINDOW: Milliseconds = 300_000;
/** The header that names the provider for which a request is made. */
export const ACTING_PROVIDER = "mtp-as";

const ALGORITHM = "ed25519";
const COVERED = ["@method", "@authority", "@path", "@query", ACTING_PROVIDER];
const COVERED_OF_BODY = ["content-digest", "content-type"];
const PARAMETERS = ["created", "nonce", "keyid", "tag"];
const NONCE_OCTETS = 16;
const LONGEST_NONCE = 128;
/** What is told of a signature that is refused, without a word of the request. */
const REASONS: Readonly<Record<SignatureErrorCode, string>> = {
  MissingField: "a header that the signature covers is missing",
  MalformedField: "the headers of the signature cannot be read",
  LabelRequired: `no signature has the label ${SIGNATURE_LABEL}`,
  LabelMismatch: `no signature has the label ${SIGNATURE_LABEL}`,
  DuplicateLabel: "a label is given twice",
  InvalidComponent: "a component is covered that a request has not",
  DuplicateComponent: "a component is covered twice",
  UnsupportedFeature: "a component is covered that is not known here",
  AlgorithmMismatch: `the algorithm is not ${ALGORITHM}`,
  PolicyViolation: "a component or a parameter is missing, or the algorithm is another",
  VerificationFailed: "the signature is not the key's over this request",
  ResolverFailed: "the key cannot be looked up",
};
const PRINTABLE = /^[\t\x20-\x7e]*$/;

export interface RequestSigner {
  readonly kid: KeyId;
  /** The private key. */
  readonly key: KeyObject;
}

export interface OutgoingRequest {
  readonly method: string;
  /** The absolute URL; path and query exactly as they are sent. */
  readonly url: string;
  readonly as: ProviderDomain;
  readonly body: { readonly octets: Uint8Array; readonly type: string } | null;
}

/** The headers that a signed request has beside those of its connection. */
export function signRequest(
  request: OutgoingRequest,
  signer: RequestSigner,
  now: Milliseconds,
): Readonly<Record<string, string>> {
  const { body } = request;
  const headers: Record<string, string> = {
    [ACTING_PROVIDER]: request.as,
    ...(body === null ? {} : { "content-type": body.type, "content-digest": contentDigest(body.octets) }),
  };
  const { signature, signatureInput } = createSignatureSync(
    {
      kind: "request",
      method: request.method,
      targetUri: request.url,
      fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
    },
    {
      label: SIGNATURE_LABEL,
      components: body === null ? COVERED : [...COVERED, ...COVERED_OF_BODY],
      parameters: {
        created: Math.floor(now / 1_000),
        nonce: randomBytes(NONCE_OCTETS).toString("base64url"),
        keyid: signer.kid,
        tag: SIGNATURE_TAG,
      },
      signer: { algorithm: ALGORITHM, sign: (base) => sign(null, base, signer.key) },
    },
  );
  return { ...headers, signature, "signature-input": signatureInput };
}

export interface IncomingRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
}

/** A public key and when it may sign; `expires` null: until further notice. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly notBefore: Milliseconds;
  readonly expires: Milliseconds | null;
}

export interface VerifiedRequest<Key extends VerificationKey> {
  readonly kid: KeyId;
  readonly key: Key;
  readonly as: ProviderDomain;
}

export interface VerifyOptions<Key extends VerificationKey> {
  /** The public origin of this gateway, such as `https://mimi.example.org`: never what a proxy made of it. */
  readonly origin: string;
  readonly now: Milliseconds;
  /** null: nobody's key. Asked before the signature is checked. */
  readonly findKey: (kid: KeyId, as: ProviderDomain) => Key | null | Promise<Key | null>;
}

/**
 * Whose request it is. Throws ProblemError unsigned, bad_signature, version, clock_skew or key_unknown. What it says of the body is
 * the header's content-digest, which `checkContentDigest` compares with the octets once they have come.
 */
export async function verifyRequest<Key extends VerificationKey>(
  request: IncomingRequest,
  options: VerifyOptions<Key>,
): Promise<VerifiedRequest<Key>> {
  const fields = fieldsOf(request.rawHeaders);
  const valueOf = (name: string) => fields.find((field) => field.name === name)?.value;
  if (valueOf("signature") === undefined || valueOf("signature-input") === undefined)
    throw new ProblemError("unsigned");
  const as = parseProviderDomain(valueOf(ACTING_PROVIDER) ?? "");
  if (as === null) throw new ProblemError("bad_signature", `${ACTING_PROVIDER} names no provider`);
  const hasBody = (valueOf("content-length") ?? "0") !== "0" || valueOf("transfer-encoding") !== undefined;
  const covered = hasBody ? [...COVERED, ...COVERED_OF_BODY] : COVERED;
  try {
    const verified = await verifySignature(
      {
        kind: "request",
        method: request.method,
        targetUri: options.origin + request.target,
        requestTarget: request.target,
        fields,
      },
      {
        label: SIGNATURE_LABEL,
        policy: {
          algorithms: [ALGORITHM],
          requiredComponents: covered,
          requiredParameters: PARAMETERS,
          // Times are checked on the way to the key instead, since they have a code of their own.
          clockSkew: Number.MAX_SAFE_INTEGER,
        },
        resolveVerifier: async ({ components, parameters }) => {
          // Those that are required are all there, each once (M22).
          if (components.length > covered.length)
            throw new ProblemError("bad_signature", "a component is covered that none is to cover");
          const { kid, key } = await checkParameters(parameters, as, options);
          return {
            kid,
            key,
            algorithm: ALGORITHM,
            verify: (base, signature) => verify(null, base, key.key, signature),
          };
        },
      },
    );
    return { kid: verified.verifier.kid, key: verified.verifier.key, as };
  } catch (thrown) {
    if (!isSignatureError(thrown)) throw thrown;
    if (thrown.code === "ResolverFailed") throw thrown.cause;
    throw new ProblemError("bad_signature", REASONS[thrown.code], { cause: thrown });
  }
}

async function checkParameters<Key extends VerificationKey>(
  parameters: SignatureParameters,
  as: ProviderDomain,
  { now, findKey }: VerifyOptions<Key>,
): Promise<{ kid: KeyId; key: Key }> {
  const { created = 0, expires, nonce = "", keyid = "", tag } = parameters;
  if (tag !== undefined && tag !== SIGNATURE_TAG && ANY_VERSION.test(tag)) throw new ProblemError("version");
  if (tag !== SIGNATURE_TAG) throw new ProblemError("bad_signature", `the tag is not ${SIGNATURE_TAG}`);
  if (nonce === "" || nonce.length > LONGEST_NONCE)
    throw new ProblemError("bad_signature", `the nonce has not 1 to ${LONGEST_NONCE} characters`);
  const late = expires !== undefined && expires * 1_000 < now - SIGNATURE_WINDOW;
  if (late || Math.abs(now - created * 1_000) > SIGNATURE_WINDOW)
    throw new ProblemError("clock_skew", "", { serverTime: now });
  const kid = parseKeyId(keyid);
  const key = kid === null ? null : await findKey(kid, as);
  if (kid === null || key === null || !mayHaveSigned(key, now)) throw new ProblemError("key_unknown");
  return { kid, key };
}

/** Clocks may differ at the ends of a key's time as well. */
function mayHaveSigned({ notBefore, expires }: VerificationKey, now: Milliseconds): boolean {
  return notBefore <= now + SIGNATURE_WINDOW && (expires === null || now - SIGNATURE_WINDOW < expires);
}

/** Names and values in pairs. Values that are not ASCII cannot be signed, and are no business of ours. */
function fieldsOf(rawHeaders: readonly string[]): FieldOccurrence[] {
  const fields: FieldOccurrence[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (PRINTABLE.test(value)) fields.push({ name: name.toLowerCase(), value });
  }
  return fields;
}
