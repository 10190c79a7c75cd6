/** Which of a room's presences are its answer to somebody who takes another nick. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { type Entry, Occupancy } from "../../../bridges/xmpp/occupancy.ts";
import { attribute, type Element, parseXml } from "../../../bridges/xmpp/xml.ts";
import { ghost, presence, room } from "../../support/muc-stanzas.ts";

const ann = ghost("Ann");
const toAnn = (nick: string, id?: string): Element => {
  const stanza = parseXml(presence(nick, ann, { statuses: [110] }));
  if (id !== undefined) stanza.attrs["id"] = id;
  return stanza;
};

/** What comes of it without any more time or presences. */
const soon = (entry: Promise<Entry>): Promise<Entry | string> =>
  Promise.race([entry, new Promise<string>((resolve) => setImmediate(resolve, "no answer"))]);

/** Ann is in as `Ann`; the time that a room has for an answer never ends. */
async function inside(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent: Element[] = [];
  const stream = { online: true, send: (stanza: Element) => void sent.push(stanza) };
  const occupancy = new Occupancy(stream, room, ann, () => null);
  const entry = occupancy.enter("Ann", "xmpp");
  occupancy.presence(toAnn("Ann"));
  assert.deepEqual(await soon(entry), { entered: true, nick: "Ann", created: false });
  return { occupancy, sent };
}

for (const name of ["An\u00ADn", "\uFF21nn"])
  void test(`somebody who calls himself ${JSON.stringify(name)} keeps the nick that a server makes of it, unasked`, async (t) => {
    const { occupancy, sent } = await inside(t);
    assert.deepEqual(await soon(occupancy.enter(name, "xmpp")), {
      entered: true,
      nick: "Ann",
      created: false,
    });
    assert.equal(sent.length, 1);
  });

void test("a room to which two nicks are the same answers under the old one, with the id of the question", async (t) => {
  const { occupancy, sent } = await inside(t);
  const entry = occupancy.enter("ANN", "xmpp");
  const asked = sent[1];
  assert.equal(asked && attribute(asked, "to"), `${room}/ANN`);
  occupancy.presence(toAnn("Ann", asked && attribute(asked, "id")));
  assert.deepEqual(await soon(entry), { entered: true, nick: "Ann", created: false });
});

void test("a presence under the old nick that answers something else leaves the new one asked for", async (t) => {
  const { occupancy } = await inside(t);
  const entry = occupancy.enter("Anna", "xmpp");
  occupancy.presence(toAnn("Ann"));
  occupancy.presence(toAnn("Ann", "another"));
  occupancy.presence(toAnn("Anna"));
  assert.deepEqual(await soon(entry), { entered: true, nick: "Anna", created: false });
});
