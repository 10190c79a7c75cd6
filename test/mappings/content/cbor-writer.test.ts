import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, rfc8949EncodeOptions } from "cborg";
import fc from "fast-check";
import { readCbor } from "../../../mappings/content/cbor-reader.ts";
import { Tagged } from "../../../mappings/content/cbor-value.ts";
import { writeCbor } from "../../../mappings/content/cbor-writer.ts";
import { anyValue, hex, toHex } from "./sample.ts";

void test("any value comes back as it was", () => {
  fc.assert(
    fc.property(anyValue(4), (value) => {
      assert.deepEqual(readCbor(writeCbor(value)), value);
    }),
    { seed: 4, numRuns: 2000 },
  );
});

void test("values without tags and floating-point numbers are written as cborg writes them", () => {
  const scalar = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: "binary" }), fc.boolean(), fc.uint8Array());
  const key = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: "binary" }));
  const map = fc.array(fc.tuple(key, scalar)).map((entries) => new Map(entries));
  fc.assert(
    fc.property(fc.array(fc.oneof(scalar, map, fc.array(scalar))), (value) => {
      assert.equal(toHex(writeCbor(value)), toHex(encode(value, rfc8949EncodeOptions)));
    }),
    { seed: 4, numRuns: 500 },
  );
});

void test("every floating-point number of 16 bits that is no integer takes 16 bits", () => {
  let written = 0;
  for (let bits = 0; bits < 0x1_0000; bits += 1) {
    const half = hex(`f9${bits.toString(16).padStart(4, "0")}`);
    let value: unknown;
    try {
      value = readCbor(half);
    } catch {
      continue;
    }
    assert.ok(typeof value === "number");
    assert.deepEqual(writeCbor(value), half);
    written += 1;
  }
  // 2 signs; 1023 subnormal fractions; exponents 2^-14 to 2^9, less the integers among them; two infinities; one NaN.
  assert.equal(written, 2 * (1023 + 24 * 1024 - 1023) + 2 + 1);
});

void test("wider floating-point numbers take what they need", () => {
  const numbers = {
    fa3dcccccd: Math.fround(0.1),
    fb3ff199999999999a: 1.1,
    fb0000000000000001: 5e-324,
    fa33000000: 2 ** -25,
  };
  for (const [digits, value] of Object.entries(numbers)) assert.equal(toHex(writeCbor(value)), digits);
});

void test("long texts, octets and tags get the lengths they need", () => {
  for (const length of [23, 24, 255, 256, 65_535, 65_536, 100_000]) {
    assert.equal(readCbor(writeCbor("x".repeat(length))), "x".repeat(length));
    assert.deepEqual(readCbor(writeCbor(new Uint8Array(length))), new Uint8Array(length));
    assert.deepEqual(readCbor(writeCbor(new Tagged(length, null))), new Tagged(length, null));
  }
});
