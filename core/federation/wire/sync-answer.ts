/** What `sync`, `submissions` and the snapshot answer, read group by group: what is wrong with one concerns that one alone. */
import { z } from "zod";
import { type GroupUri, parseEventId, parseGroupUri } from "../../../mappings/ids.ts";
import { valueMembers } from "./value-rows.ts";

const CURSOR = /^[A-Za-z0-9._~-]{1,128}$/;
const LONGEST_CODE = 64;
const LONGEST_DETAIL = 512;

const cursor = z.string().regex(CURSOR, { error: "is no cursor" });
const problem = z.object({ group: z.string(), code: z.string().max(LONGEST_CODE) });

/** The answer to a request about many groups; each group is read by a form of its own. */
export const manyForm = z.object({
  groups: z.array(z.unknown()),
  problems: z.array(problem),
  invitations: z.array(z.unknown()).optional(),
});
export type Many = z.output<typeof manyForm>;

/** A group of `sync`, its events as they came. */
export const syncGroupForm = z.object({
  events: z.array(z.unknown()),
  cursor,
  head: z.int().nonnegative(),
  more: z.boolean(),
  state: cursor.optional(),
  ...valueMembers,
});

/** A group of `submissions`, its events as they came. */
export const submissionsGroupForm = z.object({
  events: z.array(z.unknown()),
  cursor,
  more: z.boolean(),
  state: cursor.optional(),
  ...valueMembers,
});

/** Which group an entry is about. null: none that can be read. */
export function groupNamed(entry: unknown): GroupUri | null {
  const read = z.object({ group: z.string() }).safeParse(entry);
  return read.success ? parseGroupUri(read.data.group) : null;
}

/** A verdict as it travels. */
export const verdictForm = z.object({
  id: z.string().transform((text, issues) => {
    const id = parseEventId(text);
    if (id !== null) return id;
    issues.addIssue("is no event id");
    return z.NEVER;
  }),
  code: z.string().min(1).max(LONGEST_CODE),
  seq: z.int().positive().optional(),
  detail: z.string().max(LONGEST_DETAIL).optional(),
});
export type WireVerdict = z.output<typeof verdictForm>;
