import assert from "node:assert/strict";
import { test } from "node:test";
import { xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { portalJid } from "../../../bridges/xmpp/portals.ts";
import { attribute, type Element } from "../../../bridges/xmpp/xml.ts";
import { listener, presence } from "../../support/muc-stanzas.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ScriptedMuc } from "../../support/scripted-muc.ts";

const OWNER = "http://jabber.org/protocol/muc#owner";
const settings = { portals: ["far"], portal_service: "muc.test" };
const portal = "mimi_far_=430123@muc.test";
const ask = (text: string) =>
  `<message type='chat' from='olga@home.test/phone' to='${listener}' id='q'><body>${text}</body></message>`;
const answers = (muc: ScriptedMuc) => muc.whispers.map((line) => line.replace("olga@home.test/phone: ", ""));
const owned = (stanza: Element) => stanza.getChild("query", OWNER) !== undefined;
const jid = (room: string) => portalJid({ account: "far", room }, "muc.test");
/** A room's form with the fields that servers have, and one that is nobody's business. */
const form = (stanza: Element, room: string) =>
  `<iq type='result' id='${attribute(stanza, "id") ?? ""}' from='${room}' to='${listener}'><query xmlns='${OWNER}'>` +
  "<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>" +
  "<field var='muc#roomconfig_roomname'><value/></field><field var='muc#roomconfig_persistentroom'><value>0</value></field>" +
  "<field var='muc#roomconfig_lang'><value>de</value></field></x></query></iq>";

/** With a room of another account that the core would link, and a service that makes rooms for whoever comes. */
async function withPortals(t: Parameters<typeof ScriptedMuc.open>[0], affiliation = "owner") {
  const muc = await ScriptedMuc.open(t, settings);
  const linked: string[] = [];
  muc.host.portal = async (other, make) => {
    const made = await make({ name: "The hall", topic: "cups", mark: null });
    linked.push(`${other.account}:${other.room} with ${made.room}, ${made.facts.name}, ${made.facts.topic}`);
    return made.room;
  };
  muc.answer = (stanza) => {
    const to = attribute(stanza, "to") ?? "";
    if (stanza.name === "presence" && attribute(stanza, "type") === undefined)
      return presence("mimi-gateway", listener, {
        statuses: affiliation === "owner" ? [110, 201] : [110],
        item: `affiliation='${affiliation}' role='moderator'`,
      }).replace(/from='[^']*'/, `from='${to}'`);
    return owned(stanza) && attribute(stanza, "type") === "get" ? form(stanza, to) : undefined;
  };
  return { muc, linked };
}

void test("whoever asks for a room of another account gets one here that is linked with it", async (t) => {
  const { muc, linked } = await withPortals(t);
  muc.write(ask("portal far:C0123"));
  const invited = await muc.find(
    "the invitation",
    (stanza) => stanza.getChild("x", "jabber:x:conference") !== undefined,
  );
  await muc.settled();
  assert.deepEqual(linked, [`far:C0123 with ${portal}, The hall, cups`]);
  assert.deepEqual(answers(muc), [`${portal} is linked with far:C0123. Come in: xmpp:${portal}?join`]);
  assert.equal(attribute(invited, "to"), "olga@home.test/phone");
  assert.equal(invited.getChild("x", "jabber:x:conference")?.attrs["jid"], portal);
  const submitted = muc.sent.find((stanza) => owned(stanza) && attribute(stanza, "type") === "set");
  const fields = submitted?.getChild("query", OWNER)?.getChild("x")?.getChildren("field") ?? [];
  assert.deepEqual(
    fields.map(
      (field) => `${attribute(field, "var")?.split("_").at(-1) ?? ""}: ${field.getChildText("value") ?? ""}`,
    ),
    [
      "TYPE: http://jabber.org/protocol/muc#roomconfig",
      "roomname: The hall",
      "persistentroom: 1",
      "lang: de",
    ],
  );
  const subject = muc.sent.find((stanza) => stanza.getChild("subject") !== undefined);
  assert.deepEqual([subject?.attrs["to"], subject?.getChildText("subject")], [portal, "cups"]);
});

void test("a room of that address that is somebody else's is left alone", async (t) => {
  const { muc, linked } = await withPortals(t, "none");
  muc.write(ask("portal far:C0123"));
  await muc.find("the answer", (stanza) => /somebody else's/.test(stanza.getChildText("body") ?? ""));
  assert.deepEqual(linked, []);
  assert.equal(muc.sent.some(owned), false);
  await muc.find("leaving", (stanza) => attribute(stanza, "type") === "unavailable");
});

void test("what is no room, or of an account that is not open, is answered and not made", async (t) => {
  const { muc, linked } = await withPortals(t);
  muc.host.command = ({ text }) => Promise.resolve(`the answer to ${text}`);
  const usage = "Write: portal ACCOUNT:ADDRESS";
  const said = [
    ["portal", usage],
    ["portal nonsense", usage],
    ["portal near:C1", "Rooms can be entered from here of: far"],
    ["portals", "the answer to portals"],
  ] as const;
  for (const [text, answer] of said) {
    const before = muc.sent.length;
    muc.write(ask(text));
    await eventually("the answer", () =>
      muc.sent.slice(before).some((one) => one.getChildText("body") === answer),
    );
  }
  assert.deepEqual(linked, []);
});

void test("help names portals where there are some", async (t) => {
  const { muc } = await withPortals(t);
  muc.host.command = ({ text }) => Promise.resolve(`the answer to ${text}`);
  muc.write(ask("help"));
  await muc.find("the answer", (stanza) => stanza.getChildText("body") !== null);
  assert.deepEqual(answers(muc), [
    "the answer to help\nportal ACCOUNT:ADDRESS: a room here for an open one elsewhere (far)",
  ]);
});

void test("every room has one portal, whatever its address is made of", () => {
  assert.equal(jid("lobby@rooms.test"), "mimi_far_lobby=40rooms.test@muc.test");
  const rooms = ["C1", "c1", "=431", "!a:b", "a b", "ä", "a_b"];
  assert.equal(new Set(rooms.map(jid)).size, rooms.length);
  for (const room of rooms) assert.match(jid(room), /^[a-z0-9._=-]+@muc\.test$/);
});

void test("portals need a service on which they are made", () => {
  const account = { service: "xmpp://127.0.0.1:5347", domain: "gw.test", secret: "secret", portals: ["far"] };
  const { error } = xmppConfigSchema.safeParse(account);
  assert.deepEqual(
    error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`),
    ["portal_service is needed for portals"],
  );
  assert.equal(xmppConfigSchema.safeParse({ ...account, portal_service: "muc.test" }).success, true);
});
