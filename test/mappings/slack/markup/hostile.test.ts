import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { LONGEST_TEXT, MOST_ELEMENTS } from "../../../../mappings/slack/markup/limits.ts";
import { mrkdwnTokens } from "../../../../mappings/slack/markup/mrkdwn-tokens.ts";
import { readMrkdwn } from "../../../../mappings/slack/markup/mrkdwn-read.ts";
import { Reading } from "../../../../mappings/slack/markup/reading.ts";
import { readRichText } from "../../../../mappings/slack/markup/rich-text-read.ts";
import { writeRichText } from "../../../../mappings/slack/markup/rich-text-write.ts";
import { hostileTexts } from "./hostile-texts.ts";
import { reader, writer } from "./known-room.ts";

/** How often each character may be looked at in search of what comes next: once for each thing that is sought. */
const LOOKS = 6;

interface Steps {
  readonly tokens: number;
  readonly lookUps: number;
  /** Characters that were searched through. */
  readonly searched: number;
}

function stepsOf(text: string): Steps {
  let lookUps = 0;
  let searched = 0;
  const find = text.indexOf.bind(text);
  const spy = mock.method(String.prototype, "indexOf", function (this: string, sought: string, from = 0) {
    if (this !== text) {
      const [head = ""] = this.split(sought, 1);
      return head.length === this.length ? -1 : head.length;
    }
    const index = find(sought, from);
    searched += (index === -1 ? text.length : index) - from;
    return index;
  });
  const counting = {
    ...reader,
    emoji: (name: string) => {
      lookUps += 1;
      return reader.emoji(name);
    },
    user: (id: string) => {
      lookUps += 1;
      return reader.user(id);
    },
  };
  try {
    return { tokens: mrkdwnTokens(text, new Reading(counting)).length, lookUps, searched };
  } finally {
    spy.mock.restore();
  }
}

void describe("mrkdwn is read in steps linear in its length", () => {
  for (const [family, piece] of hostileTexts) {
    void test(family, () => {
      const text = piece.repeat(LONGEST_TEXT / piece.length);
      const steps = stepsOf(text);
      assert.ok(steps.tokens <= LONGEST_TEXT, `${String(steps.tokens)} tokens`);
      assert.ok(steps.lookUps <= steps.tokens + text.split(":").length, `${String(steps.lookUps)} look-ups`);
      assert.ok(steps.searched <= LONGEST_TEXT * LOOKS, `${String(steps.searched)} characters searched`);
      const { text: read, losses } = readMrkdwn(text, reader);
      assert.ok(JSON.stringify(read).length < LONGEST_TEXT * 200);
      assert.ok(losses.length <= 2);
    });
  }
});

void test("the counters do count", () => {
  assert.deepEqual(stepsOf("<@U123> :nothing: `"), { tokens: 2, lookUps: 2, searched: 41 });
});

void test("blocks nested without end are not followed", () => {
  let nested: unknown = { type: "text", text: "deep" };
  for (let depth = 0; depth < 20_000; depth += 1) {
    nested = { type: depth % 2 === 0 ? "rich_text_list" : "rich_text_quote", elements: [nested] };
  }
  const read = readRichText([{ type: "rich_text", elements: [nested] }], reader);
  assert.deepEqual(read.text.blocks, []);
});

void test("ten thousand elements and as many parts are read and written", () => {
  const elements = Array.from({ length: MOST_ELEMENTS }, (_, index) => ({
    type: "text",
    text: "a ",
    style: { bold: index % 2 === 0 },
  }));
  const parts = elements.map((one) => ({ type: "rich_text_section", elements: [one] }));
  const whole = readRichText(
    [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }],
    reader,
  );
  const apart = readRichText([{ type: "rich_text", elements: parts }], reader);
  assert.equal(whole.text.blocks.length, 1);
  assert.equal(apart.text.blocks.length, MOST_ELEMENTS);
  for (const { text } of [whole, apart]) {
    assert.deepEqual(
      writeRichText(text, writer(true)).losses.map(({ code }) => code),
      ["text_cut"],
    );
  }
});
