import assert from "node:assert/strict";
import { it } from "node:test";
import { shortWhy } from "../../../core/watch/short-why.ts";

void it("a short reason stays as it is", () => {
  for (const why of ["", "room_unreachable: banned (spam)", "x".repeat(200)])
    assert.equal(shortWhy(why), why);
});

void it("a long one is cut between what people see as characters", () => {
  const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
  const cut = shortWhy(`a${family.repeat(100)}`);
  assert.match(cut, /^a(?:\u{1f468}\u200d\u{1f469}\u200d\u{1f467})+…$/u);
  assert.ok(cut.length <= 200 && cut.length > 190 - family.length, String(cut.length));
});

void it("one endless character leaves nothing but the ellipsis", () => {
  assert.equal(shortWhy(`a${"\u0301".repeat(100_000)}`), "…");
});

void it("what breaks a line or turns it around is left out", () => {
  assert.equal(shortWhy(" no\r\n\u0000way\u2028\u202eback\ud800 "), "no way back");
  assert.equal(shortWhy(`${"\n".repeat(10_000)}why`), "…");
});
