/** What zod has to say about a file's values, in the words of an operator and without the values. */
import type { z } from "zod";
import type { Fault } from "./mistakes.ts";
import type { Outline, Path } from "./outline.ts";
import { branchFor, fileKey, isRecord, outlineAt, secretKeys, valueAt } from "./outline.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** A key that may be shown. In `secret:hunter2: x` or `{secret: hunter,2}` a secret has become an unknown key. */
const SHOWABLE = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/** `data`: the values that zod was given. */
export function faultsOf(issues: readonly Issue[], data: unknown, outline: Outline): readonly Fault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, keysOf(issue.path), data, outline));
}

function faultsOfIssue(issue: Issue, path: Path, data: unknown, outline: Outline): readonly Fault[] {
  const value = valueAt(data, path);
  const node = outlineAt(outline, path, data);
  const fault = (message: string, remedy: string): Fault[] => [{ path, message, remedy }];

  if (issue.code === "unrecognized_keys") return unknownKeys(issue.keys, path, value, node);
  if (issue.code === "custom") return fault(issue.message, remedyOf(issue) ?? example(path, node));
  if (value === undefined) {
    const options = issue.code === "invalid_union" && "options" in issue ? (issue.options ?? []) : [];
    if (options.length > 0) return fault("is missing", `add one of: ${options.map(String).join(", ")}`);
    return fault("is missing", `add ${example(path, node, secretFileHint(path, data, outline))}`);
  }
  if (issue.code === "invalid_type") {
    return fault(`is ${kindOf(value)} where ${expected(issue.expected)} belongs`, example(path, node));
  }
  if (issue.code === "invalid_value") return fault(...wrongWord(value, issue.values.map(String)));
  if (issue.code === "invalid_union") {
    if (issue.discriminator !== undefined && "options" in issue) {
      return fault(...wrongWord(value, (issue.options ?? []).map(String)));
    }
    const branch = isRecord(value) ? issue.errors.find((errors) => !errors.some(isAtRoot)) : undefined;
    if (branch !== undefined) {
      return branch.flatMap((inner) => faultsOfIssue(inner, [...path, ...keysOf(inner.path)], data, outline));
    }
    const message =
      issue.message === "Invalid input" ? "is none of the forms that this key takes" : issue.message;
    return fault(message, example(path, node));
  }
  return fault(issue.message, example(path, node));
}

/** The whole value is of another kind than this alternative. */
function isAtRoot(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code !== "unrecognized_keys";
}

function unknownKeys(keys: readonly string[], path: Path, value: unknown, node: Outline | null): Fault[] {
  const here = node === null ? null : branchFor(node, value);
  const secrets = here === null ? [] : secretKeys(here).map(fileKey);
  const known = [...Object.keys(here?.properties ?? {}), ...secrets];
  return keys.map((key) => {
    const meant = suggest(key, known);
    const remedy = meant === null ? `known here: ${known.join(", ")}` : `did you mean ${meant}?`;
    const named = SHOWABLE.test(key) && valueAt(value, [key]) !== null;
    return { path, unknownKey: key, message: `${named ? `${key} ` : ""}is not a known key`, remedy };
  });
}

function wrongWord(value: unknown, words: readonly string[]): [message: string, remedy: string] {
  const list = words.length === 0 ? "nothing, since this gateway has no bridges" : words.join(", ");
  const meant = typeof value === "string" ? suggest(value, words) : null;
  return [`is none of: ${list}`, meant === null ? "write one of them" : `did you mean ${meant}?`];
}

function remedyOf(issue: z.core.$ZodIssueCustom): string | null {
  const remedy: unknown = issue.params?.["remedy"];
  return typeof remedy === "string" ? remedy : null;
}

/** `write KEY: EXAMPLE` from the schema's notes. */
function example(path: Path, node: Outline | null, more = ""): string {
  const key = path.findLast((part) => typeof part === "string") ?? "";
  const value = node?.examples?.[0];
  return value === undefined
    ? `see the sample of ${key}`
    : `for example ${key}: ${JSON.stringify(value)}${more}`;
}

function secretFileHint(path: Path, data: unknown, outline: Outline): string {
  const key = path.at(-1);
  const parentPath = path.slice(0, -1);
  const parent = outlineAt(outline, parentPath, data);
  if (parent === null || typeof key !== "string") return "";
  const secrets = secretKeys(branchFor(parent, valueAt(data, parentPath)));
  return secrets.includes(key) ? `, or name a file that holds it as ${fileKey(key)}` : "";
}

function expected(kind: string): string {
  if (kind === "object") return "a group of keys";
  if (kind === "array") return "a list";
  return kind === "string" ? "a text" : `a ${kind}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "a group of keys";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function keysOf(path: readonly PropertyKey[]): Path {
  return path.map((key) => (typeof key === "number" ? key : String(key)));
}
