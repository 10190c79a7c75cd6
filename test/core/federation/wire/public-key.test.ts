import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { describe, it } from "node:test";
import {
  keyIdOf,
  parseKeyId,
  parsePublicKey,
  publicKeyText,
} from "../../../../core/federation/wire/public-key.ts";
import { rfcKey } from "../two-gateways.ts";

void describe("public keys", () => {
  void it("are 32 octets, named by the first 16 of their hash", () => {
    const key = createPublicKey(rfcKey);
    const text = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
    assert.equal(publicKeyText(key), text);
    assert.match(keyIdOf(key), /^[A-Za-z0-9_-]{22}$/);
    assert.ok(parsePublicKey(text)?.equals(key));
    for (const wrong of [
      "",
      text.slice(1),
      `${text}=`,
      text.replace("_", "/"),
      `${text}AA`,
      `${text.slice(0, -1)}t`,
    ])
      assert.equal(parsePublicKey(wrong), null, wrong);
  });

  void it("have ids of 16 octets", () => {
    const id = keyIdOf(createPublicKey(rfcKey));
    assert.equal(parseKeyId(id), id);
    for (const wrong of ["", id.slice(1), `${id}A`, `${id}==`, `${id.slice(0, -1)}B`, "test-key-ed25519"])
      assert.equal(parseKeyId(wrong), null, wrong);
  });
});
