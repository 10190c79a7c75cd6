import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { inboundContext, nobody, type People } from "../../../bridges/xmpp/inbound-context.ts";
import { rawMessage } from "../../../bridges/xmpp/kept-stanza.ts";
import { Occupants } from "../../../bridges/xmpp/occupants.ts";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import type { KnownInRoom, Lookups } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const room = "lobby@rooms.example" as NativeRoom;

const presence = (nick: string, more = "", { type = "", id = "" } = {}) =>
  parseXml(
    `<presence from="${room}/${nick}"${type === "" ? "" : ` type="${type}"`}>` +
      `<x xmlns="http://jabber.org/protocol/muc#user"><item role="participant"/>${more}</x>` +
      `${id === "" ? "" : `<occupant-id xmlns="urn:xmpp:occupant-id:0" id="${id}"/>`}</presence>`,
  );

void describe("the occupants of a room", () => {
  let occupants: Occupants;
  let vouched = true;
  beforeEach(() => {
    vouched = true;
    occupants = new Occupants(() => vouched);
  });

  void it("go by the nick that stays, where somebody is in under two", () => {
    occupants.presence(presence("Al-phone", "", { id: "al" }), 100);
    occupants.presence(presence("Al", "", { id: "al" }), 200);
    occupants.presence(presence("Al-phone", "", { id: "al", type: "unavailable" }), 300);
    assert.equal(occupants.nickOf("al"), "Al");
    occupants.presence(presence("Al", "", { id: "al", type: "unavailable" }), 400);
    assert.equal(occupants.nickOf("al"), "Al", "for what he said before");
  });

  void it("stay from their first presence on, through later ones and changes of nick", () => {
    occupants.presence(presence("anna"), 100);
    occupants.presence(presence("anna"), 200);
    assert.equal(occupants.since("anna"), 100);
    const renamed = parseXml(
      `<presence from="${room}/anna" type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user">` +
        `<item nick="Anna M."/><status code="303"/></x></presence>`,
    );
    occupants.presence(renamed, 300);
    occupants.presence(presence("Anna M."), 300);
    assert.deepEqual([occupants.since("anna"), occupants.since("Anna M.")], [null, 100]);
  });

  void it("begin anew when they come back, or when we do", () => {
    occupants.presence(presence("anna"), 100);
    occupants.presence(presence("anna", "", { type: "unavailable" }), 200);
    assert.equal(occupants.since("anna"), null);
    occupants.presence(presence("anna"), 300);
    assert.equal(occupants.since("anna"), 300);
    occupants.clear();
    assert.equal(occupants.since("anna"), null);
  });

  void it("are told apart by their occupant-ids, whatever they are called", () => {
    occupants.presence(presence("anna", "", { id: "occ-1" }), 100);
    occupants.presence(presence("anna", "", { id: "occ-2" }), 200);
    assert.equal(occupants.identity("anna"), "occ-2");
    assert.equal(occupants.since("anna"), 200, "somebody else, who begins a stay of his own");
    occupants.presence(presence("ben"), 300);
    assert.equal(occupants.identity("ben"), "nick:ben");
    assert.equal(occupants.identity("carla"), null);
    assert.equal(occupants.nickOf("occ-2"), "anna");
  });

  void it("are known by the ids of those who came before the room said that it gives them", () => {
    vouched = false;
    occupants.presence(presence("anna", "", { id: "occ-1" }), 100);
    assert.equal(occupants.identity("anna"), "nick:anna");
    vouched = true;
    assert.equal(occupants.identity("anna"), "occ-1");
    assert.equal(occupants.nickOf("occ-1"), "anna");
    assert.equal(occupants.wearer("occ-1")?.nick, "anna");
  });

  void it("give themselves no id, where the room gives none", () => {
    vouched = false;
    occupants.presence(presence("anna"), 100);
    for (const id of ["nick:anna", "occ-1"]) {
      occupants.presence(presence("mallory", "", { id }), 200);
      assert.equal(occupants.identity("mallory"), "nick:mallory");
      assert.equal(occupants.since("mallory"), 200);
      assert.equal(occupants.nickOf(id), null);
    }
    assert.equal(occupants.wearer("nick:anna")?.nick, "anna");
    assert.equal(occupants.wearer("occ-1"), null);
  });

  void it("are not made of errors or of the room's own presence", () => {
    occupants.presence(presence("anna", "", { type: "error" }), 100);
    occupants.presence(parseXml(`<presence from="${room}"/>`), 100);
    assert.equal(occupants.identity("anna"), null);
    assert.equal(occupants.identity(""), null);
  });
});

void describe("who may correct a message", () => {
  const known: KnownInRoom = {
    called: { by: "aux", name: "m1" },
    event: "01".repeat(32) as EventId,
    isReaction: false,
    aux: null,
    root: "01".repeat(32) as EventId,
    version: "01".repeat(32) as EventId,
    thread: new Uint8Array(),
    replyTo: null,
    author: `${room}/nick:anna`,
    pollOptions: null,
    at: 500,
    deleted: false,
  };
  const correction = (nick: string, since: number | null, occupantId = "") => {
    const id = occupantId === "" ? "" : `<occupant-id xmlns="urn:xmpp:occupant-id:0" id="${occupantId}"/>`;
    const stanza = parseXml(
      `<message type="groupchat" id="m2" from="${room}/${nick}"><body>x</body>${id}` +
        `<replace xmlns="urn:xmpp:message-correct:0" id="m1"/></message>`,
    );
    const vouched = { stanzaId: true, occupantId: occupantId !== "" };
    return parseXml(rawMessage(room, stanza, { id: "s2", at: 900, since }, vouched).raw);
  };
  async function mayCorrect(of: KnownInRoom, nick: string, since: number | null, occupantId = "") {
    const lookups: Lookups = { ...unknowing, messages: () => Promise.resolve([of]) };
    const people: People = { ...nobody };
    const stanza = correction(nick, since, occupantId);
    const context = await inboundContext(room, stanza, people, lookups);
    const native = `${room}/${occupantId || `nick:${nick}`}`;
    const found = context.messageByOrigin("m1", native);
    return found !== null && context.sameAuthor(found, { native, name: nick });
  }

  void it("by nick alone: only who has been there ever since", async () => {
    assert.equal(await mayCorrect(known, "anna", 400), true);
    assert.equal(await mayCorrect(known, "anna", 600), false, "somebody who came later under the same nick");
    assert.equal(
      await mayCorrect(known, "anna", null),
      false,
      "nobody can say, as of what is read from the archive",
    );
    assert.equal(await mayCorrect(known, "ben", 400), false);
  });

  void it("by occupant-id: the same occupant, wherever he was meanwhile", async () => {
    const vouched = { ...known, author: `${room}/occ-1` };
    assert.equal(await mayCorrect(vouched, "anna", null, "occ-1"), true);
    assert.equal(await mayCorrect(vouched, "anna", null, "occ-2"), false);
  });

  void it("finds the mention of a ghost to be one of the remote user", async () => {
    const ghost = { uri: "mimi://other.example/u/x" as UserUri, name: "Remote" };
    const people: People = { ...nobody, ghost: (nick) => (nick === "Remote" ? ghost : null) };
    const context = await inboundContext(room, correction("anna", null), people, unknowing);
    const occupant = context.occupant("Remote");
    assert.ok(occupant);
    assert.deepEqual(context.user(occupant.native), ghost);
  });
});
