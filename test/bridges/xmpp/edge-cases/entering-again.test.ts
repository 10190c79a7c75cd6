/** A room that is lost again while it is being entered again: one way in counts, the last one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, type Element } from "../../../../bridges/xmpp/xml.ts";
import type { ArchiveMark } from "../../../../core/ids.ts";
import { eventually } from "../../../support/harness-eventually.ts";
import { heardLog } from "../../../support/heard-log.ts";
import { ids, listener, presence, refused, room, said } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const isTopic = (stanza: Element) => stanza.name === "message" && stanza.getChild("subject") !== undefined;
const isReading = (stanza: Element) => stanza.getChild("query")?.getNS() === "urn:xmpp:mam:2";
const readIn = (muc: ScriptedMuc) => muc.sent.filter(isReading);
const nothingMissed = (stanza: Element) =>
  `<iq type='result' id='${attribute(stanza, "id") ?? ""}' from='${room}' to='${listener}'>` +
  "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'/></fin></iq>";

void test("several messages that come back at once lead in once", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  const before = readIn(muc).length;
  muc.answer = (stanza) => {
    if (isReading(stanza)) return "";
    return isTopic(stanza) ? refused(stanza, "not-acceptable").repeat(2) : undefined;
  };
  await assert.rejects(muc.setTopic("cups"));
  await muc.settled();
  await eventually("the archive to be asked", () => readIn(muc).length > before);
  muc.answer = () => undefined;
  for (const stanza of readIn(muc)) muc.write(nothingMissed(stanza));
  await muc.ready(2);
  await muc.settled();
  assert.deepEqual([muc.asked(listener).length, readIn(muc).length - before], [2, 1]);
  assert.equal(muc.account.fault(room), null);
});

void test("put out while the archive is read: the room is not live until it is entered again", async (t) => {
  const muc = await ScriptedMuc.open(t);
  muc.answer = (stanza) => (isReading(stanza) ? "" : undefined);
  muc.account.join(room, "S-0" as ArchiveMark);
  const first = await muc.find("the archive to be asked", isReading);
  muc.write(presence("mimi-gateway", listener, { type: "unavailable", statuses: [110, 307] }));
  await muc.settled();
  muc.write(nothingMissed(first));
  await muc.settled();
  assert.match(muc.account.fault(room) ?? "", /kicked/);
  assert.deepEqual(muc.host.readied, [], "the way in that was cut off leads nowhere");
  const second = await eventually("the archive to be asked again", () => readIn(muc)[1]);
  muc.write(said("Alice", `<body>heard</body>${ids("S-1", "a")}`), nothingMissed(second));
  await muc.ready(1);
  assert.equal(muc.account.fault(room), null);
  assert.deepEqual(muc.host.keys, [`${room} S-1`]);
});

void test("a subject that was heard on a way in that failed, or while the room was out, is not lost", async (t) => {
  const muc = await ScriptedMuc.open(t);
  muc.answer = (stanza) => (isReading(stanza) ? "" : undefined);
  muc.account.join(room, "S-0" as ArchiveMark);
  const first = await muc.find("the archive to be asked", isReading);
  muc.write(said("Alice", "<subject>cups</subject>"), refused(first, "internal-server-error", "wait"));
  await eventually("the way in to fail", () => muc.account.fault(room));
  muc.write(said("Alice", "<subject>saucers</subject>"));
  await muc.settled();
  assert.deepEqual(muc.host.raws, [], "nothing is handed over before the room is live");
  const second = await eventually("the archive to be asked again", () => readIn(muc)[1]);
  muc.write(nothingMissed(second));
  await muc.ready(1);
  await muc.settled();
  const heard = await heardLog(muc.account, room, muc.host.raws);
  const topics = heard.filter((line) => line.includes("topic"));
  assert.deepEqual(topics, ["Alice sets the topic: saucers"]);
});
