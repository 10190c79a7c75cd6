/** Cursors as text: what they are for, the group, its revision, a place, and a check sum (docs/mtp.md, Cursors). */
import { createHash } from "node:crypto";
import type { GroupUri } from "../../../mappings/ids.ts";
import { ProblemError } from "./problem.ts";

/** A place in a group's log: what is behind `seq` comes next. */
export interface LogPlace {
  readonly uri: GroupUri;
  readonly rev: number;
  readonly seq: number;
}

/** One kind is never taken for another. */
const KINDS = { log: 1, values: 2, members: 3 } as const;
type Kind = keyof typeof KINDS;

const TEXT = /^[A-Za-z0-9_-]{1,128}$/;
const GROUP_OCTETS = 4;
const SUM_OCTETS = 4;

/** The cursor of a place in a log. */
export function makeCursor({ uri, rev, seq }: LogPlace): string {
  return make("log", uri, [rev, seq]);
}

/** The place that a cursor names. Throws ProblemError cursor_malformed, or cursor_foreign where it is another group's. */
export function readCursor(text: string, uri: GroupUri): { readonly rev: number; readonly seq: number } {
  const [rev, seq] = read("log", text, uri);
  return { rev, seq };
}

/** The cursor of latest values: those up to the change `n` of the group are known. */
export function makeValuesCursor(uri: GroupUri, rev: number, n: number): string {
  return make("values", uri, [rev, n]);
}

/** As readCursor. */
export function readValuesCursor(text: string, uri: GroupUri): { readonly rev: number; readonly n: number } {
  const [rev, n] = read("values", text, uri);
  return { rev, n };
}

/** The cursor of a list of members: the next page begins behind the row `after`. */
export function makeMembersCursor(uri: GroupUri, rev: number, after: number): string {
  return make("members", uri, [rev, after]);
}

/** As readCursor. */
export function readMembersCursor(
  text: string,
  uri: GroupUri,
): { readonly rev: number; readonly after: number } {
  const [rev, after] = read("members", text, uri);
  return { rev, after };
}

function make(kind: Kind, uri: GroupUri, numbers: readonly number[]): string {
  const octets = Buffer.concat([
    Buffer.of(KINDS[kind]),
    digest(Buffer.from(uri), GROUP_OCTETS),
    ...numbers.map(octetsOf),
  ]);
  return Buffer.concat([octets, digest(octets, SUM_OCTETS)]).toString("base64url");
}

function read(kind: Kind, text: string, uri: GroupUri): readonly [number, number] {
  const octets = Buffer.from(text, "base64url");
  const body = octets.subarray(0, -SUM_OCTETS);
  const whole = TEXT.test(text) && octets.toString("base64url") === text && body[0] === KINDS[kind];
  if (!whole || !digest(body, SUM_OCTETS).equals(octets.subarray(-SUM_OCTETS)))
    throw new ProblemError("cursor_malformed");
  const numbers = body.subarray(1 + GROUP_OCTETS);
  const first = readNumber(numbers, 0);
  const second = first && readNumber(numbers, first.end);
  if (!first || second?.end !== numbers.length) throw new ProblemError("cursor_malformed");
  if (!digest(Buffer.from(uri), GROUP_OCTETS).equals(body.subarray(1, 1 + GROUP_OCTETS)))
    throw new ProblemError("cursor_foreign");
  return [first.value, second.value];
}

const digest = (octets: Uint8Array, length: number): Buffer =>
  createHash("sha256").update(octets).digest().subarray(0, length);

/** Seven bits an octet, the least first; the eighth says that another follows. */
function octetsOf(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    octets.push(rest === 0 ? low : low + 128);
  } while (rest > 0);
  return Buffer.from(octets);
}

function readNumber(octets: Uint8Array, from: number): { value: number; end: number } | null {
  let value = 0;
  for (let at = from, factor = 1; at < octets.length; at++, factor *= 128) {
    const octet = octets[at] ?? 0;
    value += (octet % 128) * factor;
    if (!Number.isSafeInteger(value)) return null;
    if (octet < 128) return { value, end: at + 1 };
  }
  return null;
}
