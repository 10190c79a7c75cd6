import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SlackMessage } from "../../../../deploy/clients/slack-people.ts";
import { readSlackMessage } from "../../../../deploy/demo/group/slack/reading-slack.ts";

const NAMES = new Map([["U0BOB", "Bobby"]]);
const FILES = new Map([["F1", "Tea and cake."]]);

const message = (given: Partial<SlackMessage>): SlackMessage => ({
  ts: "1.0",
  thread: null,
  subtype: null,
  user: "U0BOB",
  app: false,
  username: null,
  text: "",
  blocks: [],
  edited: false,
  reactions: [],
  files: [],
  copy: false,
  ...given,
});

const section = (...elements: object[]) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements }],
});

const read = (given: Partial<SlackMessage>, ...before: SlackMessage[]): string[] => {
  const one = message(given);
  return readSlackMessage(one, [...before, one], NAMES, FILES);
};

void describe("what the demo reads in a message of Slack", () => {
  void it("is its text with the marks as they are typed, by whoever said it", () => {
    const marked = section(
      { type: "text", text: "bold", style: { bold: true } },
      { type: "text", text: " and " },
      { type: "text", text: "code", style: { code: true } },
    );
    assert.deepEqual(read({ text: "x", blocks: [marked] }), ["Bobby: *bold* and `code`"]);
    assert.deepEqual(read({ user: null, username: "anna (there)", text: "hello" }), ["anna (there): hello"]);
  });

  void it("names who is mentioned, and shows a quotation as one", () => {
    assert.deepEqual(
      read({ blocks: [section({ type: "user", user_id: "U0BOB" }, { type: "text", text: "!" })] }),
      ["Bobby: @Bobby!"],
    );
    const quote = {
      type: "rich_text",
      elements: [
        { type: "rich_text_quote", elements: [{ type: "text", text: "before" }] },
        { type: "rich_text_section", elements: [{ type: "text", text: "after" }] },
      ],
    };
    assert.deepEqual(read({ blocks: [quote] }), ["Bobby: > before ⏎ after"]);
  });

  void it("shows lists, code, buttons, emoji and calls to everybody as a reader sees them", () => {
    const listed = {
      type: "rich_text",
      elements: [
        { type: "rich_text_list", elements: [section({ type: "text", text: "one" }).elements[0]] },
        { type: "rich_text_preformatted", elements: [{ type: "text", text: "tea = 1" }] },
      ],
    };
    assert.deepEqual(read({ blocks: [listed] }), ["Bobby: - one ⏎ ``` ⏎ tea = 1 ⏎ ```"]);
    const vote = { type: "button", text: { type: "plain_text", text: "Vote" }, action_id: "a" };
    const option = { type: "section", text: { type: "plain_text", text: "1. Tea" }, accessory: vote };
    const end = { type: "context", elements: [{ type: "plain_text", text: "It has ended." }] };
    assert.deepEqual(read({ blocks: [option, end] }), ["Bobby: 1. Tea [Vote] ⏎ It has ended."]);
    const runs = section(
      { type: "broadcast", range: "here" },
      { type: "text", text: " " },
      { type: "emoji", name: "tada" },
      { type: "link", url: "https://a.test/", text: "a" },
    );
    assert.deepEqual(read({ blocks: [runs] }), ["Bobby: @here 🎉a (https://a.test/)"]);
  });

  void it("says of a message what thread it is in, that it was edited, and what its files hold", () => {
    const root = message({ ts: "0.5", thread: "0.5", text: "A text that is long enough to be cut" });
    assert.deepEqual(read({ text: "yes", thread: "0.5", edited: true }, root), [
      "Bobby: yes (thread: A text that …) (edited)",
    ]);
    assert.deepEqual(read({ files: [{ id: "F1", name: "menu.txt" }] }), [
      "Bobby: file menu.txt: Tea and cake.",
    ]);
  });

  void it("says of each reaction who stands behind it; the gateway's own bot is nobody", () => {
    const reactions = [
      { name: "+1", users: ["U0BOB"] },
      { name: "wave", users: ["U0BOT"] },
    ];
    assert.deepEqual(read({ text: "hello", reactions }), [
      "Bobby: hello",
      "👍 by Bobby (on: hello)",
      ":wave: by mimi-gateway (on: hello)",
    ]);
  });
});
