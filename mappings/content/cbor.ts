/**
 * CBOR in its deterministic form only (RFC 8949, section 4.2.1). cborg reads and writes it; added here is what its
 * strict mode lets through: any depth, keys out of order, text that is not UTF-8, wide floating-point numbers.
 */
import {
  decodeFirst,
  type DecodeOptions,
  encode,
  rfc8949EncodeOptions,
  type TagDecoder,
  type Token,
  Tokenizer,
  Type,
} from "cborg";
import { type CborValue, isSubnormalHalf, Tagged } from "./cbor-value.ts";
import { ContentError, type ContentRule } from "./content-error.ts";
import { MAX_CBOR_DEPTH, MAX_CBOR_ITEMS } from "./limits.ts";

const OPTIONS = {
  strict: true,
  useMaps: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
} as const satisfies DecodeOptions;

/** cborg names its errors in words only; the tests hold these words to the rules. All others: not_deterministic. */
const REFUSALS: readonly (readonly [string, ContentRule])[] = [
  ["not enough data", "truncated"],
  ["safe integer range", "integer_range"],
  ["undefined values", "value_type"],
  ["simple values", "value_type"],
];

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** First octet of a byte order mark. */
const MARK = 0xef;

/**
 * A document that is all of `bytes`. Encoding it again gives the same bytes. Linear in their number. Throws
 * ContentError, whatever the bytes.
 */
export function readCbor(bytes: Uint8Array): CborValue {
  const tokenizer = new StrictTokenizer(bytes);
  const value = decodeAll(tokenizer);
  if (Buffer.compare(encode(value, rfc8949EncodeOptions), bytes) !== 0)
    throw new ContentError("not_deterministic", "other octets when written again");
  return value;
}

/** The bytes of a document. Lone surrogates become U+FFFD. */
export function writeCbor(value: CborValue): Uint8Array {
  // cborg gives a part of a larger Buffer.
  return new Uint8Array(encode(value, rfc8949EncodeOptions));
}

function decodeAll(tokenizer: StrictTokenizer): CborValue {
  const { data, tags } = tokenizer;
  try {
    const [value, rest] = decodeFirst(data, { ...OPTIONS, tags, tokenizer }) as [CborValue, Uint8Array];
    if (rest.length > 0) throw tokenizer.error("trailing");
    return value;
  } catch (cause) {
    if (cause instanceof ContentError) throw cause;
    const words = cause instanceof Error ? cause.message : "";
    const rule = REFUSALS.find(([part]) => words.includes(part))?.[1] ?? "not_deterministic";
    throw tokenizer.error(rule, cause);
  }
}

/** An array, a map or a tag of which items are still to come. */
interface Level {
  readonly isMap: boolean;
  left: number;
  /** The octets of the key before. */
  key: Uint8Array | null;
}

/** Gives cborg one item's head after the other, and refuses what must not come next before cborg goes deeper. */
class StrictTokenizer extends Tokenizer {
  /** How cborg reads the tags that were met: any number may come. */
  readonly tags: Record<number, TagDecoder> = {};
  readonly #levels: Level[] = [];
  #items = 0;

  constructor(bytes: Uint8Array) {
    // A Buffer's own slice() would share the memory with the caller.
    super(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), OPTIONS);
  }

  /** cborg asks only where an item is due. */
  override done(): boolean {
    if (super.done()) throw this.error("truncated");
    return false;
  }

  override next(): Token {
    if (this.#items === MAX_CBOR_ITEMS) throw this.error("items");
    this.#items += 1;
    const from = this.pos();
    const token = super.next();
    if (token.type === Type.string) this.#checkText(token);
    else if (token.type === Type.float) this.#checkFloat(Number(token.value));
    const level = this.#levels.at(-1);
    if (level !== undefined) {
      if (level.isMap && level.left % 2 === 0) this.#checkKey(level, token, from);
      level.left -= 1;
    }
    if (!token.type.terminal) this.#open(token.type, Number(token.value));
    while (this.#levels.at(-1)?.left === 0) this.#levels.pop();
    return token;
  }

  error(rule: ContentRule, cause?: unknown): ContentError {
    return new ContentError(rule, `at octet ${this.pos()}`, { cause });
  }

  #open(type: Type, argument: number): void {
    if (this.#levels.length === MAX_CBOR_DEPTH) throw this.error("nesting");
    const isMap = type === Type.map;
    const left = type === Type.tag ? 1 : isMap ? 2 * argument : argument;
    this.#levels.push({ isMap, left, key: null });
    if (type === Type.tag) this.tags[argument] = (content) => new Tagged(argument, content());
  }

  /** Keys are integers, texts or octets, each above the one before. cborg takes the same octets twice for two keys. */
  #checkKey(level: Level, { type }: Token, from: number): void {
    if (type.major > Type.string.major) throw this.error("value_type");
    const key = this.data.subarray(from, this.pos());
    const order = level.key === null ? -1 : Buffer.compare(level.key, key);
    if (order >= 0) throw this.error(order === 0 ? "duplicate_key" : "key_order");
    level.key = key;
  }

  /** cborg drops a byte order mark and puts U+FFFD for what is not UTF-8: such text is read once more. */
  #checkText(token: Token): void {
    const octets = token.byteValue;
    if (octets === undefined || (octets[0] !== MARK && !String(token.value).includes("\ufffd"))) return;
    try {
      token.value = utf8.decode(octets);
    } catch (cause) {
      throw this.error("not_utf8", cause);
    }
  }

  /** Integers are no floating-point numbers here: what is read must be written as it was. */
  #checkFloat(value: number): void {
    if (Number.isInteger(value) || isSubnormalHalf(value)) throw this.error("not_deterministic");
  }
}
