import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { type GroupMessage, readGroupMessage } from "../../../deploy/clients/xmpp-messages.ts";
import { readMessage } from "../../../deploy/demo/reading.ts";
import {
  body,
  correction,
  file,
  inThread,
  mention,
  place,
  reactions,
  reply,
  retraction,
  spoiler,
  strong,
  typing,
} from "../../../deploy/demo/stanzas.ts";

const ROOM = "tea@rooms.test";

/** A message as the room hands it out. */
function message(nick: string, id: string, ...children: Element[]): GroupMessage {
  const stanzaId = xml("stanza-id", { xmlns: "urn:xmpp:sid:0", by: ROOM, id: `stanza-${id}` });
  return readGroupMessage(xml("message", { from: `${ROOM}/${nick}`, id }, ...children, stanzaId));
}

const earlier = message("anna", "1", body("A text that is long enough to be cut"));

/** What is read, after the earlier message. */
const read = (...children: Element[]): string | null => {
  const one = message("ben", "2", ...children);
  return readMessage(one, [earlier, one]);
};

void describe("what the demo reads in a message", () => {
  void it("is its text, and what stands beside it", () => {
    const cases: readonly (readonly [readonly Element[], string])[] = [
      [[body("one\ntwo")], "ben: one ⏎ two"],
      [[body("/me waves")], "* ben waves"],
      [strong("strong words", 6), "ben: strong words (strong: 0 to 6)"],
      [spoiler("a hint", "the end"), "ben: the end (hidden: a hint)"],
      [place("1.5", "2.5"), "ben: geo:1.5,2.5 (1.5 N, 2.5 E)"],
      [file("https://files.test/a/b/cup.svg"), "ben: file cup.svg at files.test"],
    ];
    for (const [elements, line] of cases) assert.equal(read(...elements), line);
  });

  void it("is what it refers to, by the ids of this room", () => {
    assert.equal(read(...correction(earlier, "better")), "ben: better (was: A text that …)");
    assert.equal(read(...retraction(earlier)), "ben takes back: A text that …");
    assert.equal(read(...reactions(earlier, "👍", "🎉")), "ben: 👍 🎉 (on: A text that …)");
    assert.equal(read(...reactions(earlier)), "ben: no reaction (on: A text that …)");
    assert.equal(read(...reply(earlier, `${ROOM}/anna`, "yes")), "ben: yes (to: A text that …)");
  });

  void it("says where it refers to nothing", () => {
    const unknown = { id: "of another room", stanzaId: "of another room" };
    assert.equal(read(...correction(unknown, "better")), "ben: better (was: nothing in this room)");
    assert.equal(read(...retraction(null)), "ben takes back: nothing in this room");
  });

  void it("leaves out the quotation for clients that know no replies, and no other text", () => {
    const fallback = xml(
      "fallback",
      { xmlns: "urn:xmpp:fallback:0", for: "urn:xmpp:reply:0" },
      xml("body", { start: "0", end: "5" }),
    );
    const line = read(...reply(earlier, `${ROOM}/anna`, "> 🍵🍵\n> 🍵🍵\nyes"), fallback);
    assert.equal(line, "ben: > 🍵🍵 ⏎ yes (to: A text that …)");
  });

  void it("tells a mention in this room from one of another", () => {
    assert.equal(read(...mention(ROOM, "🍵na", ", look")), "ben: 🍵na, look (“🍵na” is 🍵na)");
    assert.equal(
      read(...mention("other@rooms.test", "anna", ", look")),
      "ben: anna, look (“anna” is other@rooms.test/anna)",
    );
  });

  void it("tells which thread it is in", () => {
    const first = message("ben", "2", ...inThread("t", "Who?"));
    const second = message("ben", "3", ...inThread("t", "Me"));
    const other = message("ben", "4", ...inThread("u", "Else"));
    const room = [earlier, first, second, other];
    assert.deepEqual(
      [first, second, other].map((one) => readMessage(one, room)),
      ["ben: Who? (thread: new)", "ben: Me (thread: Who?)", "ben: Else (thread: new)"],
    );
  });

  void it("is a signal or the topic where there is no text, and else nothing", () => {
    assert.equal(read(typing("composing")), "ben is typing");
    assert.equal(read(typing("paused")), "ben types no longer");
    assert.equal(read(xml("subject", {}, "tea")), "the topic is: tea");
    assert.equal(read(xml("x", { xmlns: "http://jabber.org/protocol/muc#user" })), null);
  });
});
