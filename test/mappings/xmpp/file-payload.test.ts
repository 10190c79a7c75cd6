import assert from "node:assert/strict";
import { test } from "node:test";
import { fileHash, textFilePayload } from "../../../mappings/xmpp/file-payload.ts";
import { filePayload } from "../../../mappings/xmpp/files-write.ts";
import { aFile } from "../../support/media-file.ts";

const file = aFile({ sha256: new Uint8Array(32).fill(7) });
const context = { media: (url: string) => ({ url, native: null }) };

void test("the hash of a file is read from its message, where it is of the octets at the address", () => {
  assert.deepEqual(fileHash(filePayload(file, false, context)), file.sha256);
  assert.equal(fileHash(filePayload({ ...file, sha256: null }, false, context)), null);
  const key = { algorithm: 1, key: new Uint8Array(16), nonce: new Uint8Array(12), aad: new Uint8Array() };
  assert.equal(fileHash(filePayload({ ...file, encryption: key }, false, context)), null);
  assert.equal(fileHash(textFilePayload("https://a.test/text", "text.txt")), null);
});
