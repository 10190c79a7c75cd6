/** The kinds of values that gateway.yaml knows: texts, secrets, lengths of time, sizes, counts and switches. */
import { z } from "zod";
import type { Milliseconds } from "../time.ts";
import { isNetwork } from "../media/address-guard.ts";

/** What a key is for, in a sentence for the sample and the JSON Schema, and what may be written there. */
export interface Note {
  readonly description: string;
  readonly example: string | number | boolean;
}

const UNITS: Readonly<Record<string, Milliseconds>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const SIZES: Readonly<Record<string, number>> = { "": 1, KiB: 1024, MiB: 1024 * 1024 };
const DURATION = /^(\d{1,9})(ms|s|m|h)$/;
const SIZE = /^(\d{1,12})(|KiB|MiB)$/;

/** Milliseconds of a text such as `30s`, `500ms`, `5m`; null where it is none. */
export function parseDuration(text: string): Milliseconds | null {
  const match = DURATION.exec(text);
  const unit = UNITS[match?.[2] ?? "none"];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** The shortest text that `parseDuration` reads as these whole milliseconds. */
export function formatDuration(length: Milliseconds): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => length % size === 0) ?? ["ms", 1];
  return `${length / size}${unit}`;
}

/** Bytes of a text such as `262144` or `256KiB`; null where it is none. */
export function parseSize(text: string): number | null {
  const match = SIZE.exec(text);
  const unit = SIZES[match?.[2] ?? "none"];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** A text without control characters. */
export function text(note: Note, longest = 1024) {
  return z
    .string()
    .min(1, { error: "is empty" })
    .max(longest, { error: `is longer than ${longest} characters` })
    .regex(/^\P{Cc}*$/u, { error: "has control characters" })
    .meta(notes(note));
}

/**
 * A text that no message and no log line may show. In gateway.yaml it may also be given as `KEY_file: PATH`.
 */
export function secret(note: Note) {
  return z
    .string()
    .min(1, { error: "is empty" })
    .meta({ ...notes(note), writeOnly: true });
}

/** A URL with one of the protocols; it may hold a password, so it is treated as a secret. */
export function secretUrl(note: Note, protocols: readonly string[]) {
  const accepts = (value: string): boolean =>
    protocols.includes(URL.parse(value)?.protocol.slice(0, -1) ?? "");
  return z
    .string()
    .refine(accepts, { error: `is no URL that begins with ${protocols.map((p) => `${p}://`).join(" or ")}` })
    .meta({ ...notes(note), writeOnly: true });
}

/** A length of time with its unit, in milliseconds; at least `least`, and `usual` where nothing is said. */
export function duration(note: Note, least: Milliseconds, usual: Milliseconds) {
  return z
    .string()
    .regex(DURATION, { error: "is not a length of time: a whole number and one of ms, s, m, h" })
    .refine((value) => (parseDuration(value) ?? least) >= least, {
      error: `is shorter than ${formatDuration(least)}`,
    })
    .transform((value) => parseDuration(value) ?? usual)
    .prefault(formatDuration(usual))
    .meta(notes(note));
}

/** A number of bytes, plain or with KiB or MiB. */
export function size(note: Note, least: number, most: number, usual: number) {
  return wholeNumber(SIZE, parseSize, "a number of bytes, such as 262144 or 256KiB", least, most, usual).meta(
    notes(note),
  );
}

/** A whole number. */
export function count(note: Note, least: number, most: number, usual: number) {
  return wholeNumber(/^\d{1,12}$/, Number, "a whole number", least, most, usual).meta(notes(note));
}

/** true or false, also as a text, which is how the environment gives it. */
export function flag(note: Note, usual: boolean) {
  return z
    .union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })], {
      error: "is neither true nor false",
    })
    .prefault(usual)
    .meta(notes(note));
}

/** A list of networks, empty where nothing is said. */
export function networks(description: string) {
  const network = text({ description: "A network in CIDR notation.", example: "192.0.2.0/24" });
  return z
    .array(network.refine(isNetwork, { error: "is no network in CIDR notation" }))
    .default([])
    .meta({ description, examples: [["192.0.2.0/24"]] });
}

/** Numbers are read from texts too, since what the environment gives is text. */
function wholeNumber(
  pattern: RegExp,
  parse: (text: string) => number | null,
  form: string,
  least: number,
  most: number,
  usual: number,
) {
  const fromText = z
    .string()
    .regex(pattern)
    .transform((value) => parse(value) ?? usual);
  return z
    .union([z.int(), fromText], { error: `is not ${form}` })
    .refine((value) => value >= least && value <= most, { error: `is not between ${least} and ${most}` })
    .prefault(usual);
}

function notes(note: Note): { description: string; examples: (string | number | boolean)[] } {
  return { description: note.description, examples: [note.example] };
}
