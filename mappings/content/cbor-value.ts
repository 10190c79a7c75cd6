/** What a document in CBOR can hold here (RFC 8949; draft-ietf-mimi-content-08, section 3.1). */

import { Tagged as CborgTagged } from "cborg";

/** A value with a number that says what it is meant as (RFC 8949, section 3.4); cborg writes it as such. */
export class Tagged extends CborgTagged {
  declare readonly tag: number;
  declare readonly value: CborValue;
}

export type CborKey = number | string | Uint8Array;
export type CborMap = ReadonlyMap<CborKey, CborValue>;

/**
 * Numbers are integers within +-(2^53 - 1), or floating-point numbers that are neither integers nor subnormal halves;
 * maps have integers, texts and octets as keys.
 */
export type CborValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | Tagged;

const HALF_STEP = 2 ** -24;
const HALF_LEAST_NORMAL = 2 ** -14;

/** Whether 16 bits hold it, but not as a normal number: cborg writes most of these longer than they need. */
export function isSubnormalHalf(value: number): boolean {
  const size = Math.abs(value);
  return size > 0 && size < HALF_LEAST_NORMAL && Number.isInteger(size / HALF_STEP);
}
