import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, FlatText, Run } from "../../../mappings/markup/flat.ts";
import { Mark } from "../../../mappings/markup/flat.ts";
import { bareLinks } from "../../../mappings/xmpp/bare-links.ts";
import { readStyling } from "../../../mappings/xmpp/styling-read.ts";
import { writeStyling } from "../../../mappings/xmpp/styling-write.ts";
import { flat, outbound, paragraph, text } from "./room.ts";

const { bold, italic, strike, code, underline } = Mark;
const styled = (body: string): FlatText => readStyling(body, bareLinks(body));
const writer = { ...outbound, broadcasts: true };

/** Readable: `b(text)` for each run with marks. */
function shown(block: Block): string {
  if (block.kind === "code") return `code${block.quote}[${block.text}]`;
  assert.ok(block.kind === "paragraph");
  return `${">".repeat(block.quote)}${block.runs.map(shownRun).join("")}`;
}
function shownRun(run: Run): string {
  assert.ok(run.kind === "text");
  const letters = [
    (run.marks & bold) !== 0 ? "b" : "",
    (run.marks & italic) !== 0 ? "i" : "",
    (run.marks & strike) !== 0 ? "s" : "",
    (run.marks & code) !== 0 ? "c" : "",
    run.link === null ? "" : "l",
  ].join("");
  return letters === "" ? run.text : `${letters}(${run.text})`;
}

void describe("reading message styling", () => {
  const table: readonly (readonly [string, string])[] = [
    ["*strong*", "b(strong)"],
    ["plain *strong* plain", "plain b(strong) plain"],
    ["*strong* plain *strong*", "b(strong) plain b(strong)"],
    ["*strong*plain*", "b(strong)plain*"],
    ["* plain *strong*", "* plain b(strong)"],
    ["not strong*", "not strong*"],
    ["*not \n strong*", "*not \n strong*"],
    ["*not *strong", "*not *strong"],
    ["**", "**"],
    ["***", "***"],
    ["****", "****"],
    ["*a *b*", "b(a *b)"],
    ["_em *both*_ ~gone~ `co*d*e`", "i(em )bi(both) s(gone) c(co*d*e)"],
    ["snake_case_name 2*3*4 a~b~c", "snake_case_name 2*3*4 a~b~c"],
    ["https://a.example/x_y_z *b*", "l(https://a.example/x_y_z) b(b)"],
    ["_https://a.example_", "il(https://a.example)"],
    ["*😀 x* y", "b(😀 x) y"],
  ];
  for (const [body, expected] of table)
    void it(JSON.stringify(body), () => {
      assert.equal(styled(body).blocks.map(shown).join("|"), expected);
    });

  const blocks: readonly (readonly [string, string])[] = [
    ["> quote\n> > deeper\nplain", ">quote|>>deeper|plain"],
    [">>  two\n>one", ">>two|>one"],
    ["a\n```\ncode *x*\n\n> y\n```\nb", "a|code0[code *x*\n\n> y]|b"],
    ["```\nto the end", "code0[to the end]"],
    ["> ```\n> x\nb", "code1[x]|b"],
    ["a\nb\n\nc", "a\nb\n\nc"],
    ["a *b*\n\nc", "a b(b)|c"],
    ["```words that stay\nx\n```", "code0[words that stay\nx]"],
  ];
  for (const [body, expected] of blocks)
    void it(JSON.stringify(body), () => {
      assert.equal(styled(body).blocks.map(shown).join("|"), expected);
    });

  void it("names the language of code", () => {
    assert.deepEqual(styled("```js\n1\n```").blocks, [
      { kind: "code", quote: 0, list: 0, language: "js", text: "1" },
    ]);
  });
});

void describe("bare links", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["see https://a.example/b.", ["https://a.example/b"]],
    ["(https://a.example/b_(c))", ["https://a.example/b_(c)"]],
    ["HTTP://A.example, and <http://b.example>", ["HTTP://A.example", "http://b.example"]],
    ["xhttps://a.example ftp://b.example javascript://c http://", []],
    ["https://a.example/?q=1&r=2#f!", ["https://a.example/?q=1&r=2#f"]],
  ];
  for (const [body, expected] of table)
    void it(body, () => {
      assert.deepEqual(
        bareLinks(body).map(({ from, to }) => body.slice(from, to)),
        expected,
      );
    });
});

void describe("writing message styling", () => {
  const joined = "\u2060";
  const table: readonly (readonly [string, FlatText, string])[] = [
    ["marks", flat(paragraph(text("a "), text("b", bold), text(" c", italic))), "a *b* _c_"],
    ["nested", flat(paragraph(text("a ", bold), text("b", bold | italic), text(" c", bold))), "*a _b_ c*"],
    ["in code nothing counts", flat(paragraph(text("a*b", code), text(" x"))), "`a*b` x"],
    ["each line has its own", flat(paragraph(text("a\nb", bold))), "*a*\n*b*"],
    ["white space stays outside", flat(paragraph(text("a"), text(" b ", bold), text("c"))), "a *b* c"],
    ["words that look styled", flat(paragraph(text("*a* "), text("b", bold))), `${joined}*a* *b*`],
    ["a lone sign", flat(paragraph(text("_a "), text("b", bold))), "_a *b*"],
    ["a line that looks like a quote", flat(paragraph(text("> a "), text("b", bold))), `${joined}> a *b*`],
    ["quotes", flat({ ...paragraph(text("a\nb")), quote: 1 }, paragraph(text("c"))), "> a\n> b\nc"],
    ["code", flat({ kind: "code", quote: 0, list: 0, language: "", text: "a\n*b*" }), "```\na\n*b*\n```"],
    ["link", flat(paragraph(text("here", 0, "https://a.example"), text("."))), "here (https://a.example)."],
    ["bare link", flat(paragraph(text("https://a.example/", 0, "https://a.example/"))), "https://a.example/"],
    ["link without scheme", flat(paragraph(text("a.example", 0, "http://a.example"))), "http://a.example"],
    [
      "a bare link right before a word",
      flat(paragraph(text("https://a.example", 0, "https://a.example"), text("x"))),
      `${joined}https://a.example${joined}x`,
    ],
    [
      "a list",
      flat(
        { kind: "item", quote: 0, list: 1, marker: "bullet", runs: [text("a")] },
        { kind: "item", quote: 0, list: 2, marker: 3, runs: [text("b")] },
        { kind: "item", quote: 0, list: 1, marker: true, runs: [text("c")] },
      ),
      "- a\n  3. b\n\u2611 c",
    ],
    ["a heading", flat({ kind: "heading", quote: 0, list: 0, level: 1, runs: [text("a")] }), "*a*"],
    [
      "a table",
      flat(
        { kind: "row", quote: 0, list: 0, header: true, cells: [[text("a")], [text("b")]] },
        { kind: "row", quote: 0, list: 0, header: false, cells: [[text("1")], [text("2")]] },
      ),
      "```\na | b\n1 | 2\n```",
    ],
  ];
  for (const [name, written, expected] of table)
    void it(name, () => {
      const { text: body, unstyled } = writeStyling(written, writer);
      assert.equal(body, expected);
      assert.equal(unstyled, false);
    });

  void it("says that a message without styling has none where it could be misread", () => {
    for (const [body, unstyled] of [
      ["*a*", true],
      ["> a", true],
      ["```\na", true],
      ["2*3*4 and snake_case", false],
      ["a * b", false],
      ["https://a.example/_x_", false],
    ] as const) {
      const written = writeStyling(flat(paragraph(text(body))), writer);
      assert.deepEqual([written.text, written.unstyled], [body, unstyled]);
    }
  });

  void it("sends code that holds a fence as it is", () => {
    const block = { kind: "code", quote: 0, list: 0, language: "md", text: "a\n```\nb" } as const;
    const written = writeStyling(flat(block), writer);
    assert.deepEqual([written.text, written.unstyled], ["a\n```\nb", true]);
    assert.deepEqual(
      written.losses.map(({ code }) => code),
      ["mark_lost", "block_flattened"],
    );
  });

  void it("names the marks that have no place", () => {
    for (const runs of [[text("a"), text("b", bold)], [text("a*b", bold)], [text("a", underline)]]) {
      const written = writeStyling(flat(paragraph(...runs)), writer);
      assert.equal(
        written.text.replaceAll("\u2060", ""),
        runs.map((run) => ("text" in run ? run.text : "")).join(""),
      );
      assert.deepEqual(
        written.losses.map(({ code }) => code),
        ["mark_lost"],
      );
    }
  });
});
