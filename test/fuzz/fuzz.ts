/** Inputs for one reader until the time or the count is up, or one fails. */
import { Random } from "../faults/random.ts";
import type { FuzzedReader } from "./readers.ts";

/** Of what a reader gives: characters and values for each character of the input, and in any case. */
const MOST_PER_CHARACTER = 60;
const MOST_ANYWAY = 10_000;
/** Calls that a failing input is cut down with. */
const MOST_CUTS = 2_000;

export interface Limits {
  readonly inputs: number;
  readonly seconds: number;
  /** CPU time for one input, in milliseconds; null: not looked at. */
  readonly cpu: number | null;
}

export interface Failure {
  readonly why: string;
  /** As short as it could be made. */
  readonly input: string;
  /** By which the input is made again: the seed of this one input. */
  readonly seed: number;
}

export interface Fuzzed {
  readonly inputs: number;
  readonly seconds: number;
  /** Inputs that the reader took for what it reads. */
  readonly taken: number;
  readonly failure: Failure | null;
}

/** The inputs are those of the seeds from `seed` on. */
export function fuzz(reader: FuzzedReader, seed: number, limits: Limits): Fuzzed {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1_000;
  let inputs = 0;
  let taken = 0;
  for (; inputs < limits.inputs && seconds() < limits.seconds; inputs++) {
    const input = reader.make(new Random(seed + inputs));
    const verdict = judge(reader, input, limits.cpu);
    if (verdict === "taken") taken += 1;
    if (typeof verdict === "object") {
      const short = reduced(input, (shorter) => {
        const other = judge(reader, shorter, limits.cpu);
        return typeof other === "object" && other.kind === verdict.kind;
      });
      const last = judge(reader, short, limits.cpu);
      const { why } = typeof last === "object" ? last : verdict;
      return {
        inputs: inputs + 1,
        seconds: seconds(),
        taken,
        failure: { why, input: short, seed: seed + inputs },
      };
    }
  }
  return { inputs, seconds: seconds(), taken, failure: null };
}

interface Fault {
  /** Faults of one kind are taken for one fault. */
  readonly kind: string;
  readonly why: string;
}

function judge(reader: FuzzedReader, input: string, cpu: number | null): "taken" | "refused" | Fault {
  const before = process.cpuUsage();
  let given: unknown;
  try {
    given = reader.read(input);
  } catch (error) {
    if (reader.refuses(error)) return "refused";
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: error instanceof Error ? error.name : "thrown", why: stack };
  }
  const size = sizeOf(given);
  if (size > input.length * MOST_PER_CHARACTER + MOST_ANYWAY)
    return { kind: "size", why: `${size} characters and values from ${input.length} characters` };
  const { user } = process.cpuUsage(before);
  if (cpu !== null && user / 1_000 > cpu)
    return { kind: "cpu", why: `${(user / 1_000).toFixed(0)} ms for ${input.length} characters` };
  return "taken";
}

/** Characters of all texts, and one for each value; counted without recursion, so that it takes any depth. */
export function sizeOf(value: unknown): number {
  const open: unknown[] = [value];
  let size = 0;
  while (open.length > 0) {
    const next = open.pop();
    size += 1;
    if (typeof next === "string") size += next.length;
    else if (next instanceof Uint8Array) size += next.length;
    else if (typeof next === "object" && next !== null)
      for (const inner of Object.values(next)) open.push(inner);
  }
  return size;
}

/** Cuts out ever smaller stretches as long as it fails the same way. */
export function reduced(input: string, fails: (shorter: string) => boolean): string {
  let current = input;
  let cuts = 0;
  for (let stretch = Math.ceil(current.length / 2); stretch >= 1; stretch = Math.floor(stretch / 2)) {
    for (let at = 0; at < current.length && cuts < MOST_CUTS; cuts++) {
      const shorter = current.slice(0, at) + current.slice(at + stretch);
      if (fails(shorter)) current = shorter;
      else at += stretch;
    }
  }
  return current;
}
