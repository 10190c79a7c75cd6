/** Floating-point numbers in their shortest form (RFC 8949, section 4.2.2): 16, 32 or 64 bits of IEEE 754. */

/** Significant bits of binary16, its smallest step and its largest number. */
const HALF_BITS = 11;
const HALF_STEP = 2 ** -24;
const HALF_MOST = 65_504;

/** How many octets the value takes at least: 2, 4 or 8. */
export function floatOctets(value: number): 2 | 4 | 8 {
  if (!Number.isFinite(value)) return 2;
  if (Math.fround(value) !== value) return 8;
  const size = Math.abs(value);
  const step = Math.max(2 ** (Math.floor(Math.log2(size)) + 1 - HALF_BITS), HALF_STEP);
  return size <= HALF_MOST && Number.isInteger(size / step) ? 2 : 4;
}

/** The number that these 16 bits are. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * HALF_STEP;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (0x400 + fraction) * 2 ** (exponent - 25);
}

/** The 16 bits of a number that fits into them. There is one NaN, 0x7e00. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | (size / HALF_STEP);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | (size / 2 ** (exponent - 10) - 0x400);
}
