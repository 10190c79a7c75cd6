import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { KEY_BYTES, open, rewrap, seal } from "../../../core/secrets/envelope.ts";

const key = randomBytes(KEY_BYTES);
const other = randomBytes(KEY_BYTES);
const PLACE = "7:installation";
const SECRET = "xoxb-not-a-token ünï";

void describe("a sealed secret", () => {
  void it("opens with its key at its place, and does not hold its text", () => {
    const sealed = seal(key, PLACE, SECRET);
    assert.equal(open(key, PLACE, sealed), SECRET);
    assert.equal(Buffer.from(sealed).includes(SECRET), false);
    assert.notDeepEqual(sealed, seal(key, PLACE, SECRET), "each is sealed anew");
    assert.equal(open(key, PLACE, seal(key, PLACE, "")), "");
  });

  void it("does not open with another key, or at another account or kind", () => {
    const sealed = seal(key, PLACE, SECRET);
    assert.equal(open(other, PLACE, sealed), null);
    assert.equal(open(key, "8:installation", sealed), null);
    assert.equal(open(key, "7:install-link", sealed), null);
  });

  void it("does not open when any octet was changed, or some are missing", () => {
    const sealed = seal(key, PLACE, SECRET);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(open(key, PLACE, changed), null, `octet ${at}`);
    }
    for (const length of [0, 27, 60, sealed.length - 1])
      assert.equal(open(key, PLACE, sealed.subarray(0, length)), null, `${length} octets`);
  });

  void it("gets another key without being opened, and then opens with that one alone", () => {
    const sealed = seal(key, PLACE, SECRET);
    const next = rewrap(key, other, PLACE, sealed);
    assert.ok(next);
    assert.equal(open(other, PLACE, next), SECRET);
    assert.equal(open(key, PLACE, next), null);
    assert.equal(rewrap(other, key, PLACE, sealed), null);
    assert.equal(rewrap(key, other, "8:installation", sealed), null);
  });
});
