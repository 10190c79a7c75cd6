/** How a room answers the gateway's listener that wants to come in (XEP-0045, section 7.2), and what comes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asGatewayError } from "../../../../core/errors.ts";
import type { Element } from "../../../../bridges/xmpp/xml.ts";
import { isEntering, listener, presence, refused, room, said } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const nick = "mimi-gateway";
const greeting = (subject: string) => said("", `<subject>${subject}</subject>`);
const self = (statuses: readonly number[], called = nick) => presence(called, listener, { statuses });

const isDestroying = (stanza: Element) => stanza.getChild("query")?.getChild("destroy") !== undefined;

/** Every way in, by what the room says to the listener's first presence. */
const ins: readonly {
  readonly name: string;
  readonly answer: string;
  readonly topic: string;
  readonly as?: string;
}[] = [
  { name: "nobody else there", answer: self([110]) + greeting("cups"), topic: "cups" },
  {
    name: "the occupants come before one's own presence, and the history before the subject",
    answer:
      presence("Alice", listener) +
      presence("Bob", listener, { item: "affiliation='owner' role='moderator'" }) +
      self([110]) +
      said("Alice", "<body>long ago</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>") +
      greeting("saucers"),
    topic: "saucers",
  },
  {
    name: "a room that is not anonymous (100), and logged (170)",
    answer: self([100, 110, 170]) + greeting(""),
    topic: "",
  },
  {
    name: "the service has changed the nick (210)",
    answer: self([110, 210], "Gateway") + greeting(""),
    topic: "",
    as: "Gateway",
  },
  {
    name: "the service says 210 alone before the presence that is ours (110)",
    answer: presence("Gateway", listener, { statuses: [210] }) + self([110, 210], "Gateway") + greeting(""),
    topic: "",
    as: "Gateway",
  },
  {
    name: "the subject was set by an occupant",
    answer: self([110]) + said("Alice", "<subject>hers</subject>"),
    topic: "hers",
  },
  {
    name: "a subject of several lines is one",
    answer: self([110]) + greeting("first&#10;second &amp; last"),
    topic: "first\nsecond & last",
  },
  {
    name: "a message that has a subject and a body is no subject of the room",
    answer: self([110]) + said("Alice", "<subject>mine</subject><body>hi</body>") + greeting("the room's"),
    topic: "the room's",
  },
];

for (const { name, answer, topic, as } of ins)
  void test(`in: ${name}`, async (t) => {
    const muc = await ScriptedMuc.open(t);
    muc.answer = (stanza) => (isEntering(stanza) ? answer : undefined);
    const facts = await muc.account.inspect(room);
    assert.deepEqual([facts.name, facts.topic], ["Tea", topic]);
    muc.account.join(room, null);
    await muc.ready(1);
    await muc.account.leave(room, []);
    const leaves = await muc.find("leaving", (stanza) => stanza.attrs["type"] === "unavailable");
    assert.equal(leaves.attrs["to"], `${room}/${as ?? nick}`);
    assert.deepEqual(muc.asked(listener), [nick], "it is entered once");
  });

/** Every refusal, by its condition, and what whoever links the room is told. */
const outs: readonly (readonly [condition: string, type: string, told: RegExp, tries: number])[] = [
  ["forbidden", "auth", /banned/, 1],
  ["registration-required", "auth", /members only/, 1],
  ["not-authorized", "auth", /password/, 1],
  ["service-unavailable", "wait", /full/, 1],
  ["item-not-found", "cancel", /no such room/, 1],
  ["not-allowed", "cancel", /not be made|no such room/, 1],
  ["gone", "cancel", /destroyed/, 1],
  ["not-acceptable", "cancel", /nick/, 1],
  ["jid-malformed", "modify", /nick/, 1],
  ["conflict", "cancel", /every nick .* is taken/, 5],
  ["remote-server-not-found", "cancel", /can't be found/, 1],
  ["remote-server-timeout", "wait", /does not answer/, 1],
  ["resource-constraint", "wait", /too much|wait/, 1],
  ["internal-server-error", "cancel", /internal-server-error/, 1],
];

for (const [condition, type, told, tries] of outs)
  void test(`out: ${condition}`, async (t) => {
    const muc = await ScriptedMuc.open(t);
    muc.answer = (stanza) => (isEntering(stanza) ? refused(stanza, condition, type) : undefined);
    const thrown = await muc.account.inspect(room).then(
      () => null,
      (error: unknown) => asGatewayError(error),
    );
    assert.equal(thrown?.code, "room_unreachable");
    assert.match(thrown.detail, new RegExp(`can't be entered: ${condition}`));
    assert.match(thrown.detail, told);
    assert.equal(muc.asked(listener).length, tries);
  });

void test("a refusal without a condition is one, and says so", async (t) => {
  const muc = await ScriptedMuc.open(t);
  const bare = `<presence type='error' from='${room}/${nick}' to='${listener}'/>`;
  muc.answer = (stanza) => (isEntering(stanza) ? bare : undefined);
  await assert.rejects(muc.account.inspect(room), /can't be entered: undefined-condition/);
});

void test("a nick that is taken gives way to the next one, with the account's name behind it", async (t) => {
  const muc = await ScriptedMuc.open(t);
  const isFirst = (stanza: Element) => isEntering(stanza) && stanza.attrs["to"] === `${room}/${nick}`;
  muc.answer = (stanza) => (isFirst(stanza) ? refused(stanza, "conflict") : undefined);
  await muc.account.inspect(room);
  assert.deepEqual(muc.asked(listener), [nick, `${nick} (xmpp)`]);
});

void test("a room that came into being only because the gateway entered it (201) is taken back", async (t) => {
  const muc = await ScriptedMuc.open(t);
  muc.answer = (stanza) => (isEntering(stanza) ? self([110, 201]) + greeting("") : undefined);
  await assert.rejects(muc.account.inspect(room), /there is no such room/);
  assert.equal(muc.sent.filter(isDestroying).length, 1);
});

void test("a room that says nothing of itself is entered, and nothing is taken for granted in it", async (t) => {
  const muc = await ScriptedMuc.open(t);
  muc.answer = (stanza) => (stanza.name === "iq" ? refused(stanza, "feature-not-implemented") : undefined);
  const facts = await muc.account.inspect(room);
  assert.deepEqual(facts, { name: "", topic: "", mark: null, warnings: [] });
});

void test("a room without a subject's message is entered after a while", async (t) => {
  const muc = await ScriptedMuc.open(t);
  muc.subject = null;
  assert.equal((await muc.account.inspect(room)).topic, "");
});

void test("a refusal of something else does not end the entering", async (t) => {
  const muc = await ScriptedMuc.open(t);
  const other = `<presence type='error' from='other@muc.test/x' to='${listener}'><error type='cancel'/></presence>`;
  muc.answer = (stanza) => (isEntering(stanza) ? other + self([110]) + greeting("tea") : undefined);
  assert.equal((await muc.account.inspect(room)).topic, "tea");
});

/** Who may change the subject, by what servers say: the room's kind, and what the listener is there. */
const subjects: readonly (readonly [field: string, value: string, role: string, topic: string])[] = [
  ["muc#roominfo_subjectmod", "1", "participant", "full"],
  ["muc#roominfo_changesubject", "true", "participant", "full"],
  ["muc#roomconfig_changesubject", "1", "participant", "full"],
  ["muc#roomconfig_changesubject", "", "participant", "none"],
  ["muc#roomconfig_changesubject", "0", "moderator", "full"],
];

for (const [field, value, role, topic] of subjects)
  void test(`the topic may be set: ${field} is "${value}", for a ${role}: ${topic}`, async (t) => {
    const standing = `affiliation='none' role='${role}'`;
    const muc = await ScriptedMuc.entered(t, { fields: { [field]: value }, standing });
    assert.equal(muc.account.capabilities(room).topic, topic);
  });
