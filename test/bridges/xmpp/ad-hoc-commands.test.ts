/** The gateway's words as commands with forms (XEP-0050), asked for over a real stream. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, type Element, xml } from "../../../bridges/xmpp/xml.ts";
import { offeredWords } from "../../../core/commands/room-commands.ts";
import { listener, room } from "../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../support/scripted-muc.ts";

const COMMANDS = "http://jabber.org/protocol/commands";
const ITEMS = "http://jabber.org/protocol/disco#items";
const INFO = "http://jabber.org/protocol/disco#info";
const FORM = "jabber:x:data";
const bridge = "bridge@gw.test";

/** Sends a question and resolves with the answer. `said`: what the core was told, and by whom. */
async function asker(t: Parameters<typeof ScriptedMuc.open>[0]) {
  const muc = await ScriptedMuc.entered(t);
  const said: string[] = [];
  muc.host.command = ({ from, text }) => {
    said.push(`${from.native}: ${text}`);
    return Promise.resolve(`the answer to ${text}`);
  };
  let number = 0;
  const ask = async (type: "get" | "set", question: Element, to = bridge, from = "olga@home.test/phone") => {
    const id = `ask-${(number += 1)}`;
    muc.write(xml("iq", { type, id, from, to }, question).toString());
    return muc.find("an answer", (stanza) => attribute(stanza, "id") === id);
  };
  return { ask, said };
}

const execute = (
  node: string,
  more: Readonly<Record<string, string>> = {},
  fields?: Readonly<Record<string, string>>,
) =>
  xml(
    "command",
    { xmlns: COMMANDS, node, ...more },
    fields &&
      xml(
        "x",
        { xmlns: FORM, type: "submit" },
        ...Object.entries(fields).map(([name, value]) =>
          xml("field", { var: name }, xml("value", {}, value)),
        ),
      ),
  );
const commandIn = (answer: Element): Element => {
  const command = answer.getChild("command", COMMANDS);
  assert.ok(command, answer.toString());
  return command;
};
const noteIn = (answer: Element) => commandIn(answer).getChildText("note");

void test("every word is there to be found, and says what it does", async (t) => {
  const { ask } = await asker(t);
  for (const to of [bridge, listener, "gw.test"]) {
    const info = await ask("get", xml("query", { xmlns: INFO }), to);
    const features = info.getChild("query", INFO)?.getChildren("feature") ?? [];
    assert.ok(
      features.some((feature) => attribute(feature, "var") === COMMANDS),
      to,
    );
    const items = await ask("get", xml("query", { xmlns: ITEMS, node: COMMANDS }), to);
    assert.deepEqual(
      items
        .getChild("query", ITEMS)
        ?.getChildren("item")
        .map((item) => attribute(item, "node")),
      [...offeredWords.map(({ name }) => name), "help"],
    );
  }
  const word = await ask("get", xml("query", { xmlns: INFO, node: "unlink" }));
  const identity = word.getChild("query", INFO)?.getChild("identity");
  assert.deepEqual(
    [attribute(identity ?? word, "category"), attribute(identity ?? word, "type")],
    ["automation", "command-node"],
  );
  const ofGhost = await ask("get", xml("query", { xmlns: INFO }), "ann_a.test@gw.test/gateway");
  assert.doesNotMatch(ofGhost.toString(), /protocol\/commands/);
});

void test("a word asks for what it needs, and is then said as in a message", async (t) => {
  const { ask, said } = await asker(t);
  const asked = commandIn(await ask("set", execute("redeem", { action: "execute" })));
  assert.equal(attribute(asked, "status"), "executing");
  const fields = asked.getChild("x", FORM)?.getChildren("field") ?? [];
  assert.deepEqual(
    fields.map((field) => `${attribute(field, "var") ?? ""} ${attribute(field, "type") ?? ""}`),
    ["code text-single", "room jid-single"],
  );
  const session = { sessionid: attribute(asked, "sessionid") ?? "", action: "complete" };
  const done = await ask("set", execute("redeem", session, { room, code: " mtp1:x more" }));
  assert.equal(attribute(commandIn(done), "status"), "completed");
  assert.equal(noteIn(done), `the answer to redeem mtp1:x ${room}`);
  assert.deepEqual(said, [`olga@home.test: redeem mtp1:x ${room}`]);
});

void test("an option is said where it was chosen", async (t) => {
  const { ask, said } = await asker(t);
  await ask("set", execute("resume", {}, { room, option: "true" }));
  await ask("set", execute("resume", {}, { room, option: "0" }));
  assert.deepEqual(said, [`olga@home.test: resume ${room} --drop`, `olga@home.test: resume ${room}`]);
});

void test("help needs no form, and what is called off does nothing", async (t) => {
  const { ask, said } = await asker(t);
  assert.match(noteIn(await ask("set", execute("help"))) ?? "", /^the answer to help/);
  const canceled = await ask("set", execute("unlink", { action: "cancel" }));
  assert.equal(attribute(commandIn(canceled), "status"), "canceled");
  assert.deepEqual(said, ["olga@home.test: help"]);
});

void test("an unknown command is refused, and so is whoever asks through a room", async (t) => {
  const { ask, said } = await asker(t);
  const unknown = await ask("set", execute("dance"));
  assert.ok(unknown.getChild("error")?.getChild("item-not-found"));
  const through = await ask("set", execute("unlink", {}, { room }), listener, `${room}/Alice`);
  assert.match(noteIn(through) ?? "", /outside of rooms/);
  assert.deepEqual(said, []);
});
