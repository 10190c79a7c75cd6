import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { followedLog, loggedOf, orderIn } from "./log-verdict.ts";

const log = (...texts: readonly (string | null)[]) =>
  texts.map((text, i) => ({ seq: i + 1, id: `id of ${text}`, text }));
const room = (...texts: readonly string[]) => ({
  standing: texts.map((text) => ({
    text: text.replace(" edited", ""),
    edited: text.endsWith("edited"),
    reactions: [],
    at: 0,
  })),
  twice: [],
});

void describe("what the owner's log says of a room", () => {
  void it("is that its people's messages are in it, once and in order, but for what was edited", () => {
    const own = room("anna1 1", "anna1 3 edited", "anna1 4");
    const good = loggedOf("tea", own, log("anna1 1", "anna1 2", "otto1 1", null, "anna1 3", "anna1 4"));
    assert.deepEqual([good.lost, good.doubled, good.misplaced, good.said], [[], [], [], 3]);
    const bad = loggedOf("tea", own, log("anna1 4", "anna1 4"));
    assert.deepEqual([bad.lost, bad.doubled], [["anna1 1"], ["anna1 4"]]);
    const turned = loggedOf("tea", own, log("anna1 4", "anna1 1"));
    assert.deepEqual(turned.misplaced, ["anna1 1"]);
  });

  void it("is that the others' messages stand there in the log's order, whoever of them it was", () => {
    const sources = [room("anna1 1", "anna1 2"), room("otto1 1", "otto1 2 edited")];
    const held = log("anna1 1", "otto1 1", "otto1 2", "anna1 2");
    const there = (...texts: readonly string[]) => orderIn("garden", room(...texts), sources, held).misplaced;
    assert.deepEqual(there("anna1 1", "otto1 1", "anna1 2"), []);
    assert.deepEqual(there("otto1 1", "anna1 1", "anna1 2"), ["anna1 1"]);
    assert.deepEqual(there("anna1 1", "otto1 1", "anna1 2", "otto1 2 edited"), []);
  });
});

void describe("whether a guest holds the owner's log", () => {
  const owner = log("a", "b", "c", "d");

  void it("counts from where it was let in to where it has come", () => {
    const { lost, doubled, misplaced, misdirected } = followedLog(owner, owner.slice(1, 3));
    assert.deepEqual([lost, doubled, misplaced, misdirected], [[], [], [], []]);
  });

  void it("names what is missing in between, in another place, or not the owner's", () => {
    assert.deepEqual(followedLog(owner, [...owner.slice(0, 1), ...owner.slice(2)]).lost, ["2 id of b"]);
    const other = { seq: 2, id: "id of x", text: "x" };
    assert.deepEqual(followedLog(owner, [...owner.slice(0, 1), other, ...owner.slice(2)]).misdirected, [
      "2 id of x",
    ]);
    assert.deepEqual(followedLog(owner, []).misdirected, ["nothing is there"]);
  });
});
