import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PLAIN_TEXT } from "../../../mappings/content/content.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import { type FlatText, Mark, plainFlat, type Run } from "../../../mappings/markup/flat.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { message, type MessageBody, textMessage } from "../../../mappings/message.ts";
import { fromContent } from "../../../mappings/message/from-content.ts";
import { readTextPart } from "../../../mappings/message/text-part.ts";
import { toContent, writeContent } from "../../../mappings/message/to-content.ts";
import { check, HTML, MARKDOWN, paragraph, run, shape } from "./written.ts";

const anna = "mimi://a.example/u/anna" as UserUri;

const text = (flat: FlatText, fields: Partial<Extract<MessageBody, { kind: "text" }>> = {}): MessageBody => ({
  kind: "text",
  style: "plain",
  text: flat,
  spoiler: null,
  previews: [],
  ...fields,
});

void describe("text as mimi-content", () => {
  void it("is plain where it has no markup, whatever its characters", () => {
    check(text(plainFlat("2*3*4 <b> _x_")), `1 ${PLAIN_TEXT} 2*3*4 <b> _x_`);
    check(text(plainFlat("  two\nlines\n\n\n\nand more ")), `1 ${PLAIN_TEXT}   two\nlines\n\n\n\nand more `);
    check(text({ blocks: [] }), `1 ${PLAIN_TEXT} `);
  });

  void it("is Markdown where it has some", () => {
    check(text(paragraph(run("Ship "), run("2.0", Mark.bold))), `1 ${MARKDOWN} Ship **2.0**`);
    check(
      text({ blocks: [...plainFlat("one").blocks, ...plainFlat("two").blocks] }),
      `1 ${MARKDOWN} one\n\ntwo`,
    );
    check(
      text(paragraph(run("here", 0, "https://example.com/"))),
      `1 ${MARKDOWN} [here](https://example.com/)`,
    );
  });

  void it("has HTML as its alternative where Markdown lacks a mark, with the same words", () => {
    const body = text(paragraph(run("say "), run("it", Mark.underline)));
    const { body: part } = toContent(message(body));
    assert.ok(part.cardinality === "multi" && part.semantics === "chooseOne");
    assert.deepEqual(
      part.parts.map((inner) => inner.cardinality === "single" && inner.contentType),
      [MARKDOWN, HTML],
    );
    assert.equal(shape(part.parts[0] ?? part), `1 ${MARKDOWN} say it`);
    assert.deepEqual(fromContent(toContent(message(body))).body, body);
  });

  void it("says the same words in both of its alternatives", () => {
    const flat: FlatText = {
      blocks: [
        ...paragraph(run("one "), run("two", Mark.underline), run(" *three*", Mark.spoiler | Mark.bold))
          .blocks,
        { kind: "item", quote: 0, list: 1, marker: 3, runs: [run("four <b> & five")] },
        { kind: "code", quote: 1, list: 0, language: "ts", text: "a < b" },
      ],
    };
    const { body } = toContent(textMessage(flat));
    assert.ok(body.cardinality === "multi");
    const words = body.parts.map(
      (part) => part.cardinality === "single" && plainTextOf(readTextPart(part).text),
    );
    assert.equal(words.length, 2);
    assert.equal(words[0], words[1]);
    assert.equal(words[0], plainTextOf(flat));
  });

  void it("names whom it mentions", () => {
    const mention: Run = { kind: "mention", user: anna, name: "Anna", marks: 0 };
    check(
      text(paragraph(run("Right on "), mention, run(" 👍 "), mention, run("!"))),
      `1 ${MARKDOWN} Right on [@Anna](${anna}) 👍 [@Anna](${anna})!`,
      { "gw:ment": { u: [anna] } },
    );
  });

  void it("says that it addresses everybody, and whom of them", () => {
    const everybody: Run = { kind: "broadcast", scope: "here", marks: 0 };
    check(text(paragraph(everybody, run(" lunch @room"))), `1 ${MARKDOWN} @room lunch @room`, {
      "gw:ment": { room: true, scope: "here" },
    });
    check(text(plainFlat("@room is a word")), `1 ${PLAIN_TEXT} @room is a word`);
  });

  void it("has the pictures of custom emoji as parts of one unit", () => {
    const party: Run = { kind: "emoji", name: "party", source: "https://files.example/party.png", marks: 0 };
    check(
      text(paragraph(run("yes "), party, run(" and "), party)),
      `1 singleUnit [1 ${MARKDOWN} yes ![:party:](cid:2@local.invalid) and ![:party:](cid:2@local.invalid)` +
        " | 4 image/png at https://files.example/party.png]",
      { "gw:emoji": { party: 2 } },
    );
    const unknown: Run = { kind: "emoji", name: "party", source: null, marks: 0 };
    const { body } = toContent(textMessage(paragraph(run("yes "), unknown)));
    assert.ok(shape(body).includes("yes :party:"));
  });

  void it("is in italics as an emote, and of the kind that it is", () => {
    check(text(plainFlat("waves"), { style: "emote" }), `1 ${MARKDOWN} _waves_`, { "gw:kind": "emote" });
    check(text(plainFlat("done"), { style: "notice" }), `1 ${PLAIN_TEXT} done`, { "gw:kind": "notice" });
  });

  void it("stands behind a warning as a spoiler", () => {
    check(
      text(plainFlat("he did it"), { spoiler: "the end" }),
      `1 ${MARKDOWN} ⚠ Spoiler (the end):\n\nhe did it`,
      {
        "gw:spoil": "the end",
      },
    );
    check(text(plainFlat("he did it"), { spoiler: "" }), `1 ${MARKDOWN} ⚠ Spoiler:\n\nhe did it`, {
      "gw:spoil": "",
    });
    check(text(plainFlat("⚠ Spoiler (x): no"), {}), `1 ${PLAIN_TEXT} ⚠ Spoiler (x): no`);
  });

  void it("has previews behind it", () => {
    check(
      text(plainFlat("look"), {
        previews: [{ url: "https://example.com/a", title: "A page", description: "It says much." }],
      }),
      `1 processAll [1 ${PLAIN_TEXT} look | 8 ${MARKDOWN} [A page](https://example.com/a)\n\nIt says much.]`,
    );
  });

  void it("is plain characters, with a loss, where its markup is more than anybody reads", () => {
    const runs = Array.from({ length: 3000 }, (_, at) => run("word ", at % 2 === 0 ? Mark.bold : 0));
    const { draft, losses } = writeContent(textMessage(paragraph(...runs)));
    assert.deepEqual(
      losses.map(({ code }) => code),
      ["markup_unread"],
    );
    assert.ok(draft.body.cardinality === "single" && draft.body.contentType === PLAIN_TEXT);
    assert.equal(draft.body.content.length, 3000 * 5 - 1);
  });
});
