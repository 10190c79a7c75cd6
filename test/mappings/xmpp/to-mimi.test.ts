import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Mark } from "../../../mappings/markup/flat.ts";
import { LONGEST_MARKED_UP } from "../../../mappings/xmpp/text-read.ts";
import { referencesOf } from "../../../mappings/xmpp/references.ts";
import { codes, fromAl, inbound, paragraph, read, readBodyOf, readOne, ROOM, text, xml } from "./room.ts";

const xhtml = (inner: string): string =>
  `<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>${inner}</body></html>`;

const replace = (id: string): string =>
  `<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;

void describe("what a stanza means", () => {
  void it("trusts XHTML-IM only where its words are those of the body", () => {
    const same = `<body>a b</body>${xhtml("<p>a <strong>b</strong></p>")}`;
    assert.deepEqual(readBodyOf("text", same).text.blocks, [paragraph(text("a "), text("b", Mark.bold))]);
    const other = `<body>a *b*</body>${xhtml("<p>something else</p>")}`;
    assert.deepEqual(readBodyOf("text", other).text.blocks, [paragraph(text("a "), text("b", Mark.bold))]);
  });

  void it("takes a message's ids and author only from who may give them", () => {
    const stanza = fromAl("<body>a</body>", "id='own'");
    assert.equal(readOne("message", stanza).native, "S-NEW");
    const unvouched = { vouched: { stanzaId: false, occupantId: false }, occupant: () => null };
    const event = readOne("message", stanza, unvouched);
    assert.deepEqual([event.native, event.sender.native], ["id:own", `${ROOM}/nick:Al`]);
    const foreign = xml(
      `<message type='groupchat' from='${ROOM}/Al' id='own'><body>a</body><stanza-id xmlns='urn:xmpp:sid:0' by='else@where.example' id='F'/></message>`,
    );
    assert.equal(readOne("message", foreign).native, "id:own");
  });

  void it("finds no message where nothing can be seen", () => {
    for (const body of ["", " \n ", "\u200b\ufe0f", "\u2060"])
      assert.deepEqual(read(`<body>${body}</body>`).events, []);
    for (const children of [
      "<active xmlns='urn:other'/>",
      "<retracted xmlns='urn:xmpp:message-retract:1' id='x'/><body>gone</body>",
      "<body>all</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reactions:0'/>",
    ])
      assert.deepEqual(read(children).events, []);
  });

  void it("ignores errors, other rooms and its own presence", () => {
    const error = xml(`<message type='error' from='${ROOM}/Al'><body>a</body></message>`);
    assert.deepEqual(read(error), { events: [], losses: [] });
    const elsewhere = xml("<message type='groupchat' from='x@muc.example/Al'><body>a</body></message>");
    assert.deepEqual([read(elsewhere).events, codes(read(elsewhere))], [[], ["event_unreadable"]]);
    const self = xml(
      `<presence from='${ROOM}/Al'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>`,
    );
    assert.deepEqual(read(self).events, []);
  });

  void it("reads nothing but characters in a body beyond the limit", () => {
    const stanza = `<body>${"*a* ".repeat(LONGEST_MARKED_UP / 4 + 1)}</body>`;
    assert.deepEqual(codes(read(stanza)), ["markup_unread"]);
    assert.equal(readBodyOf("text", stanza).text.blocks.length, 1);
  });

  void it("resolves a correction of a correction, and the id of the room", () => {
    const root = inbound.message("S-AL")?.root;
    assert.ok(root !== undefined);
    for (const id of ["o-al", "S-AL"]) assert.equal(readOne("message", replace(id)).message.replaces, root);
  });

  void it("keeps a quotation that is no reply's", () => {
    assert.deepEqual(readBodyOf("text", "<body>&gt; a\nb</body>").text.blocks, [
      { ...paragraph(text("a")), quote: 1 },
      paragraph(text("b")),
    ]);
  });

  void it("keeps the body where a fallback is for something unknown", () => {
    const stanza = "<body>words</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:strange'/>";
    assert.deepEqual(readBodyOf("text", stanza).text.blocks, [paragraph(text("words"))]);
  });
});

void describe("what a stanza refers to", () => {
  const table: readonly (readonly [string, readonly (readonly ["origin" | "stanza", string])[]])[] = [
    ["<body>a</body>", []],
    ["<replace xmlns='urn:xmpp:message-correct:0' id='a'/>", [["origin", "a"]]],
    ["<reply xmlns='urn:xmpp:reply:0' id='b'/>", [["stanza", "b"]]],
    ["<reactions xmlns='urn:xmpp:reactions:0' id='c'/>", [["stanza", "c"]]],
    ["<retract xmlns='urn:xmpp:message-retract:1' id='d'/>", [["stanza", "d"]]],
    [
      "<apply-to xmlns='urn:xmpp:fasten:0' id='e'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>",
      [["origin", "e"]],
    ],
    ["<displayed xmlns='urn:xmpp:chat-markers:0' id='f'/>", [["stanza", "f"]]],
  ];
  for (const [children, expected] of table)
    void it(children, () => {
      assert.deepEqual(
        referencesOf(fromAl(children)),
        expected.map(([kind, id]) => ({ kind, id })),
      );
    });
});
