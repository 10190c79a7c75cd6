import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { comparable, saidText } from "../../../core/loops/said-text.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { message, textMessage } from "../../../mappings/message.ts";

const said = "Shall we meet at the harbour at nine?";
const printOf = (text: string) => comparable(text)?.print;

void describe("a text that is said again", () => {
  void it("is known under whatever name stands before it", () => {
    const copies = [
      `<anna> ${said}`,
      `[slack] <anna> ${said}`,
      `anna: ${said}`,
      `Anna Smith (Slack): ${said}`,
      `**anna**: ${said}`,
      `\u2068<anna>\u2069 ${said}`,
      `(anna) ${said}`,
      `bot: anna: <ben> ${said}`,
      `@_mimi_matrix.mimi.test_${"0".repeat(32)}:matrix.test: ${said}`,
      `${"<echo> ".repeat(200)}${said}`,
      `> what was asked\n> before\n\n${said}`,
    ];
    for (const copy of copies) assert.equal(printOf(copy), printOf(said), copy);
  });

  void it("is known with other markup, case, blanks and punctuation", () => {
    for (const copy of [
      `*${said}*`,
      said.toUpperCase(),
      `  ${said}\n`,
      said.replaceAll(" ", "  "),
      `_~${said}~_`,
    ])
      assert.equal(printOf(copy), printOf(said), copy);
  });

  void it("is another one where it says something else", () => {
    for (const other of [`${said} No?`, said.replace("nine", "ten"), "nine", "Shall we meet?"])
      assert.notEqual(printOf(other), printOf(said), other);
    assert.notEqual(printOf("+1"), printOf("1"));
    assert.notEqual(printOf("👍"), printOf("👎"));
    assert.notEqual(printOf("message 17"), printOf("message 18"));
  });

  void it("is told from what anybody may say by chance", () => {
    for (const short of ["ok", "+1", "thank you", "😀", "???"])
      assert.equal(comparable(short)?.telling, false, short);
    assert.equal(comparable(said)?.telling, true);
  });

  void it("is nothing where there are no words", () => {
    assert.equal(comparable("  \u200b\n"), null);
    assert.equal(saidText(message({ kind: "unreaction" })), null);
    assert.equal(saidText(textMessage(plainFlat(said)))?.print, printOf(said));
  });

  void it("is compared whatever it holds, in time", () => {
    const begun = performance.now();
    for (const unit of ["<", "<a", "[", "* ", "> ", ">\n", "a:", "a: ", "(", " ", "`", "\u2068"])
      comparable(unit.repeat(100_000));
    assert.ok(performance.now() - begun < 1_000);
    fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (text) => void comparable(text)));
  });

  void it("with a name before it equals itself, for any text that says something", () => {
    const words = fc.array(fc.stringMatching(/^[a-z0-9]{1,9}$/), { minLength: 1, maxLength: 12 });
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _-]{0,20}$/);
    fc.assert(
      fc.property(words, name, (some, who) => {
        const text = some.join(" ");
        for (const copy of [`<${who}> ${text}`, `${who}: ${text}`, `[${who}] ${text}`])
          assert.equal(printOf(copy), printOf(text));
      }),
    );
  });
});
