/** What requests that are held for many groups have in common: `sync`, and `submissions` at the other side. */
import { z } from "zod";
import { type GroupUri, parseGroupUri } from "../../../mappings/ids.ts";
import { limits } from "../../limits.ts";
import { type ProblemCode, ProblemError } from "./problem.ts";

const LEAST_BYTES = 65_536;
const MOST_SHARDS = 1_024;
const LONGEST_URI = 512;

/** A group's URI. */
export const groupField = z
  .string()
  .max(LONGEST_URI)
  .transform((text, issues): GroupUri => {
    const uri = parseGroupUri(text);
    if (uri !== null) return uri;
    issues.addIssue("is no group");
    return z.NEVER;
  });

/** `wait`, `limit`, `max_bytes` and `shard` of a request's body; the greatest where nothing is said, and no wait. */
export const holdFields = {
  wait: z
    .int()
    .min(0)
    .max(limits.holdMs / 1_000)
    .default(0),
  limit: z.int().min(1).max(limits.pageEvents).default(limits.pageEvents),
  max_bytes: z.int().min(LEAST_BYTES).max(limits.pageBytes).default(limits.pageBytes),
  shard: z
    .object({ k: z.int().min(0), n: z.int().min(1).max(MOST_SHARDS) })
    .refine(({ k, n }) => k < n, { error: "k is not less than n" })
    .optional(),
};

/** Whether no group stands in a list twice. */
export function noneTwice(items: readonly { readonly group: GroupUri }[]): boolean {
  return new Set(items.map(({ group }) => group)).size === items.length;
}

/** A group that can't be served, as it stands under `problems`. */
export interface GroupProblem {
  readonly group: GroupUri;
  readonly code: ProblemCode;
}

/** What `read` gives, or the problem that it throws. */
export function orProblem<T>(group: GroupUri, read: () => T): T | GroupProblem {
  try {
    return read();
  } catch (thrown) {
    return problemOfGroup(group, thrown);
  }
}

/** Throws what is no ProblemError on. */
export function problemOfGroup(group: GroupUri, thrown: unknown): GroupProblem {
  if (thrown instanceof ProblemError) return { group, code: thrown.code };
  throw thrown;
}
