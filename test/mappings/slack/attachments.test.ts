import assert from "node:assert/strict";
import { test } from "node:test";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { LONGEST_TEXT } from "../../../mappings/slack/markup/limits.ts";
import { messageOf, read, said } from "./reading.ts";

const fields = (count: number, value: string) => Array.from({ length: count }, () => ({ title: "t", value }));

function textOf(event: object): string {
  const { body } = messageOf(event);
  assert.ok(body.kind === "text");
  return plainTextOf(body.text);
}

void test("of an attachment no more fields are read than anybody looks at", () => {
  const text = textOf(said({ attachments: [{ fields: fields(1_000, "v") }] }));
  assert.equal(text.match(/v/g)?.length, 100);
});

void test("attachments beyond the longest text are left out, with a loss", () => {
  const long = { text: "a".repeat(LONGEST_TEXT / 2) };
  const few = said({ attachments: [long, { text: "b" }] });
  assert.ok(textOf(few).endsWith("b"));
  assert.deepEqual(read(few).losses, []);
  const many = said({ attachments: [long, long, { text: "c" }, { text: "d" }] });
  assert.ok(!/[cd]/.test(textOf(many)));
  assert.deepEqual(
    read(many).losses.map(({ code }) => code),
    ["text_cut"],
  );
});
