import assert from "node:assert/strict";
import { test } from "node:test";
import { doubleOf } from "../../../bridges/slack/doubles.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { METADATA_TYPE } from "../../../mappings/slack/inbound.ts";
import { ROOT } from "../../mappings/slack/context.ts";

const C1 = "C1" as NativeRoom;
const C2 = "C2" as NativeRoom;
const marked = (ts: string, part = 0, type = METADATA_TYPE) => ({
  ts,
  metadata: { event_type: type, event_payload: { id: ROOT, part } },
});

void test("a post is a double where the same part of the same event stands in the channel under another ts", () => {
  const memory = new Memory();
  assert.equal(doubleOf(marked("1.000100"), C1, memory), null, "heard before its call was answered");
  memory.posted(C1, ROOT, 0, "1.000100");
  assert.equal(doubleOf(marked("1.000100"), C1, memory), null, "it is that very post");
  assert.equal(doubleOf(marked("1.000200"), C1, memory), ROOT);
  assert.equal(doubleOf(marked("1.000200", 1), C1, memory), null, "another part");
  assert.equal(doubleOf(marked("1.000200"), C2, memory), null, "another channel");
  assert.equal(doubleOf(marked("1.000200", 0, "other"), C1, memory), null, "another app's");
  assert.equal(doubleOf({ ts: "1.000200" }, C1, memory), null);
});
