/** How a room puts out the gateway's listener (XEP-0045, sections 8 to 10), what status says of it, and how it comes back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Element } from "../../../../bridges/xmpp/xml.ts";
import { eventually } from "../../../support/harness-eventually.ts";
import { ids, isEntering, listener, presence, refused, room, said } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const nick = "mimi-gateway";
const out = (statuses: readonly number[], item = "affiliation='none' role='none'", more = "") =>
  presence(nick, listener, { type: "unavailable", statuses, more }).replace(
    "<item affiliation='none' role='participant'/>",
    `<item ${item}><actor nick='Olga'/><reason>tea is over</reason></item>`,
  );
const destroyed = (attributes: string) =>
  presence(nick, listener, {
    type: "unavailable",
    more: `<destroy ${attributes}><reason>we move</reason></destroy>`,
  });
const refusesEntering = (condition: string) => (stanza: Element) =>
  isEntering(stanza) ? refused(stanza, condition) : undefined;

const asking = (stanza: Element) =>
  stanza.getChild("query")?.getNS() === "http://jabber.org/protocol/disco#info";

/** Every way out by what the room says, and what status says then. */
const outs: readonly (readonly [name: string, stanza: string, fault: RegExp])[] = [
  ["kicked (307)", out([110, 307]), /: kicked, by Olga \(tea is over\)$/],
  ["kicked, said without 110", out([307]), /: kicked, by Olga/],
  ["banned (301)", out([110, 301], "affiliation='outcast' role='none'"), /: banned: lift the ban, by Olga/],
  ["a place among the members lost (321)", out([110, 321]), /: the gateway is no member any more: make/],
  ["the room for members only (322)", out([110, 322]), /: it is for members only now: make/],
  ["the service goes down (332)", out([110, 332]), /: its service is going down/],
  ["the service has lost us (333)", out([110, 333]), /: its service has lost the gateway/],
  ["lost, and called a kick (307 and 333)", out([110, 307, 333]), /: its service has lost the gateway/],
  ["without a word", presence(nick, listener, { type: "unavailable" }), /: removed$/],
];

for (const [name, stanza, fault] of outs)
  void test(`put out: ${name}`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    assert.equal(muc.account.fault(room), null);
    muc.write(stanza);
    await muc.settled();
    assert.match(muc.account.fault(room) ?? "", fault);
    await muc.ready(2);
    assert.equal(muc.account.fault(room), null, "it has come back by itself");
    assert.deepEqual(muc.asked(listener), [nick, nick]);
  });

void test("whatever an owner writes, and however much of it, status says it in one short line", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = refusesEntering("forbidden");
  const long = "tea\nis over ".repeat(10_000);
  const nicked = out([110, 307]).replace("tea is over", long).replace("Olga", "O".repeat(10_000));
  for (const stanza of [nicked, destroyed(`jid='${"c".repeat(10_000)}@muc.test'`).replace("we move", long)]) {
    muc.write(stanza);
    await muc.settled();
    const fault = muc.account.fault(room) ?? "";
    assert.match(fault, /put out of the room.*tea is over/);
    assert.ok(fault.length < 600 && !fault.includes("\n"), fault);
  }
});

void test("whoever is kept out tells status why each time that it tries to come back", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = refusesEntering("forbidden");
  muc.write(out([110, 301]));
  await eventually("the refusal", () =>
    /forbidden; the gateway is banned/.test(muc.account.fault(room) ?? ""),
  );
  muc.answer = () => undefined;
  await muc.ready(2);
  assert.equal(muc.account.fault(room), null);
});

void test("destroyed with an alternate: status names it, and the room is not made anew", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = (stanza) => (stanza.name === "iq" ? refused(stanza, "item-not-found") : undefined);
  const before = muc.sent.length;
  muc.write(destroyed("jid='coffee@muc.test'"));
  await eventually("asking for it", () => muc.sent.slice(before).some(asking));
  await muc.settled();
  assert.match(
    muc.account.fault(room) ?? "",
    /destroyed \(we move\); its people were sent to coffee@muc.test: link that/,
  );
  assert.deepEqual(muc.asked(listener), [nick], "nobody has asked to enter again");
});

void test("destroyed without an alternate, and made again by somebody: it is entered again", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.write(destroyed(""));
  await muc.settled();
  assert.match(muc.account.fault(room) ?? "", /it was destroyed \(we move\); unlink it$/);
  await muc.ready(2);
  assert.equal(muc.account.fault(room), null);
});

void test("renamed by the service (303), the listener stays, and leaves under its new nick", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.write(
    presence(nick, listener, {
      type: "unavailable",
      statuses: [303, 110],
      item: "affiliation='admin' role='moderator' nick='Gateway'",
    }),
    presence("Gateway", listener, { statuses: [110] }),
  );
  await muc.settled();
  assert.equal(muc.account.fault(room), null);
  await muc.account.leave(room, []);
  const leaving = await muc.find("leaving", (stanza) => stanza.attrs["type"] === "unavailable");
  assert.equal(leaving.attrs["to"], `${room}/Gateway`);
});

void test("somebody else who goes under whatever status does not put the gateway out", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.write(
    presence("Alice", listener),
    presence("Alice", listener, { type: "unavailable", statuses: [307] }),
    presence("Bob", listener, { type: "unavailable", statuses: [301] }),
  );
  await muc.settled();
  assert.equal(muc.account.fault(room), null);
});

void test("an error about the listener's presence does not put the gateway out once it is in", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  for (const condition of ["conflict", "not-acceptable", "forbidden"])
    muc.write(
      `<presence type='error' from='${room}/${nick}' to='${listener}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
    );
  muc.write(said("Alice", `<body>heard</body>${ids("S-1", "a")}`));
  await muc.settled();
  assert.equal(muc.account.fault(room), null);
  assert.deepEqual(muc.host.keys, [`${room} S-1`]);
});

void test("what is said while the listener is out is not heard, and what comes after is", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.write(out([110, 307]), said("Alice", `<body>unheard</body>${ids("S-1", "a")}`));
  await muc.settled();
  await muc.ready(2);
  muc.write(said("Alice", `<body>heard</body>${ids("S-2", "a")}`));
  await muc.settled();
  assert.deepEqual(muc.host.keys, [`${room} S-2`]);
});

void test("a connection that ends while the listener is out leads back in", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = refusesEntering("service-unavailable");
  muc.write(out([110, 332]));
  await eventually("the refusal", () => /service-unavailable/.test(muc.account.fault(room) ?? ""));
  muc.answer = () => undefined;
  muc.host.list = [room];
  await muc.dropped();
  await muc.ready(2);
  assert.equal(muc.account.fault(room), null);
});
