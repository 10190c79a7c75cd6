/** Pictures of the people in a room (XEP-0153), asked for over a real stream. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { OccupantPictures } from "../../../bridges/xmpp/occupant-pictures.ts";
import type { Wearer } from "../../../bridges/xmpp/occupants.ts";
import { PICTURE_EVERY_MS } from "../../../bridges/xmpp/told-photos.ts";
import { attribute, type Element, parseXml, xml } from "../../../bridges/xmpp/xml.ts";
import type { NativeUser } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { limits } from "../../../core/limits.ts";
import { PNG } from "../../core/media/picture-server.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ids, listener, presence, refused, room, said } from "../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../support/scripted-muc.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const red = Buffer.concat([PNG, Buffer.from("red")]);
const blue = Buffer.concat([PNG, Buffer.from("blue")]);
const sha1 = (bytes: Buffer) => createHash("sha1").update(bytes).digest("hex");
const anna = `${room}/occ-anna`;
const address = (bytes: Buffer) => `sha1:${sha1(bytes)}:${anna}`;
const update = (photo: string) => `<x xmlns='vcard-temp:x:update'>${photo}</x>`;
const shows = (bytes: Buffer | null) => update(`<photo>${bytes === null ? "" : sha1(bytes)}</photo>`);
const card = (photo: string) => `<vCard xmlns='vcard-temp'><FN>Anna</FN>${photo}</vCard>`;
const photo = (bytes: Buffer) => {
  const lines = bytes.toString("base64").replaceAll(/.{20}/g, "$&\n ");
  return `<PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>${lines}</BINVAL></PHOTO>`;
};
const isQuestion = (stanza: Element) => stanza.getChild("vCard", "vcard-temp") !== undefined;
const answerTo = (question: Element, payload: string) =>
  `<iq type='result' id='${attribute(question, "id") ?? ""}' from='${attribute(question, "to") ?? ""}' ` +
  `to='${attribute(question, "from") ?? ""}'>${payload}</iq>`;
const cannotBeHad = (detail: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.code === "media_unreachable" && detail.test(error.detail);

class PicturedRoom {
  readonly muc: ScriptedMuc;
  readonly told: NativeUser[] = [];
  #said = 0;

  constructor(muc: ScriptedMuc) {
    this.muc = muc;
    muc.host.profile = (user: NativeUser) => {
      this.told.push(user);
      return Promise.resolve();
    };
  }

  static async open(t: Parameters<typeof ScriptedMuc.open>[0]): Promise<PicturedRoom> {
    return new PicturedRoom(await ScriptedMuc.entered(t));
  }

  /** Anna's presence with this beside it. */
  is(beside: string, nick = "anna"): void {
    const occupant = "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='occ-anna'/>";
    this.muc.write(presence(nick, listener, { beside: beside + occupant }));
  }

  /** How Anna is known by what she says. */
  async speaks(nick = "anna"): Promise<NativeUser> {
    const id = `S-${(this.#said += 1)}`;
    this.muc.write(said(nick, `<body>${id}</body>${ids(id, "occ-anna")}`));
    const { host, account } = this.muc;
    const raw = await eventually("what was said", () => host.raws.find((one) => one.raw.includes(id)));
    const [event] = await account.toEvents(room, raw, unknowing);
    assert.ok(event?.kind === "message");
    return event.sender;
  }

  get questions(): readonly Element[] {
    return this.muc.sent.filter(isQuestion);
  }

  /** From now on vCards have this in them. */
  gives(payload: string): void {
    this.muc.answer = (stanza) => (isQuestion(stanza) ? answerTo(stanza, payload) : undefined);
  }
}

void test("whoever speaks has the picture that his presence names, asked for once at his place in the room", async (t) => {
  const anyroom = await PicturedRoom.open(t);
  const { muc } = anyroom;
  anyroom.gives(card(photo(red)));
  anyroom.is(shows(red));
  await muc.settled();
  assert.deepEqual(anyroom.questions, [], "nobody is asked who says nothing");
  assert.equal((await anyroom.speaks()).avatar, address(red));
  await muc.settled();
  assert.deepEqual(
    anyroom.questions,
    [],
    "nor is anybody before somebody wants to see him: he may be ignored",
  );
  assert.deepEqual(await muc.account.picture(address(red)), red);
  const item = "affiliation='none' role='participant' nick='Anna M.'";
  muc.write(presence("anna", listener, { type: "unavailable", statuses: [303], item }));
  anyroom.is("", "Anna M.");
  await muc.settled();
  assert.equal((await anyroom.speaks("Anna M.")).avatar, address(red), "under another nick, too");
  anyroom.muc.write(presence("Anna M.", listener, { type: "unavailable" }));
  await muc.settled();
  assert.equal((await anyroom.speaks("Anna M.")).avatar, undefined, "nobody knows how he looks who is gone");
  assert.deepEqual(await muc.account.picture(address(red)), red, "it is at hand all the same");
  const [question, ...others] = anyroom.questions;
  assert.deepEqual(
    [question && attribute(question, "to"), question && attribute(question, "from"), others.length],
    [`${room}/anna`, listener, 0],
  );
});

void test("nothing is known of the picture of whoever does not tell, and whoever has none has none", async (t) => {
  const anyroom = await PicturedRoom.open(t);
  for (const [beside, avatar] of [
    ["", undefined],
    [update(""), undefined],
    [shows(null), null],
    [update("<photo/>"), null],
    ["", null],
  ] as const) {
    anyroom.is(beside);
    await anyroom.muc.settled();
    assert.equal((await anyroom.speaks()).avatar, avatar, beside);
  }
  assert.deepEqual(anyroom.questions, []);
});

void test("another picture, or none any more, is told of those who have said something", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const anyroom = await PicturedRoom.open(t);
  anyroom.gives(card(photo(red)));
  anyroom.is(shows(red));
  anyroom.is(shows(blue));
  await anyroom.muc.settled();
  assert.deepEqual(anyroom.told, []);
  await anyroom.speaks();
  for (const one of [red, red, null]) {
    t.mock.timers.tick(PICTURE_EVERY_MS);
    anyroom.is(shows(one));
    await anyroom.muc.settled();
  }
  assert.deepEqual(anyroom.told, [
    { native: anna, name: "anna", avatar: address(red) },
    { native: anna, name: "anna", avatar: null },
  ]);
});

void test("what is no picture, or another one, is not given, and a refusal is no picture either", async (t) => {
  const svg = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`);
  const cases: readonly (readonly [string, RegExp, Buffer?])[] = [
    [card(photo(blue)), /another one than the presence says/],
    [card(photo(svg)), /no picture of a kind/, svg],
    [card("<PHOTO><BINVAL>%%%</BINVAL></PHOTO>"), /can be read/],
    [card("<PHOTO><EXTVAL>http://127.0.0.1/a.png</EXTVAL></PHOTO>"), /can be read/],
    [card(""), /can be read/],
    ["", /can be read/],
  ];
  for (const [payload, detail, bytes = red] of cases) {
    const anyroom = await PicturedRoom.open(t);
    anyroom.gives(payload);
    anyroom.is(shows(bytes));
    await anyroom.muc.settled();
    await assert.rejects(anyroom.muc.account.picture(address(bytes)), cannotBeHad(detail), payload);
  }
  const anyroom = await PicturedRoom.open(t);
  anyroom.is(shows(red));
  anyroom.muc.answer = (stanza) => (isQuestion(stanza) ? refused(stanza, "item-not-found") : undefined);
  await anyroom.muc.settled();
  await assert.rejects(anyroom.muc.account.picture(address(red)), cannotBeHad(/item-not-found/));
});

void test("a vCard that ends the stream is not asked for again and again", async (t) => {
  const anyroom = await PicturedRoom.open(t);
  const { muc } = anyroom;
  muc.host.list = [room];
  anyroom.gives(card(`<PHOTO><BINVAL>${"A".repeat(10_000_000)}</BINVAL></PHOTO>`));
  anyroom.is(shows(red));
  await anyroom.speaks();
  const ended = assert.rejects(muc.account.picture(address(red)), { code: "media_unreachable" });
  await muc.connected();
  await ended;
  await muc.ready(2);
  anyroom.is(shows(red));
  await muc.settled();
  assert.equal((await anyroom.speaks()).avatar, address(red));
  await assert.rejects(muc.account.picture(address(red)), cannotBeHad(/lately/));
  assert.equal(anyroom.questions.length, 1);
});

/** Pictures without a room: who shows which is said by the test, and so is what the others answer. */
function alone(answer: () => Promise<Element>) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const shown: { wearer: Wearer | null } = { wearer: { nick: "anna", photo: `sha1:${sha1(red)}` } };
  const pictures = new OccupantPictures({
    stream: {
      request: (iq) => {
        asked.push(attribute(iq, "to") ?? "");
        return answer();
      },
    },
    listener,
    host: { profile: () => Promise.resolve() },
    log: pino({ level: "silent" }),
    wearer: () => shown.wearer,
    now: () => clock.now,
  });
  return { pictures, clock, asked, shown };
}

void test("whose picture could not be had is left alone twice as long each time, whichever he shows", async () => {
  const { pictures, clock, asked, shown } = alone(() =>
    Promise.reject(new GatewayError("request_timeout", "silent")),
  );
  const again = limits.avatarAgainMs;
  for (const [tries, wait] of [again, 2 * again, 4 * again, 8 * again].entries()) {
    const other = Buffer.concat([PNG, Buffer.from(String(tries))]);
    shown.wearer = { nick: "anna", photo: `sha1:${sha1(other)}` };
    await assert.rejects(pictures.picture(address(other)), cannotBeHad(/silent/));
    shown.wearer = { nick: "anna", photo: `sha1:${sha1(red)}` };
    clock.now += wait - 1;
    await assert.rejects(pictures.picture(address(red)), cannotBeHad(/lately/), "not yet");
    assert.equal(asked.length, tries + 1);
    clock.now += 1;
  }
  for (let i = 0; i < 20; i++) {
    await assert.rejects(pictures.picture(address(red)), cannotBeHad(/silent/), "a day is the longest");
    clock.now += 86_400_000;
  }
});

void test("one question waits for somebody at a time, the one for what he shows last", async () => {
  const answers: ((bytes: Buffer) => void)[] = [];
  const { pictures, asked, shown } = alone(
    () =>
      new Promise((resolve) => {
        answers.push((bytes) => resolve(parseXml(`<iq>${card(photo(bytes))}</iq>`)));
      }),
  );
  const green = Buffer.concat([PNG, Buffer.from("green")]);
  const wants = (bytes: Buffer) => {
    shown.wearer = { nick: "anna", photo: `sha1:${sha1(bytes)}` };
    return pictures.picture(address(bytes));
  };
  const first = assert.rejects(wants(red), cannotBeHad(/another one/));
  await eventually("the question", () => asked.length === 1);
  const second = assert.rejects(wants(blue), cannotBeHad(/nobody shows it/));
  const third = Promise.all([wants(green), wants(green)]);
  await assert.rejects(pictures.picture(address(blue)), cannotBeHad(/nobody shows it/));
  await setImmediate();
  assert.equal(asked.length, 1);
  answers[0]?.(green);
  await Promise.all([first, second]);
  await eventually("the next question", () => asked.length === 2);
  answers[1]?.(green);
  assert.deepEqual(await third, [green, green]);
  assert.equal(asked.length, 2);
});

void test("whoever shows another picture before his turn comes takes nobody's turn", async (t) => {
  // Nobody is asked who would have to wait for it.
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: Date.now() });
  const answers: (() => void)[] = [];
  const { pictures, asked, shown } = alone(
    () =>
      new Promise((resolve) => {
        answers.push(() => resolve(parseXml(`<iq>${card(photo(red))}</iq>`)));
      }),
  );
  const of = (name: string, bytes: Buffer) => `sha1:${sha1(bytes)}:${room}/occ-${name}`;
  const flood = Array.from({ length: 100 }, (_, n) => pictures.picture(of(String(n), red)));
  const ends = Promise.allSettled(flood);
  for (let turns = 0; turns < 100 && answers.length < 3; turns += 1) await setImmediate();
  shown.wearer = { nick: "ben", photo: `sha1:${sha1(blue)}` };
  const ben = assert.rejects(pictures.picture(of("ben", blue)), cannotBeHad(/another one/));
  for (const answer of answers.splice(0)) answer();
  const had = (await ends).filter(({ status }) => status === "fulfilled");
  assert.equal(had.length, 3);
  for (let turns = 0; turns < 100 && answers.length < 1; turns += 1) await setImmediate();
  assert.deepEqual(asked.slice(3), [`${room}/ben`]);
  answers[0]?.();
  await ben;
});

void test("whoever changes his picture while it is fetched, or is gone, is asked for none that he does not show", async () => {
  const { promise, resolve } = Promise.withResolvers<Element>();
  const { pictures, asked, shown } = alone(() => promise);
  const first = assert.rejects(pictures.picture(address(red)), cannotBeHad(/another one/));
  await eventually("the question", () => asked.length === 1);
  shown.wearer = { nick: "anna", photo: `sha1:${sha1(blue)}` };
  resolve(parseXml(`<iq>${card(photo(blue))}</iq>`));
  await first;
  assert.deepEqual(await pictures.picture(address(blue)), blue);
  assert.equal(asked.length, 2);
  shown.wearer = { nick: "anna", photo: `sha1:${sha1(red)}` };
  await assert.rejects(pictures.picture(address(red)), cannotBeHad(/another one/), "it is asked for again");
  assert.equal(asked.length, 3);
  shown.wearer = null;
  const gone = `sha1:${sha1(red)}:${room}/occ-ben`;
  for (let i = 0; i < 6; i++) await assert.rejects(pictures.picture(gone), cannotBeHad(/nobody shows it/));
  shown.wearer = { nick: "ben", photo: `sha1:${sha1(red)}` };
  await assert.rejects(pictures.picture(gone), cannotBeHad(/another one/));
  assert.equal(asked.at(-1), `${room}/ben`, "he is asked when he is back");
});

void test("many are asked a few at a time", async () => {
  const answers: (() => void)[] = [];
  const { pictures, asked } = alone(
    () =>
      new Promise((resolve) => {
        answers.push(() => resolve(parseXml(`<iq>${card(photo(red))}</iq>`)));
      }),
  );
  const all = Array.from({ length: 8 }, (_, n) => pictures.picture(`sha1:${sha1(red)}:${room}/occ-${n}`));
  for (let answered = 0; answered < 8; answered += 1) {
    await eventually("the next question", () => asked.length > answered);
    await setImmediate();
    assert.ok(asked.length - answered <= 3, `${asked.length} were asked, and ${answered} have answered`);
    answers[answered]?.();
  }
  for (const bytes of await Promise.all(all)) assert.deepEqual(bytes, red);
});

void test("pictures that are too many to be kept at hand are asked for again when somebody wants to see them", async () => {
  const all = Array.from({ length: 18 }, (_, n) => Buffer.concat([PNG, Buffer.alloc(1_000_000, n)]));
  const nicks = all.map((_, n) => `nick-${n}`);
  const asked: string[] = [];
  const bytesOf = (nick: string) => all[nicks.indexOf(nick)] ?? assert.fail(nick);
  const pictures = new OccupantPictures({
    stream: {
      request: (iq) => {
        const nick = (attribute(iq, "to") ?? "").slice(room.length + 1);
        asked.push(nick);
        const photoOf = xml("PHOTO", {}, xml("BINVAL", {}, bytesOf(nick).toString("base64")));
        return Promise.resolve(xml("iq", {}, xml("vCard", { xmlns: "vcard-temp" }, photoOf)));
      },
    },
    listener,
    host: { profile: () => Promise.resolve() },
    log: pino({ level: "silent" }),
    wearer: (_room, identity) => ({ nick: identity, photo: `sha1:${sha1(bytesOf(identity))}` }),
  });
  const speaks = (nick: string): string => {
    const sender = { native: `${room}/${nick}`, name: nick };
    const event = pictures.pictured({ kind: "property", sender, name: "topic", value: nick });
    return (event.kind === "property" && event.sender?.avatar) || assert.fail(nick);
  };
  const sources = nicks.map(speaks);
  await Promise.all(sources.map((source) => pictures.picture(source)));
  assert.deepEqual(asked.toSorted(), nicks.toSorted());
  assert.deepEqual(nicks.map(speaks), sources);
  assert.deepEqual(await pictures.picture(sources[0] ?? ""), all[0]);
  assert.deepEqual(await pictures.picture(sources[17] ?? ""), all[17]);
  assert.deepEqual(asked.slice(18), [nicks[0]], "the latest are at hand");
});

void test("nobody passes for somebody else by an id of his own, where the room gives none", async (t) => {
  const muc = await ScriptedMuc.entered(t, { features: ["http://jabber.org/protocol/muc"] });
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const told: NativeUser[] = [];
  const heard: NativeUser[] = [];
  muc.host.profile = (user) => {
    told.push(user);
    return Promise.resolve();
  };
  muc.host.transient = (_room, user) => {
    heard.push(user);
  };
  const forged = "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='nick:anna'/>";
  muc.write(presence("anna", listener, { beside: shows(red) }), said("anna", "<body>hi</body>"));
  const raw = await eventually("what Anna says", () => muc.host.raws.find((one) => one.raw.includes("hi")));
  const [event] = await muc.account.toEvents(room, raw, unknowing);
  assert.ok(event?.kind === "message" && event.sender.native === `${room}/nick:anna`);
  t.mock.timers.tick(PICTURE_EVERY_MS);
  for (const one of [blue, red]) muc.write(presence("mallory", listener, { beside: shows(one) + forged }));
  muc.write(said("mallory", `<composing xmlns='http://jabber.org/protocol/chatstates'/>${forged}`));
  muc.write(said("mallory", `<subject>his own</subject>${forged}`));
  await muc.settled();
  assert.deepEqual(told, []);
  assert.deepEqual(heard, [{ native: `${room}/nick:mallory`, name: "mallory" }]);
  const subject = muc.host.raws.find((one) => one.raw.includes("his own")) ?? assert.fail();
  const [topic] = await muc.account.toEvents(room, subject, unknowing);
  assert.equal(topic?.kind === "property" && topic.sender?.native, `${room}/nick:mallory`);
});

void test("an address of another kind opens nothing", async () => {
  const { pictures, asked } = alone(() => Promise.resolve(parseXml("<iq/>")));
  for (const source of ["", "https://a.test/a.png", `sha1:${sha1(red)}:${room}`, `sha1:abc:${anna}`])
    await assert.rejects(pictures.picture(source), { code: "media_refused" });
  assert.deepEqual(asked, []);
});
