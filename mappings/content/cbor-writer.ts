/**
 * CBOR in its deterministic form (RFC 8949, section 4.2.1). cborg would write small floating-point numbers longer than
 * they need, and so bytes that the reader here, as every strict one, refuses.
 */
import { floatOctets, toHalf } from "./cbor-float.ts";
import { type CborKey, type CborMap, type CborValue, Major, Tagged } from "./cbor-value.ts";

const START = 512;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const FLOATS = { 2: 0xf9, 4: 0xfa, 8: 0xfb } as const;

/** The bytes of a document. Lone surrogates become U+FFFD. */
export function writeCbor(value: CborValue): Uint8Array {
  const writer = new CborWriter();
  writer.value(value);
  return writer.bytes();
}

class CborWriter {
  #buffer = Buffer.allocUnsafe(START);
  #at = 0;

  bytes(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#at));
  }

  value(value: CborValue): void {
    if (typeof value === "string") this.#text(value);
    else if (typeof value === "number") this.#number(value);
    else if (value === null) this.#octet(NULL);
    else if (typeof value === "boolean") this.#octet(value ? TRUE : FALSE);
    else if (value instanceof Uint8Array) this.#octets(Major.bytes, value);
    else if (value instanceof Map) this.#map(value as CborMap);
    else if (value instanceof Tagged) {
      this.#head(Major.tag, value.tag);
      this.value(value.value);
    } else this.#array(value as readonly CborValue[]);
  }

  #array(items: readonly CborValue[]): void {
    this.#head(Major.array, items.length);
    for (const item of items) this.value(item);
  }

  #map(map: CborMap): void {
    this.#head(Major.map, map.size);
    const entries = Array.from(map, ([key, value]) => ({ key: keyBytes(key), value }));
    entries.sort((a, b) => Buffer.compare(a.key, b.key));
    for (const { key, value } of entries) {
      const from = this.#room(key.length);
      this.#buffer.set(key, from);
      this.value(value);
    }
  }

  #text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#head(Major.text, length);
    const from = this.#room(length);
    this.#buffer.write(text, from, length, "utf8");
  }

  #octets(major: number, octets: Uint8Array): void {
    this.#head(major, octets.length);
    const from = this.#room(octets.length);
    this.#buffer.set(octets, from);
  }

  #number(value: number): void {
    if (!Number.isInteger(value)) this.#float(value);
    else if (value >= 0) this.#head(Major.natural, value);
    else this.#head(Major.negative, -1 - value);
  }

  #float(value: number): void {
    const octets = floatOctets(value);
    this.#octet(FLOATS[octets]);
    const from = this.#room(octets);
    if (octets === 2) this.#buffer.writeUInt16BE(toHalf(value), from);
    else if (octets === 4) this.#buffer.writeFloatBE(value, from);
    else this.#buffer.writeDoubleBE(value, from);
  }

  /** An item's first octet and its number, in as few octets as it takes. */
  #head(major: number, argument: number): void {
    const first = major << 5;
    if (argument < 24) this.#octet(first | argument);
    else if (argument < 0x100) {
      this.#octet(first | 24);
      this.#octet(argument);
    } else if (argument < 0x1_0000) {
      this.#octet(first | 25);
      const from = this.#room(2);
      this.#buffer.writeUInt16BE(argument, from);
    } else if (argument < 0x1_0000_0000) {
      this.#octet(first | 26);
      const from = this.#room(4);
      this.#buffer.writeUInt32BE(argument, from);
    } else {
      this.#octet(first | 27);
      const from = this.#room(8);
      this.#buffer.writeUInt32BE(Math.floor(argument / 0x1_0000_0000), from);
      this.#buffer.writeUInt32BE(argument % 0x1_0000_0000, from + 4);
    }
  }

  #octet(octet: number): void {
    const from = this.#room(1);
    this.#buffer[from] = octet;
  }

  /** Where the next octets go; there is space for so many. */
  #room(octets: number): number {
    const from = this.#at;
    this.#at = from + octets;
    if (this.#at > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#at, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, from);
      this.#buffer = larger;
    }
    return from;
  }
}

function keyBytes(key: CborKey): Uint8Array {
  if (typeof key === "number" && key >= 0 && key < 24) return Uint8Array.of(key);
  const writer = new CborWriter();
  writer.value(key);
  return writer.bytes();
}
