import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanNick, nickCandidates, relayed } from "../../../mappings/xmpp/nick.ts";

void test("a nick has nothing invisible or deceiving in it", () => {
  assert.equal(cleanNick("  Al\u0000ice \u202Eecila\t "), "Alice ecila");
  assert.equal(cleanNick("\u200b\u2060"), "");
  assert.equal(cleanNick("👩‍👩‍👧 fam"), "👩‍👩‍👧 fam");
  assert.equal(cleanNick("e\u0301"), "é");
});

void test("a nick is cut between what people see as characters", () => {
  const family = "👩‍👩‍👧‍👦";
  assert.equal(cleanNick(family.repeat(70)), family.repeat(64));
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
