/** How a room lets ghosts in, or does not, and what becomes of those that are renamed or put out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Element } from "../../../../bridges/xmpp/xml.ts";
import { DeliveryError } from "../../../../core/bridge/outbound.ts";
import {
  ghost,
  ids,
  isEntering,
  listener,
  presence,
  refused,
  room,
  said,
} from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const ann = ghost("Ann");
const isAnn = (stanza: Element) => stanza.attrs["from"] === ann;
const entersAs = (stanza: Element, nick: string) =>
  isEntering(stanza) && stanza.attrs["to"] === `${room}/${nick}`;
const isDestroying = (stanza: Element) => stanza.getChild("query")?.getChild("destroy") !== undefined;
const inRelay = (text: string) => `bridge: <\u2068Ann\u2069> ${text}`;
const sayAs = (muc: ScriptedMuc) => muc.speak("Ann", "hi");
const ghostLine = "ann_a.test: hi";

const refusedAs = async (saying: Promise<unknown>): Promise<DeliveryError> => {
  const thrown = await saying.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof DeliveryError, String(thrown));
  assert.equal(thrown.certainty, "certain");
  return thrown;
};

/** How the room answers Ann's ghost that wants to come in, and who says her line then. */
const entries: readonly (readonly [
  name: string,
  nicks: readonly string[],
  line: string,
  answer: (stanza: Element) => string | undefined,
])[] = [
  ["let in", ["Ann"], ghostLine, () => undefined],
  [
    "her nick is taken",
    ["Ann", "Ann (xmpp)"],
    ghostLine,
    (stanza) => (entersAs(stanza, "Ann") ? refused(stanza, "conflict") : undefined),
  ],
  [
    "all her nicks are taken",
    ["Ann", "Ann (xmpp)", "Ann (xmpp) 2", "Ann (xmpp) 3", "Ann (xmpp) 4"],
    inRelay("hi"),
    (stanza) => (isEntering(stanza) ? refused(stanza, "conflict") : undefined),
  ],
  [
    "members only, also once it was asked to make her one",
    ["Ann", "Ann"],
    inRelay("hi"),
    (stanza) => (isEntering(stanza) ? refused(stanza, "registration-required", "auth") : undefined),
  ],
  [
    "the room is full",
    ["Ann"],
    inRelay("hi"),
    (stanza) => (isEntering(stanza) ? refused(stanza, "service-unavailable", "wait") : undefined),
  ],
  [
    "a password is wanted",
    ["Ann"],
    inRelay("hi"),
    (stanza) => (isEntering(stanza) ? refused(stanza, "not-authorized", "auth") : undefined),
  ],
  [
    "her nick is somebody's own",
    ["Ann"],
    inRelay("hi"),
    (stanza) => (isEntering(stanza) ? refused(stanza, "not-acceptable") : undefined),
  ],
  [
    "too many presences",
    ["Ann"],
    inRelay("hi"),
    (stanza) => (isEntering(stanza) ? refused(stanza, "resource-constraint", "wait") : undefined),
  ],
  [
    "a visitor who is given voice",
    ["Ann"],
    ghostLine,
    (stanza) =>
      isEntering(stanza)
        ? presence("Ann", ann, { statuses: [110], item: "affiliation='none' role='visitor'" })
        : undefined,
  ],
  [
    "a visitor who is given none",
    ["Ann"],
    inRelay("hi"),
    (stanza) => {
      if (isEntering(stanza))
        return presence("Ann", ann, { statuses: [110], item: "affiliation='none' role='visitor'" });
      return stanza.name === "iq" ? refused(stanza, "forbidden", "auth") : undefined;
    },
  ],
];

for (const [name, nicks, line, answer] of entries)
  void test(`a ghost enters: ${name}`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    muc.answer = (stanza) =>
      isAnn(stanza) || (stanza.getChild("query")?.getNS() ?? "").endsWith("#admin")
        ? answer(stanza)
        : undefined;
    if (line === ghostLine && nicks.length === 1)
      // The scripted room reflects for those only whom it has let in itself.
      muc.write(muc.admits(ann, "Ann", []));
    const receipt = await sayAs(muc);
    assert.match(receipt.native ?? "", /^S\d+$/);
    assert.deepEqual(muc.lines, [line]);
    assert.deepEqual(muc.asked(ann), nicks);
  });

void test("a ghost that is banned says nothing, and nobody says it for it", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = (stanza) =>
    isAnn(stanza) && isEntering(stanza) ? refused(stanza, "forbidden", "auth") : undefined;
  const error = await refusedAs(sayAs(muc));
  assert.deepEqual([error.code, error.retry], ["delivery_forbidden", "never"]);
  assert.deepEqual(muc.lines, []);
});

void test("a ghost to which the service gives another nick (210) speaks under that one", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = (stanza) =>
    isAnn(stanza) && isEntering(stanza) ? muc.admits(ann, "ann_", [110, 210]) : undefined;
  await sayAs(muc);
  await muc.speak("Ann", "again");
  assert.deepEqual(muc.lines, [ghostLine, "ann_a.test: again"]);
  assert.equal(muc.asked(ann).length, 1);
  await muc.account.leave(room, []);
  const leaving = await muc.find(
    "leaving",
    (stanza) => isAnn(stanza) && stanza.attrs["type"] === "unavailable",
  );
  assert.equal(leaving.attrs["to"], `${room}/ann_`);
});

void test("a ghost that the service renames (303) is known by its new nick", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.write(
    presence("Ann", ann, {
      type: "unavailable",
      statuses: [303, 110],
      item: "affiliation='none' role='participant' nick='Anna'",
    }),
    presence("Anna", ann, { statuses: [110] }),
    said("Bob", `<body>Anna: tea?</body>${ids("SB", "occ-b")}`),
  );
  await muc.settled();
  await muc.speak("Ann", "yes");
  assert.equal(muc.asked(ann).length, 1, "it has not gone");
});

void test("a room that came into being only because a ghost entered it (201) is taken back, and entered again", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = (stanza) =>
    isAnn(stanza) && isEntering(stanza) ? presence("Ann", ann, { statuses: [110, 201] }) : undefined;
  const error = await refusedAs(sayAs(muc));
  assert.deepEqual([error.code, error.retry], ["account_down", "after"]);
  assert.deepEqual(muc.sent.filter(isDestroying).map(isAnn), [true]);
  assert.deepEqual(muc.lines, []);
  await muc.ready(2);
  assert.equal(muc.asked(listener).length, 2);
});

for (const [name, statuses] of [
  ["kicked (307)", [307]],
  ["banned, and let in again since (301)", [301]],
  ["put out when the room became one for members (322)", [322]],
  ["put out when the service went down (332)", [332]],
  ["removed with its membership (321)", [321]],
  ["lost by the service (333)", [333]],
] as const)
  void test(`a ghost that was ${name} enters again to speak`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    await sayAs(muc);
    muc.write(presence("Ann", ann, { type: "unavailable", statuses: [110, ...statuses] }));
    await muc.settled();
    await muc.speak("Ann", "back");
    assert.deepEqual(muc.lines, [ghostLine, "ann_a.test: back"]);
    assert.deepEqual(muc.asked(ann), ["Ann", "Ann"]);
    assert.equal(muc.account.fault(room), null, "the gateway itself stays");
  });

void test("two people of one name have two ghosts, and the second one's nick says so", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  const second = ghost("ann2");
  muc.answer = (stanza) =>
    stanza.attrs["from"] === second && entersAs(stanza, "Ann") ? refused(stanza, "conflict") : undefined;
  await sayAs(muc);
  const speaker = { uri: "mimi://a.test/u/ann2", name: "Ann" };
  await muc.speakAs(speaker, "me too");
  assert.deepEqual(muc.asked(second), ["Ann", "Ann (xmpp)"]);
  assert.deepEqual(muc.lines, [ghostLine, "ann2_a.test: me too"]);
});

void test("a ghost is renamed when the room says so, not by its own presence under the nick of before", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.answer = (stanza) =>
    entersAs(stanza, "Olga")
      ? presence("Ann", ann, { statuses: [110], beside: "<show>away</show>" })
      : undefined;
  const speaking = muc.speakAs({ uri: "mimi://a.test/u/ann", name: "Olga" }, "as Olga");
  await muc.find("Ann asking for her new nick", (stanza) => entersAs(stanza, "Olga"));
  await muc.settled();
  assert.deepEqual(muc.lines, [ghostLine], "she waits for the room's word");
  muc.write(
    presence("Ann", ann, {
      type: "unavailable",
      statuses: [303, 110],
      item: "affiliation='none' role='participant' nick='Olga'",
    }),
    muc.admits(ann, "Olga"),
  );
  await speaking;
  assert.deepEqual(muc.lines, [ghostLine, "ann_a.test: as Olga"]);
});

void test("a ghost whose nick the service keeps as it was (210) goes on under that one", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.answer = (stanza) =>
    entersAs(stanza, "Olga") ? presence("Ann", ann, { statuses: [110, 210] }) : undefined;
  await muc.speakAs({ uri: "mimi://a.test/u/ann", name: "Olga" }, "as Olga");
  assert.deepEqual(muc.asked(ann), ["Ann", "Olga"]);
  assert.deepEqual(muc.lines, [ghostLine, "ann_a.test: as Olga"]);
});

void test("somebody who is called otherwise now changes his nick, and keeps it where the new one is taken", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.answer = (stanza) => (isAnn(stanza) && isEntering(stanza) ? refused(stanza, "conflict") : undefined);
  await muc.speakAs({ uri: "mimi://a.test/u/ann", name: "Olga" }, "as Olga");
  assert.deepEqual(muc.lines, [ghostLine, "ann_a.test: as Olga"]);
});
