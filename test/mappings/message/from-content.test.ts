import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Disposition,
  draftOf,
  type ExtensionValue,
  type MultiPart,
  type Part,
  PLAIN_TEXT,
  textPart,
} from "../../../mappings/content/content.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import type { MessageBody } from "../../../mappings/message.ts";
import { fromContent, readContent } from "../../../mappings/message/from-content.ts";
import { picturePart } from "../../../mappings/message/pictures.ts";

const MARKDOWN = "text/markdown;variant=GFM-MIMI";
const multi = (semantics: MultiPart["semantics"], ...parts: readonly Part[]): Part => ({
  cardinality: "multi",
  disposition: Disposition.render,
  language: "",
  semantics,
  parts,
});
const bytes = (contentType: string, disposition: number = Disposition.render): Part => ({
  cardinality: "single",
  disposition,
  language: "",
  contentType,
  content: new Uint8Array([1, 2, 3]),
});
const read = (body: Part, extensions: Readonly<Record<string, ExtensionValue>> = {}): MessageBody =>
  fromContent({ ...draftOf(body), extensions: new Map(Object.entries(extensions)) }).body;

function wordsOf(body: MessageBody): string {
  assert.ok(body.kind === "text", body.kind);
  return plainTextOf(body.text);
}

const plain = textPart("plain", PLAIN_TEXT);
const markdown = textPart("*mark*down", MARKDOWN);
const image = picturePart("https://files.example/a.png");

void describe("mimi-content of other clients", () => {
  void it("is shown by the best of its alternatives", () => {
    assert.equal(wordsOf(read(multi("chooseOne", plain, markdown))), "markdown");
    assert.equal(wordsOf(read(multi("chooseOne", markdown, plain))), "markdown");
    assert.equal(wordsOf(read(multi("chooseOne", bytes("application/strange"), plain))), "plain");
    assert.equal(read(multi("chooseOne", plain, image)).kind, "media");
    assert.equal(wordsOf(read(multi("chooseOne", plain, textPart("other", PLAIN_TEXT)))), "plain");
  });

  void it("is shown with all of its parts, texts before files", () => {
    const body = read(multi("processAll", plain, image, multi("singleUnit", markdown, image)));
    assert.ok(body.kind === "media" && body.caption);
    assert.equal(body.files.length, 2);
    assert.equal(plainTextOf(body.caption), "plain\n\nmarkdown");
  });

  void it("takes sizes by the index that a part has among all parts, also those not chosen", () => {
    const sizes = new Map([[4, new Map([["w", 5]])]]);
    const body = read(multi("processAll", multi("chooseOne", plain, markdown), image), { "gw:media": sizes });
    assert.ok(body.kind === "media");
    assert.equal(body.files[0]?.width, 5);
  });

  void it("takes a picture within a text for no file", () => {
    const body = read(multi("singleUnit", textPart("hi ![:x:](cid:2@local.invalid)", MARKDOWN), image));
    assert.ok(body.kind === "text");
    const [block] = body.text.blocks;
    assert.ok(block?.kind === "paragraph");
    assert.deepEqual(block.runs.at(-1), { kind: "emoji", name: "x", source: image.url, marks: 0 });
  });

  void it("stands in readable words for what nobody here shows", () => {
    const text = "[application/strange, 3 octets]";
    assert.deepEqual(read(bytes("application/strange")), {
      kind: "unknown",
      contentType: "application/strange",
      text,
    });
    assert.equal(wordsOf(read(multi("processAll", plain, bytes("application/strange")))), `plain\n\n${text}`);
    assert.equal(wordsOf(read(bytes("text/strange"))), "");
    assert.equal(wordsOf(read(textPart("a *b*", "text/strange"))), "a *b*");
    assert.equal(wordsOf(read(textPart("a *b*", "TEXT/Markdown; charset=utf-8"))), "a b");
  });

  void it("renders what has an unknown disposition", () => {
    assert.equal(wordsOf(read(textPart("hi", PLAIN_TEXT, 200))), "hi");
    assert.equal(read({ ...image, disposition: 77 }).kind, "media");
  });

  void it("keeps octets that are no UTF-8 as replacement characters", () => {
    const content = new Uint8Array([0x68, 0xff, 0x69]);
    assert.equal(wordsOf(read({ ...plain, content })), "h\ufffdi");
  });

  void it("reads the first of several reactions", () => {
    const thumb = textPart("👍", PLAIN_TEXT, Disposition.reaction);
    const heart = textPart("❤️", PLAIN_TEXT, Disposition.reaction);
    const all = { ...multi("processAll", thumb, heart), disposition: Disposition.reaction };
    assert.deepEqual(read(all), { kind: "reaction", reaction: { kind: "unicode", emoji: "👍" } });
  });

  void it("takes extensions of the wrong shape for missing", () => {
    for (const value of [5, "x", null, new Map([["u", 5]]), [1]] as const) {
      assert.equal(wordsOf(read(plain, { "gw:ment": value, "gw:poll": value, "gw:media": value })), "plain");
      assert.equal(wordsOf(read(plain, { "gw:kind": value })), "plain");
    }
    const nothing: Part = { cardinality: "null", disposition: Disposition.render, language: "" };
    assert.deepEqual(read(nothing, { "gw:mod": ["one"] }), { kind: "deletion", by: null });
    assert.deepEqual(read(nothing, { "gw:kind": "poll.vote", "gw:poll": new Map([["a", 3]]) }), {
      kind: "deletion",
      by: null,
    });
    assert.equal(wordsOf(read(markdown, { "gw:kind": "poll.start" })), "markdown");
  });

  void it("names markup that is more than is read", () => {
    const { message, losses } = readContent(draftOf(textPart("*a".repeat(20_000), MARKDOWN)));
    assert.deepEqual(
      losses.map(({ code }) => code),
      ["markup_unread"],
    );
    assert.equal(wordsOf(message.body).length, 40_000);
  });

  void it("reads many blocks and deep lists of parts", () => {
    const many = Array.from({ length: 1000 }, () => plain);
    assert.equal(wordsOf(read(multi("processAll", ...many))).length, 1000 * 5 + 999 * 2);
  });
});
