import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkBlocks } from "./api/blocks.ts";
import { Refusal } from "./state/refusal.ts";

const raw = (text: string) => ({ type: "raw_text", text });
const rich = (text: string) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
const table = (rows: readonly (readonly object[])[], more: object = {}) => ({ type: "table", rows, ...more });
const refusal = (...blocks: readonly object[]): string | null => {
  try {
    checkBlocks(blocks);
    return null;
  } catch (thrown) {
    assert.ok(thrown instanceof Refusal);
    return thrown.code;
  }
};

void describe("the simulator's check of tables", () => {
  void it("takes rows of raw and rich text, and settings of columns", () => {
    const settings = { column_settings: [{ align: "right" }, { is_wrapped: true }] };
    assert.equal(refusal(table([[raw("a"), rich("b")], [raw("c")]], settings)), null);
  });

  void it("refuses more than Slack takes: rows, cells, columns, and a second table", () => {
    const line = [raw("a")];
    assert.equal(refusal(table(Array.from({ length: 100 }, () => line))), null);
    assert.equal(refusal(table(Array.from({ length: 101 }, () => line))), "invalid_blocks");
    assert.equal(refusal(table([Array.from({ length: 21 }, () => raw("a"))])), "invalid_blocks");
    const columns = Array.from({ length: 21 }, () => ({ align: "left" }));
    assert.equal(refusal(table([line], { column_settings: columns })), "invalid_blocks");
    assert.equal(refusal(table([line]), table([line])), "invalid_attachments");
  });

  void it("refuses cells that are empty or of another kind", () => {
    assert.equal(refusal(table([[raw("")]])), "invalid_blocks");
    assert.equal(refusal(table([[{ type: "mrkdwn", text: "a" }]])), "invalid_blocks");
    assert.equal(refusal(table([])), "invalid_blocks");
  });
});
