import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UserUri } from "../../../mappings/ids.ts";
import { type Block, Mark, type Run } from "../../../mappings/markup/flat.ts";
import { message, type Message } from "../../../mappings/message.ts";
import { typedNames, withTypedMentions } from "../../../mappings/slack/typed-mentions.ts";

const ANNA = "mimi://x.example/u/anna" as UserUri;
const ZED = "mimi://x.example/u/zed" as UserUri;

const text = (characters: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text: characters,
  marks,
  link,
});

function saying(...runs: readonly Run[]): Message {
  const blocks: Block[] = [{ kind: "paragraph", quote: 0, list: 0, runs: [...runs] }];
  return message({ kind: "text", style: "plain", text: { blocks }, spoiler: null, previews: [] });
}

/** The runs of a message after mentions were put in. */
function runsOf(said: Message, people: Readonly<Record<string, UserUri>>): readonly Run[] {
  const { body } = withTypedMentions(said, new Map(Object.entries(people)));
  const [block] = body.kind === "text" ? body.text.blocks : [];
  return block && "runs" in block ? block.runs : [];
}

const mention = (name: string, user: UserUri, marks = 0): Run => ({ kind: "mention", user, name, marks });

void describe("names that are typed", () => {
  void it("are whole words behind a sign, as long as they may be, and without what ends a sentence", () => {
    assert.deepEqual(typedNames(saying(text("hi @Anna, see you"))), [
      "Anna, see you",
      "Anna, see",
      "Anna,",
      "Anna",
    ]);
    assert.deepEqual(typedNames(saying(text("(@Zoë!)"))), ["Zoë!)", "Zoë"]);
  });

  void it("are no addresses, no code and no links", () => {
    for (const run of [
      text("mail anna@example.org"),
      text("a@b @ c @@d"),
      text("@Anna", Mark.code),
      text("@Anna", 0, "https://x.example"),
    ])
      assert.deepEqual(typedNames(saying(run)), [], JSON.stringify(run));
    assert.deepEqual(typedNames(message({ kind: "unreaction" })), []);
  });

  void it("are not looked for without end", () => {
    const names = typedNames(saying(text("@a b c d e f ".repeat(1_000))));
    assert.ok(names.length <= 20);
    assert.ok(typedNames(saying(text(`@${"x".repeat(10_000)}`))).every((name) => name.length <= 80));
  });
});

void describe("a message with typed names", () => {
  void it("mentions those who bear them, and says the rest as it was", () => {
    const said = saying(text("hi @Anna and @Zed Zoe, ok", Mark.bold));
    assert.deepEqual(runsOf(said, { Anna: ANNA, "Zed Zoe": ZED, Zed: ANNA }), [
      text("hi ", Mark.bold),
      mention("Anna", ANNA, Mark.bold),
      text(" and ", Mark.bold),
      mention("Zed Zoe", ZED, Mark.bold),
      text(", ok", Mark.bold),
    ]);
  });

  void it("mentions nobody whose name is only nearly that", () => {
    const said = saying(text("hi @Annabel and @anna and Anna"));
    assert.deepEqual(runsOf(said, { Anna: ANNA }), [text("hi @Annabel and @anna and Anna")]);
    assert.equal(withTypedMentions(said, new Map()), said);
  });
});
