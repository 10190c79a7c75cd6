/** Inputs that are made to be slow, for one reader. */

/** What is to be timed, for an input of about so many units. */
export type Family = (size: number) => () => unknown;

export interface HostileReader {
  readonly name: string;
  /** Units at the reader's limit: characters, octets or entries. */
  readonly limit: number;
  /** Milliseconds at the limit; null: no goal, as for what is more than one reader's work. */
  readonly goal: number | null;
  readonly families: Readonly<Record<string, Family>>;
}

/** For what one reader is given. */
export const READER_GOAL = 50;

/** A family of each value. */
export function families<Value>(
  values: Readonly<Record<string, Value>>,
  family: (value: Value) => Family,
): Readonly<Record<string, Family>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, family(value)]));
}
