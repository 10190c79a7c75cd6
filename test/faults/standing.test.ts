import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agreement, archivedRoom, saidBy, type Standing } from "./standing.ts";

const at = (stanzas: readonly string[]) =>
  stanzas.map((stanza, i) => ({ stanza, stanzaId: `s${i}`, when: i * 1_000 }));
const said = (id: string, text: string, more = "") =>
  `<message from="room@rooms.test/anna1" id="${id}"><body>${text}</body>${more}</message>`;
const bare = (from: string, more: string) =>
  `<message from="room@rooms.test/${from}" id="x">${more}</message>`;
const retract = (number: number) => `<retract xmlns="urn:xmpp:message-retract:1" id="s${number}"/>`;
const one = (text: string, changes: Partial<Standing> = {}): Standing => ({
  text,
  edited: false,
  reactions: [],
  at: 0,
  ...changes,
});
const room = (standing: readonly Standing[], twice: readonly string[] = []) => ({ standing, twice });

void describe("what stands in a MUC's archive", () => {
  void it("has corrections, retractions and reactions applied", () => {
    const { standing, twice } = archivedRoom(
      at([
        said("a", "anna1 1"),
        said("b", "anna1 2"),
        said("c", "anna1 3", '<replace xmlns="urn:xmpp:message-correct:0" id="b"/>'),
        said("d", "anna1 4"),
        bare("otto1", "<body>otto1 1</body>"),
        bare("anna1", '<retract xmlns="urn:xmpp:message-retract:1" id="s3"/>'),
        bare("otto1", '<reactions xmlns="urn:xmpp:reactions:0" id="s0"><reaction>🎉</reaction></reactions>'),
        bare("anna1", '<reactions xmlns="urn:xmpp:reactions:0" id="s1"><reaction>👍</reaction></reactions>'),
        bare("anna1", '<reactions xmlns="urn:xmpp:reactions:0" id="s1"/>'),
      ]),
    );
    assert.deepEqual(standing, [
      one("anna1 1", { reactions: ["🎉"] }),
      one("anna1 3", { edited: true, at: 1_000 }),
      one("otto1 1", { at: 4_000 }),
    ]);
    assert.deepEqual(twice, []);
  });

  void it("heeds corrections and retractions of whoever said it alone, or of the room for its moderators", () => {
    const correct = '<replace xmlns="urn:xmpp:message-correct:0" id="a"/>';
    const archived = archivedRoom(
      at([
        said("a", "anna1 1"),
        said("b", "anna1 2"),
        bare("bridge", retract(0)),
        bare("bridge", `<body>anna1 3</body>${correct}`),
        `<message from="room@rooms.test" id="x">${retract(1)}</message>`,
      ]),
    );
    assert.deepEqual(archived.standing, [one("anna1 1"), one("anna1 3", { at: 3_000 })]);
    assert.deepEqual(archived.unheeded, ["anna1 1", "anna1 1"]);
  });

  void it("tells what came twice, also where it was taken back", () => {
    const again = [said("a", "anna1 1"), said("b", "anna1 1")];
    const { twice } = archivedRoom(
      at([...again, bare("anna1", '<retract xmlns="urn:xmpp:message-retract:1" id="s1"/>')]),
    );
    assert.deepEqual(twice, ["anna1 1"]);
  });
});

void it("what stands in a room can be asked for by its speaker", () => {
  const all = room([one("anna1 1"), one("otto1 1"), one("anna1 2")], ["anna1 1", "otto1 1"]);
  const both = { ...all, unheeded: ["anna1 2", "otto1 1"] };
  const ottos = { ...room([one("otto1 1")], ["otto1 1"]), unheeded: ["otto1 1"] };
  assert.deepEqual(
    saidBy(both, (speaker) => speaker === "otto1"),
    ottos,
  );
});

void describe("whether two rooms agree", () => {
  void it("is so where the same stands in both, in order", () => {
    const both = room([one("a"), one("b", { reactions: ["🎉"] })]);
    const { lost, doubled, misplaced, misdirected, said: count, forGood } = agreement(both, both);
    assert.deepEqual([lost, doubled, misplaced, misdirected, count, forGood], [[], [], [], [], 2, false]);
  });

  void it("is not so for good where something stands twice, or was changed by somebody else", () => {
    const source = room([one("a")]);
    assert.equal(agreement(source, room([])).forGood, false, "it may come yet");
    assert.equal(agreement(source, room([one("a")], ["a"])).forGood, true);
    const { misdirected, forGood } = agreement(source, { ...source, unheeded: ["a"] });
    assert.deepEqual([misdirected, forGood], [["a changed by somebody else"], true]);
  });

  void it("names what is lost, twice there, in disorder, still there, or with other reactions", () => {
    const source = room([one("a"), one("b"), one("c", { reactions: ["🎉"] }), one("d")]);
    const target = room([one("b"), one("a"), one("c"), one("old")], ["b"]);
    const { lost, doubled, misplaced, misdirected } = agreement(source, target);
    assert.deepEqual(lost, ["d"]);
    assert.deepEqual(doubled, ["b"]);
    assert.deepEqual(misplaced, ["a"]);
    assert.deepEqual(misdirected, ["old still there", "c with nothing for 🎉"]);
  });
});
