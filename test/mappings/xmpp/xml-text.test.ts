import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { xmlText } from "../../../mappings/xmpp/xml-text.ts";

/** Section 2.2 of XML 1.0, production Char, without CR. */
function legal(code: number): boolean {
  return (
    code === 0x09 ||
    code === 0x0a ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000
  );
}

void test("what XML may hold stays as it is", () => {
  const text = "tab\t line\n <&>'\" \x7f\x85 é \ud7ff \ue000 \ufffd 👩‍👩‍👧 \u{10ffff}";
  assert.deepEqual(xmlText(text), { text, removed: 0 });
});

void test("every control character that XML forbids goes", () => {
  const codes = [...Array(32).keys()].filter((code) => ![0x09, 0x0a, 0x0d].includes(code));
  for (const code of [...codes, 0xfffe, 0xffff]) {
    assert.deepEqual(
      xmlText(`a${String.fromCharCode(code)}b`),
      { text: "ab", removed: 1 },
      code.toString(16),
    );
  }
});

void test("lone surrogates go, pairs stay", () => {
  assert.deepEqual(xmlText("\ud83d\ude00"), { text: "😀", removed: 0 });
  assert.deepEqual(xmlText("a\ud83db\ude00c\udc00"), { text: "abc", removed: 3 });
  assert.deepEqual(xmlText("\ude00\ud83d"), { text: "", removed: 2 });
});

void test("line ends become LF and do not count as removed", () => {
  assert.deepEqual(xmlText("a\r\nb\rc\n\rd\r\r\n"), { text: "a\nb\nc\n\nd\n\n", removed: 0 });
  assert.deepEqual(xmlText("a\r\n\0b"), { text: "a\nb", removed: 1 });
});

void test("whatever goes in, only characters of XML come out, and a second pass changes nothing", () => {
  const units = fc.oneof(
    fc.integer({ min: 0, max: 0x40 }),
    fc.integer({ min: 0xd7f0, max: 0xe010 }),
    fc.integer({ min: 0xfff0, max: 0xffff }),
  );
  fc.assert(
    fc.property(fc.array(units), (codes) => {
      const given = String.fromCharCode(...codes);
      const { text, removed } = xmlText(given);
      for (const character of text) assert.ok(legal(character.codePointAt(0) ?? 0));
      const expected = Array.from(given.replaceAll(/\r\n?/g, "\n")).filter((character) =>
        legal(character.codePointAt(0) ?? 0),
      );
      assert.equal(text, expected.join(""));
      assert.deepEqual(xmlText(text), { text, removed: 0 });
      assert.equal(removed === 0, text === given.replaceAll(/\r\n?/g, "\n"));
    }),
  );
});
