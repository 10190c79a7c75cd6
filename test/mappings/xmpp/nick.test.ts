import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanName, nickCandidates, relayed } from "../../../mappings/xmpp/nick.ts";

void test("a nick has nothing invisible or deceiving in it", () => {
  assert.equal(cleanName("  Al\u0000ice \u202Eecila\t "), "Alice ecila");
  assert.equal(cleanName("\u200b\u2060"), "");
  assert.equal(cleanName("👩‍👩‍👧 fam"), "👩‍👩‍👧 fam");
  assert.equal(cleanName("e\u0301"), "é");
});

void test("a nick is cut between what people see as characters", () => {
  const family = "👩‍👩‍👧‍👦";
  assert.equal(cleanName(family.repeat(70)), family.repeat(64));
});

void test("any name gives five different nicks that can be asked for", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (name, label) => {
      const nicks = nickCandidates(name, label);
      assert.equal(new Set(nicks).size, 5);
      for (const nick of nicks) assert.ok(nick.length > 0 && nick.isWellFormed() && !/\p{Cc}/u.test(nick));
    }),
  );
});

void test("names that a server makes the same nick of give the same nicks", () => {
  for (const name of [
    "An\u00ADn",
    "\uFF21nn",
    "A\u{E006E}nn",
    "Ann\uFE0F",
    "A\u1806nn",
    "\u{E000}Ann",
    "Ann\u06DD",
  ])
    assert.deepEqual(nickCandidates(name, "wo\u200Brk"), nickCandidates("Ann", "work"), name);
  assert.equal(nickCandidates("👩‍👩‍👧 fam", "work")[0], "👩👩👧 fam");
  assert.equal(nickCandidates("e\u00AD\u0301", "work")[0], "é");
});

void test("a nick stays what it is when it is prepared again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const [nick = ""] = nickCandidates(name, "work");
      assert.equal(nick, nick.normalize("NFKC"));
      assert.equal(nickCandidates(nick, "work")[0], nick);
    }),
  );
});

void test("the best nick is the name itself, the next says where he comes from", () => {
  assert.deepEqual(nickCandidates("Alice", "work"), [
    "Alice",
    "Alice (work)",
    "Alice (work) 2",
    "Alice (work) 3",
    "Alice (work) 4",
  ]);
});

void test("somebody who is relayed can't pretend to be somebody else by his name's direction", () => {
  assert.equal(relayed("A\u202eb", "hi"), "<\u2068Ab\u2069> hi");
});
