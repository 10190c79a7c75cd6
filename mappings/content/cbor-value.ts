/** What a document in CBOR can hold here (RFC 8949; draft-ietf-mimi-content-08, section 3.1). */

/** The first three bits of an item. */
export const Major = {
  natural: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;

/** A value with a number that says what it is meant as (RFC 8949, section 3.4). */
export class Tagged {
  readonly tag: number;
  readonly value: CborValue;

  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

export type CborKey = number | string | Uint8Array;
export type CborMap = ReadonlyMap<CborKey, CborValue>;

/**
 * Numbers are integers within +-(2^53 - 1), or floating-point numbers that are none; maps have integers, texts and
 * octets as keys.
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
