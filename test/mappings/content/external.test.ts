import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { ContentError, type ContentRule } from "../../../mappings/content/content-error.ts";
import { Encryption, Hash, openExternal, sealExternal } from "../../../mappings/content/external.ts";
import { hex, toHex } from "./sample.ts";

const refused = (rule: ContentRule) => (error: unknown) =>
  error instanceof ContentError && error.rule === rule;
const file = new TextEncoder().encode("a picture");
const small = {
  encAlg: Encryption.aes128Gcm,
  key: new Uint8Array(16),
  nonce: new Uint8Array(12),
  aad: new Uint8Array(),
};
const large = { ...small, encAlg: Encryption.aes256Gcm, key: new Uint8Array(32) };
const open = { ...small, encAlg: Encryption.none, key: new Uint8Array(), nonce: new Uint8Array() };

/** Test cases 2 and 14 of the specification of GCM: a block of zeros under a key of zeros. */
void test("sealing gives the published octets and tags", () => {
  const zeros = new Uint8Array(16);
  assert.equal(
    toHex(sealExternal(zeros, small).octets),
    "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
  );
  assert.equal(
    toHex(sealExternal(zeros, large).octets),
    "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
  );
});

void test("whatever is sealed can be opened", () => {
  const octets = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(octets, octets, fc.constantFrom(small, large, open), (content, aad, how) => {
      const { octets: sealed, fields } = sealExternal(content, { ...how, aad });
      assert.deepEqual(new Uint8Array(openExternal(fields, sealed)), content);
      assert.equal(fields.size, sealed.length);
      assert.deepEqual(fields.contentHash, new Uint8Array(createHash("sha256").update(sealed).digest()));
    }),
    { seed: 4 },
  );
});

void test("octets, keys, nonces and additional data that are not the right ones are refused", () => {
  const { octets, fields } = sealExternal(file, { ...small, aad: hex("00") });
  const other = Uint8Array.from(octets);
  other[0] = (other[0] ?? 0) ^ 1;
  assert.throws(() => openExternal(fields, other), refused("hash"));
  const unhashed = { ...fields, hashAlg: Hash.none, contentHash: new Uint8Array() };
  assert.throws(() => openExternal(unhashed, other), refused("sealed"));
  assert.throws(() => openExternal(unhashed, octets.subarray(0, -1)), refused("sealed"));
  assert.throws(() => openExternal(unhashed, octets.subarray(0, 15)), refused("sealed"));
  assert.throws(
    () => openExternal({ ...unhashed, key: new Uint8Array(16).fill(1) }, octets),
    refused("sealed"),
  );
  assert.throws(
    () => openExternal({ ...unhashed, nonce: new Uint8Array(12).fill(1) }, octets),
    refused("sealed"),
  );
  assert.throws(() => openExternal({ ...unhashed, aad: hex("01") }, octets), refused("sealed"));
});

void test("what is not known here is refused before anything is decrypted", () => {
  const { octets, fields } = sealExternal(file, small);
  for (const encAlg of [3, 0x8000])
    assert.throws(() => openExternal({ ...fields, encAlg }, octets), refused("encryption"));
  assert.throws(() => openExternal({ ...fields, key: new Uint8Array(32) }, octets), refused("encryption"));
  assert.throws(() => openExternal({ ...fields, nonce: new Uint8Array() }, octets), refused("encryption"));
  assert.throws(() => sealExternal(file, { ...large, key: new Uint8Array(16) }), refused("encryption"));
  assert.throws(() => openExternal({ ...fields, hashAlg: 2 }, octets), refused("hash"));
});

void test("the longer hashes are compared as well", () => {
  for (const [hashAlg, name] of [
    [Hash.sha384, "sha384"],
    [Hash.sha512, "sha512"],
  ] as const) {
    const contentHash = new Uint8Array(createHash(name).update(file).digest());
    assert.equal(openExternal({ ...open, hashAlg, contentHash }, file), file);
    assert.throws(() => openExternal({ ...open, hashAlg, contentHash }, hex("00")), refused("hash"));
  }
});
