/**
 * CBOR in its deterministic form only (RFC 8949, section 4.2.1), read in one walk: cborg takes maps out of order, text
 * that is not UTF-8 and wide floating-point numbers for good, and recurses as deep as a stranger wishes.
 */
import { floatOctets, fromHalf } from "./cbor-float.ts";
import { type CborKey, type CborMap, type CborValue, Major, Tagged } from "./cbor-value.ts";
import { ContentError, type ContentRule } from "./content-error.ts";
import { MAX_CBOR_DEPTH } from "./limits.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Text up to this many octets that is ASCII is put together without the decoder, whose call alone costs more. */
const SHORT = 40;

/**
 * A document that is all of `bytes`. Encoding it again gives the same bytes. Linear in their number. Throws
 * ContentError, whatever the bytes.
 */
export function readCbor(bytes: Uint8Array): CborValue {
  const reader = new CborReader(bytes);
  const value = reader.value(MAX_CBOR_DEPTH);
  reader.end();
  return value;
}

class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A Buffer's own slice() would share the memory with the caller.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new ContentError("trailing", `at octet ${this.#at}`);
  }

  /** The next item, which may hold others `levels` deep. */
  value(levels: number): CborValue {
    const head = this.#bytes[this.#take(1)] ?? 0;
    const major = head >> 5;
    if (major === Major.simple) return this.#simple(head & 0x1f);
    const argument = this.#argument(head & 0x1f);
    switch (major) {
      case Major.natural:
        return argument;
      case Major.negative:
        if (argument === Number.MAX_SAFE_INTEGER) throw this.#error("integer_range");
        return -1 - argument;
      case Major.bytes: {
        const from = this.#take(argument);
        return this.#bytes.slice(from, this.#at);
      }
      case Major.text:
        return this.#text(argument);
    }
    if (levels === 0) throw this.#error("nesting");
    switch (major) {
      case Major.array:
        return this.#array(argument, levels - 1);
      case Major.map:
        return this.#map(argument, levels - 1);
      default:
        return new Tagged(argument, this.value(levels - 1));
    }
  }

  #array(length: number, levels: number): CborValue[] {
    // Every item takes an octet at least, so a length that promises more is refused before anything is read.
    if (length > this.#bytes.length - this.#at) throw this.#error("truncated");
    const items: CborValue[] = [];
    for (let i = 0; i < length; i += 1) items.push(this.value(levels));
    return items;
  }

  #map(length: number, levels: number): CborMap {
    if (length * 2 > this.#bytes.length - this.#at) throw this.#error("truncated");
    const map = new Map<CborKey, CborValue>();
    let before: Uint8Array | null = null;
    for (let i = 0; i < length; i += 1) {
      const from = this.#at;
      const key = this.value(0);
      if (typeof key !== "string" && !Number.isSafeInteger(key) && !(key instanceof Uint8Array))
        throw this.#error("value_type");
      const octets = this.#bytes.subarray(from, this.#at);
      const order = before === null ? -1 : Buffer.compare(before, octets);
      if (order >= 0) throw this.#error(order === 0 ? "duplicate_key" : "key_order");
      before = octets;
      map.set(key as CborKey, this.value(levels));
    }
    return map;
  }

  #text(length: number): string {
    const from = this.#take(length);
    if (length <= SHORT) {
      let text = "";
      let i = from;
      for (; i < this.#at; i += 1) {
        const octet = this.#bytes[i] ?? 0;
        if (octet > 0x7f) break;
        text += String.fromCharCode(octet);
      }
      if (i === this.#at) return text;
    }
    try {
      return utf8.decode(this.#bytes.subarray(from, this.#at));
    } catch (cause) {
      throw new ContentError("not_utf8", `at octet ${from}`, { cause });
    }
  }

  /** The number in or after an item's first octet. */
  #argument(short: number): number {
    if (short < 24) return short;
    const size = short - 24;
    if (size > 3) throw this.#error("not_deterministic");
    const from = this.#take(1 << size);
    const [argument, least] = this.#wide(size, from);
    if (argument < least) throw this.#error("not_deterministic");
    if (argument > Number.MAX_SAFE_INTEGER) throw this.#error("integer_range");
    return argument;
  }

  /** The number, and the smallest one that needs so many octets. */
  #wide(size: number, from: number): readonly [number, number] {
    switch (size) {
      case 0:
        return [this.#view.getUint8(from), 24];
      case 1:
        return [this.#view.getUint16(from), 0x100];
      case 2:
        return [this.#view.getUint32(from), 0x1_0000];
      default:
        return [this.#view.getUint32(from) * 0x1_0000_0000 + this.#view.getUint32(from + 4), 0x1_0000_0000];
    }
  }

  #simple(short: number): boolean | number | null {
    switch (short) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 25:
        return this.#float(fromHalf(this.#view.getUint16(this.#take(2))), 2);
      case 26:
        return this.#float(this.#view.getFloat32(this.#take(4)), 4);
      case 27:
        return this.#float(this.#view.getFloat64(this.#take(8)), 8);
      case 31:
        throw this.#error("not_deterministic");
      default:
        throw this.#error("value_type");
    }
  }

  /** Integers are no floating-point numbers here: what is read must be written as it was. */
  #float(value: number, octets: number): number {
    const nan = Number.isNaN(value) && (octets > 2 || this.#view.getUint16(this.#at - 2) !== 0x7e00);
    if (nan || Number.isInteger(value) || octets > floatOctets(value)) throw this.#error("not_deterministic");
    return value;
  }

  /** Where the next `octets` start, which are passed over. */
  #take(octets: number): number {
    const from = this.#at;
    if (octets > this.#bytes.length - from) throw this.#error("truncated");
    this.#at = from + octets;
    return from;
  }

  #error(rule: ContentRule): ContentError {
    return new ContentError(rule, `at octet ${this.#at}`);
  }
}
