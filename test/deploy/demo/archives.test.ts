import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { archivedLines, compareArchives } from "../../../deploy/demo/archives.ts";

const copy = '<copy xmlns="urn:mimi-gateway:mark:0" gateway="g" event="e"/>';
const stanza = (nick: string, text: string, mark = "") => ({
  stanzaId: text,
  when: 0,
  stanza: `<message from="a@rooms.test/${nick}" type="groupchat"><body>${text}</body>${mark}</message>`,
});
const said = (...texts: string[]) => ({
  room: "a",
  lines: texts.map((text) => ({ nick: "anna", text, copy: false })),
});
const copied = (...texts: string[]) => ({
  room: "b",
  lines: texts.map((text) => ({ nick: "anna", text, copy: true })),
});

void describe("the demo's look into the archives", () => {
  void it("tells what people said from copies and from lines of the gateway", () => {
    const notice = '<copy xmlns="urn:mimi-gateway:mark:0" gateway="g"/>';
    const subject = {
      stanzaId: "s",
      when: 0,
      stanza: '<message from="a@rooms.test/x"><subject>t</subject></message>',
    };
    assert.deepEqual(
      archivedLines([
        stanza("anna", "1 &lt; 2"),
        stanza("ben", "two", copy),
        stanza("gw", "linked", notice),
        subject,
      ]),
      [
        { nick: "anna", text: "1 < 2", copy: false },
        { nick: "ben", text: "two", copy: true },
      ],
    );
  });

  void it("is content with every line once and in order", () => {
    assert.deepEqual(compareArchives(said("1", "2", "2"), copied("1", "2", "2")), []);
    assert.deepEqual(
      compareArchives({ room: "a", lines: [...said("1").lines, ...copied("x").lines] }, copied("1")),
      [],
    );
  });

  void it("names what is missing, what is too much and what is not in its place", () => {
    assert.deepEqual(compareArchives(said("1", "2"), copied("2")), ["missing in b: <anna> 1"]);
    assert.deepEqual(compareArchives(said("1"), copied("1", "1")), [
      "2 times in b and 1 times in a: <anna> 1",
    ]);
    assert.deepEqual(compareArchives(said(), copied("1")), ["1 times in b and 0 times in a: <anna> 1"]);
    assert.deepEqual(compareArchives(said("1", "2"), copied("2", "1")), ["not in its place in b: <anna> 1"]);
  });
});
