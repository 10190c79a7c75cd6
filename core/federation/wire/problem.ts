/** What a gateway answers when it refuses (RFC 9457): one table of codes, each with its status. */
import { z } from "zod";
import type { Milliseconds } from "../../time.ts";

/** Codes are never renamed or used again; docs/mtp.md says when each is given and what to do about it. */
export const problems = {
  malformed: [400, "the request cannot be read"],
  cursor_malformed: [400, "the cursor is none of this gateway's"],
  cursor_foreign: [400, "the cursor is another group's"],
  unsigned: [401, "the request is not signed"],
  bad_signature: [401, "the signature or the digest is not valid"],
  key_unknown: [401, "the key is unknown, or not valid at this time"],
  clock_skew: [401, "the signature is too old, or from the future"],
  unknown_peer: [403, "the gateway does not speak for that provider"],
  blocked: [403, "the gateway is blocked here"],
  not_found: [404, "there is nothing here for you"],
  slow: [408, "the request did not come in time"],
  id_conflict: [409, "the id stands for something else"],
  cursor_gone: [410, "what follows the cursor is no longer kept"],
  group_closed: [410, "the group has ended"],
  too_large: [413, "the request is larger than allowed"],
  media_type: [415, "the body is not of a type that is read here"],
  version: [426, "this version of the protocol is not spoken here"],
  rate_limited: [429, "too many requests"],
  header_too_large: [431, "the header is larger than allowed"],
  internal: [500, "a fault of this gateway"],
  unavailable: [503, "this gateway cannot answer now"],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof problems;

export const PROBLEM_TYPE = "application/problem+json";

export interface ProblemFacts {
  /** Sent as Retry-After, in whole seconds. */
  readonly retryAfterMs?: Milliseconds;
  /** With clock_skew: what this gateway takes the time to be. */
  readonly serverTime?: Milliseconds;
  readonly cause?: unknown;
}

/** Thrown by whoever refuses a request; the server answers with it. The detail is shown to the caller. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly detail: string;
  readonly retryAfterMs: Milliseconds | null;
  readonly serverTime: Milliseconds | null;

  constructor(code: ProblemCode, detail = "", facts: ProblemFacts = {}) {
    super(`${code}: ${detail || problems[code][1]}`, { cause: facts.cause });
    this.code = code;
    this.detail = detail;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.serverTime = facts.serverTime ?? null;
  }
}

/** A problem as it stands in the answer's body. Members beyond these are allowed, and ignored. */
export const problemForm = z.object({
  type: z.string().max(1024),
  title: z.string().max(1024).optional(),
  status: z.int().optional(),
  code: z.string().max(64),
  detail: z.string().max(4096).optional(),
  server_time: z.int().nonnegative().optional(),
});
export type ProblemBody = z.output<typeof problemForm>;

/** The answer's body. Nothing is said that the code does not say where the detail is empty. */
export function problemBody({ code, detail, serverTime }: ProblemError): ProblemBody {
  const [status, title] = problems[code];
  return {
    type: `urn:mimi-gateway:mtp:${code}`,
    title,
    status,
    code,
    ...(detail === "" ? {} : { detail }),
    ...(serverTime === null ? {} : { server_time: serverTime }),
  };
}

/** The headers that go with it. */
export function problemHeaders({ retryAfterMs }: ProblemError): Readonly<Record<string, string>> {
  return {
    "content-type": PROBLEM_TYPE,
    "cache-control": "no-store",
    ...(retryAfterMs === null ? {} : { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
  };
}

const NAME = /^(?:[a-z_]{1,32}|\d{1,6})$/;

/** The value in the schema's form. Throws ProblemError malformed, which names the place and not the value. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  // A name that stands in no form of ours would be quoted from the request.
  const place = issue?.path.map((part) => (NAME.test(String(part)) ? String(part) : "*")).join(".") ?? "";
  throw new ProblemError(
    "malformed",
    `${place === "" ? "the whole" : place}: ${issue?.message ?? "is wrong"}`,
  );
}
