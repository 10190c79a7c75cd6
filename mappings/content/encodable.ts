/** What a caller hands over to be written, checked: each gives the value back, or throws RangeError. */

/** An integer of 0 to `most`. */
export function natural(what: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`${what} is ${value}, which is no integer of 0 to ${most}`);
}

/** Text that UTF-8 can hold. A lone surrogate would be written as another character. */
export function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new RangeError("a text has a lone surrogate");
}

/** As many as there may be. */
export function atMost(what: string, count: number, most: number): number {
  if (count <= most) return count;
  throw new RangeError(`${count} ${what}, of which at most ${most} are allowed`);
}
