import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileText } from "../../../deploy/demo/file-text.ts";

void describe("a file in what the demo prints", () => {
  void it("is its text, or its size and how its hash begins", () => {
    assert.equal(fileText(Buffer.from("Tea,\nund Kuchen für alle")), "Tea,\nund Kuchen für alle");
    assert.equal(fileText(Buffer.from([0, 1, 2])), "3 bytes, ae4b3280");
    assert.equal(fileText(Buffer.from([0xff, 0xfe])), "2 bytes, b3d510ef");
  });
});
