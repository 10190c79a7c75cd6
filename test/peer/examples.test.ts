/** What an implementation in another language, written from docs/mtp.md alone, makes of the examples of that page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runPython } from "./python.ts";

void test("the Python peer gets the same keys, signatures, ids and proofs as the examples have", async () => {
  assert.match(await runPython("test_examples.py", 55), /^OK$/m);
});
