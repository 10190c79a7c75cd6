import assert from "node:assert/strict";
import { createPublicKey, sign } from "node:crypto";
import { it } from "node:test";
import { parseEventId } from "../../../../mappings/ids.ts";
import { PROOF_OCTETS, proofKeyId, signProof, verifyProof } from "../../../../core/federation/wire/proof.ts";
import { domain, newSigner, rfcKey } from "../two-gateways.ts";

const provider = domain("chat.b.example");
const signer = newSigner(rfcKey);
const key = createPublicKey(rfcKey);

function event(digit: string) {
  const id = parseEventId(digit.repeat(64));
  if (id === null) throw new Error("it is an id");
  return id;
}

void it("a proof is the key's id and its signature over domain and event", () => {
  const proof = signProof(event("1"), provider, signer);
  assert.equal(proof.length, PROOF_OCTETS);
  assert.equal(proofKeyId(proof), signer.kid);
  const signed = Buffer.concat([
    Buffer.from("mtp-proof-1\0\0\x0echat.b.example", "latin1"),
    Buffer.from("1".repeat(64), "hex"),
  ]);
  assert.deepEqual(Buffer.from(proof.subarray(16)), sign(null, signed, rfcKey));
  assert.ok(verifyProof(proof, event("1"), provider, key));
});

void it("a proof is of one event, one provider and one key, and of nothing else", () => {
  const proof = signProof(event("1"), provider, signer);
  assert.ok(!verifyProof(proof, event("2"), provider, key));
  assert.ok(!verifyProof(proof, event("1"), domain("chat.c.example"), key));
  assert.ok(!verifyProof(proof, event("1"), provider, createPublicKey(newSigner().key)));
  for (const [at] of proof.subarray(16).entries()) {
    const broken = Buffer.from(proof);
    broken[16 + at] = (broken[16 + at] ?? 0) ^ 1;
    assert.ok(!verifyProof(broken, event("1"), provider, key), String(at));
  }
  for (const length of [0, 16, PROOF_OCTETS - 1]) {
    assert.ok(!verifyProof(proof.subarray(0, length), event("1"), provider, key));
    assert.equal(proofKeyId(proof.subarray(0, length)), null);
  }
});
