/** Rooms that do not let everybody in or speak: with a password, for members only, moderated, and full of ghosts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { attribute, type Element } from "../../../../bridges/xmpp/xml.ts";
import type { Receipt } from "../../../../core/bridge/outbound.ts";
import { roomPasswordKind } from "../../../../core/secrets/room-password.ts";
import type { UserUri } from "../../../../mappings/ids.ts";
import { ghost, isEntering, listener, MUC, refused, room } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const ann = ghost("Ann");
const relayed = (name: string, text: string) => `bridge: <\u2068${name}\u2069> ${text}`;
const passwordOf = (stanza: Element) => stanza.getChild("x", MUC)?.getChildText("password") ?? "";
/** The passwords with which somebody has asked to enter, in order; empty: with none. */
const passwords = (muc: ScriptedMuc, jid: string) =>
  muc.sent.filter((stanza) => isEntering(stanza) && stanza.attrs["from"] === jid).map(passwordOf);
const wants = (password: string) => (stanza: Element) =>
  isEntering(stanza) && passwordOf(stanza) !== password
    ? refused(stanza, "not-authorized", "auth")
    : undefined;
const triesWrong = (stanza: Element) => passwordOf(stanza) === "wrong";
/** Without any timer, so that nothing is tried again by itself. */
async function turnsUntil(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 20_000; !holds();) {
    assert.ok(performance.now() < deadline, what);
    await new Promise(setImmediate);
  }
}
const admitting = (stanza: Element) =>
  stanza.getChild("query")?.getChild("item")?.attrs["affiliation"] === "member" ? stanza : undefined;

/** Delivers a reaction in somebody's name. */
function reacts(muc: ScriptedMuc, name: string): Promise<Receipt> {
  const attrs = { xmlns: "urn:xmpp:reactions:0", id: "S1" };
  const payload = [
    { name: "reactions", attrs, children: [{ name: "reaction", attrs: {}, children: ["\u{1F375}"] }] },
  ];
  const speaker = { uri: `mimi://a.test/u/${name.toLowerCase()}` as UserUri, name };
  return muc.perform({ op: "message", part: null, speaker, args: { payload } });
}

const onlyMembers = (muc: ScriptedMuc) => (stanza: Element) =>
  isEntering(stanza) && stanza.attrs["from"] === ann && !muc.sent.some(admitting)
    ? refused(stanza, "registration-required", "auth")
    : undefined;

void describe("a room with a password", () => {
  void it("is entered with the one that was given, and so it is by ghosts", async (t) => {
    const muc = await ScriptedMuc.open(t);
    await muc.host.secrets.set(roomPasswordKind(room), "open sesame");
    muc.answer = wants("open sesame");
    muc.account.join(room, null);
    await muc.ready(1);
    await muc.speak("Ann", "hi");
    assert.deepEqual(passwords(muc, listener), ["", "open sesame"]);
    assert.deepEqual(passwords(muc, ann), ["open sesame"]);
    assert.deepEqual(muc.lines, ["ann_a.test: hi"]);
  });

  void it("is not entered without one, and whoever links it is told how to give it", async (t) => {
    const muc = await ScriptedMuc.open(t);
    muc.answer = wants("open sesame");
    await assert.rejects(muc.account.inspect(room), /not-authorized; .*secrets room-password/);
    assert.deepEqual(passwords(muc, listener), [""]);
  });

  void it("is entered as soon as the right one was given in the place of a wrong one", async (t) => {
    const muc = await ScriptedMuc.open(t);
    await muc.host.secrets.set(roomPasswordKind(room), "wrong");
    muc.answer = wants("open sesame");
    await assert.rejects(muc.account.inspect(room), /not-authorized/);
    await muc.host.secrets.set(roomPasswordKind(room), "open sesame");
    await muc.account.inspect(room);
    assert.deepEqual(passwords(muc, listener), ["", "wrong", "open sesame"]);
  });

  void it("is tried again at once when the right one is given, whatever the next try has to wait for", async (t) => {
    const muc = await ScriptedMuc.open(t);
    muc.answer = wants("open sesame");
    t.mock.timers.enable({ apis: ["setTimeout"] });
    muc.account.join(room, null);
    await turnsUntil("a room that keeps us out", () => muc.account.fault(room) !== null);
    await muc.host.secrets.set(roomPasswordKind(room), "open sesame");
    muc.account.roomPasswordChanged(room);
    await turnsUntil("a room that lets us in", () => muc.host.readied.length > 0);
    t.mock.timers.reset();
    assert.deepEqual(passwords(muc, listener), ["", "open sesame"]);
    assert.equal(muc.account.fault(room), null);
  });

  void it("is tried again at once when the right one is given while a wrong one is being tried", async (t) => {
    const muc = await ScriptedMuc.open(t);
    await muc.host.secrets.set(roomPasswordKind(room), "wrong");
    muc.answer = (stanza) => (triesWrong(stanza) ? "" : wants("open sesame")(stanza));
    t.mock.timers.enable({ apis: ["setTimeout"] });
    muc.account.join(room, null);
    await turnsUntil("the wrong one", () => muc.sent.some(triesWrong));
    await muc.host.secrets.set(roomPasswordKind(room), "open sesame");
    muc.account.roomPasswordChanged(room);
    muc.write(...muc.sent.filter(triesWrong).map((stanza) => refused(stanza, "not-authorized", "auth")));
    await turnsUntil("a room that lets us in", () => muc.host.readied.length > 0);
    t.mock.timers.reset();
    assert.deepEqual(passwords(muc, listener), ["", "wrong", "open sesame"]);
  });

  void it("is entered by ghosts without the one that the operator has had forgotten", async (t) => {
    const muc = await ScriptedMuc.open(t);
    await muc.host.secrets.set(roomPasswordKind(room), "open sesame");
    muc.answer = wants("open sesame");
    muc.account.join(room, null);
    await muc.ready(1);
    await muc.host.secrets.take(roomPasswordKind(room), () => true);
    muc.account.roomPasswordChanged(room);
    await muc.settled();
    await muc.speak("Ann", "hi");
    assert.deepEqual(passwords(muc, ann), [""]);
    assert.deepEqual(muc.lines, [relayed("Ann", "hi")]);
  });

  void it("lets ghosts in with another one that was given while the gateway is in it", async (t) => {
    const muc = await ScriptedMuc.open(t);
    await muc.host.secrets.set(roomPasswordKind(room), "open sesame");
    muc.answer = wants("open sesame");
    muc.account.join(room, null);
    await muc.ready(1);
    await muc.host.secrets.set(roomPasswordKind(room), "abracadabra");
    muc.answer = wants("abracadabra");
    await muc.speak("Ann", "hi");
    assert.deepEqual(passwords(muc, ann), ["open sesame", "abracadabra"]);
    assert.deepEqual(muc.lines, ["ann_a.test: hi"]);
  });
});

void describe("a room for members only", () => {
  void it("has ghosts where the gateway may let them in", async (t) => {
    const muc = await ScriptedMuc.entered(t);
    muc.answer = onlyMembers(muc);
    await muc.speak("Ann", "hi");
    assert.deepEqual(muc.lines, ["ann_a.test: hi"]);
    const item = muc.sent.find(admitting)?.getChild("query")?.getChild("item");
    assert.equal(item?.attrs["jid"], "ann_a.test@gw.test");
  });

  void it("hears people from the gateway's own nick where it may not", async (t) => {
    const muc = await ScriptedMuc.entered(t, { standing: "affiliation='member' role='participant'" });
    muc.answer = onlyMembers(muc);
    await muc.speak("Ann", "hi");
    assert.deepEqual(muc.lines, [relayed("Ann", "hi")]);
    assert.equal(muc.sent.some(admitting), false, "it does not ask for what it may not have");
  });

  void it("hears people from the gateway's own nick where the room refuses to let them in", async (t) => {
    const muc = await ScriptedMuc.entered(t);
    const kept = onlyMembers(muc);
    muc.answer = (stanza) => {
      if (admitting(stanza)) return refused(stanza, "not-allowed");
      return stanza.attrs["from"] === ann && isEntering(stanza)
        ? refused(stanza, "registration-required", "auth")
        : kept(stanza);
    };
    await muc.speak("Ann", "hi");
    assert.deepEqual(muc.lines, [relayed("Ann", "hi")]);
  });
});

void describe("more ghosts than may be in a room", () => {
  void it("leave the rest to the gateway's own nick", async (t) => {
    const muc = await ScriptedMuc.entered(t, {}, { ghosts_per_room: 2 });
    for (const name of ["Ann", "Ben", "Cem", "Ann"]) await muc.speak(name, name);
    assert.deepEqual(muc.lines, [
      "ann_a.test: Ann",
      "ben_a.test: Ben",
      relayed("Cem", "Cem"),
      "ann_a.test: Ann",
    ]);
    assert.deepEqual(muc.asked(ghost("Cem")), [], "it has not even asked");
  });

  void it("do not show the reactions of the rest, and the log says so once", async (t) => {
    const muc = await ScriptedMuc.entered(t, {}, { ghosts_per_room: 1 });
    for (const name of ["Ann", "Ben", "Cem", "Ann"]) await reacts(muc, name);
    const reacting = muc.sent.filter((stanza) => stanza.getChild("reactions") !== undefined);
    assert.deepEqual(
      reacting.map((stanza) => attribute(stanza, "from")),
      [ann, ann],
    );
    assert.deepEqual(
      muc.warned.filter((line) => line.startsWith("reactions")),
      ["reactions of people whose ghosts can't come in or speak are not shown"],
    );
  });

  void it("make room for who speaks when they have been silent for an hour, the longest silent first", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const muc = await ScriptedMuc.entered(t, {}, { ghosts_per_room: 2 });
    for (const name of ["Ann", "Ben", "Ann"]) {
      await muc.speak(name, name);
      t.mock.timers.tick(1_000);
    }
    t.mock.timers.tick(3_598_500);
    await muc.speak("Cem", "here I am");
    await muc.speak("Ann", "and I");
    await muc.speak("Ben", "not I");
    assert.deepEqual(muc.lines.slice(3), [
      "cem_a.test: here I am",
      "ann_a.test: and I",
      relayed("Ben", "not I"),
    ]);
    const leaving = muc.sent.filter((stanza) => attribute(stanza, "type") === "unavailable");
    assert.deepEqual(
      leaving.map((stanza) => attribute(stanza, "from")),
      [ghost("Ben")],
    );
  });

  void it("are counted anew when one has left the group", async (t) => {
    const muc = await ScriptedMuc.entered(t, {}, { ghosts_per_room: 1 });
    await muc.speak("Ann", "hi");
    await muc.putOut("mimi://a.test/u/ann");
    await muc.speak("Ben", "hi");
    assert.deepEqual(muc.lines, ["ann_a.test: hi", "ben_a.test: hi"]);
  });
});

/** What whoever links a room is warned of, by what it is and what the gateway is there. */
const warned: readonly (readonly [
  feature: string,
  affiliation: string,
  role: string,
  warning: RegExp | null,
])[] = [
  ["muc_membersonly", "member", "participant", /^members only: .* make bridge@gw.test an admin/],
  ["muc_membersonly", "admin", "moderator", null],
  ["muc_moderated", "member", "participant", /^moderated: .* make bridge@gw.test a moderator/],
  ["muc_moderated", "none", "visitor", /^the gateway may not speak there; give bridge@gw.test voice/],
  ["muc_moderated", "none", "participant", null],
  ["muc_moderated", "owner", "moderator", null],
  ["muc_open", "none", "participant", null],
];

for (const [feature, affiliation, role, warning] of warned)
  void it(`linked as ${role} (${affiliation}), a room with ${feature} ${warning ? "warns" : "warns of nothing"}`, async (t) => {
    const muc = await ScriptedMuc.open(t);
    muc.features = [...muc.features, feature];
    muc.standing = `affiliation='${affiliation}' role='${role}'`;
    const { warnings = [] } = await muc.account.inspect(room);
    if (warning) assert.match(warnings[0] ?? "", warning);
    else assert.deepEqual(warnings, []);
  });
