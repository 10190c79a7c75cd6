import assert from "node:assert/strict";
import { it } from "node:test";
import { readMarkdown } from "../../mappings/markup/markdown/read.ts";
import { textMessage } from "../../mappings/message.ts";
import { BOB, id } from "../mappings/slack/context.ts";
import { write } from "../mappings/slack/writing.ts";
import { checkBlocks } from "./api/blocks.ts";

const texts: readonly string[] = [
  "plain",
  "**bold** *italic* ~~struck~~ `code` ***both***",
  "> a quote\n> of *two* lines\n\nand text",
  "> - a list\n> - in a quote\n>\n> ```\n> code\n> ```",
  "1. one\n2. two\n   - deeper\n     - and deeper\n3. three",
  "7. seven\n8. eight",
  "```ts\nconst x = `1`;\n```",
  "# Heading\n\n---\n\n- [x] done\n- [ ] not",
  "| a | b |\n|---|---|\n| 1 | 2 |",
  "[link](https://x.example/?a=b&c=d) <https://y.example> [bad](javascript:alert)",
  "@channel <!here> <@U123> &lt;b&gt; :tada: 🎉 ‮right to left",
  "a\\\nb\n\n\n\nc",
  "long ".repeat(2_000),
  Array.from({ length: 120 }, (_, n) => `- item ${n}`).join("\n"),
  Array.from({ length: 120 }, (_, n) => `${n}\n\n---`).join("\n\n"),
];

void it("every post that the mapping writes has blocks that the simulator takes", () => {
  for (const markdown of texts) {
    const message = textMessage(readMarkdown(markdown).text);
    const { calls } = write({ kind: "message", id: id("d"), author: { uri: BOB, name: "Bob" }, message });
    const posts = calls.filter(({ method }) => method === "chat.postMessage");
    assert.ok(posts.length > 0, markdown);
    for (const { arguments: given } of posts) {
      const sent: unknown = JSON.parse(JSON.stringify(given["blocks"]));
      assert.doesNotThrow(
        () => checkBlocks(sent),
        `${markdown.slice(0, 60)}: ${JSON.stringify(sent).slice(0, 300)}`,
      );
    }
  }
});
