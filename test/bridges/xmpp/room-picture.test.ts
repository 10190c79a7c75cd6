/** The picture of a room (XEP-0486), read and set over a real stream. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import { attribute, type Element, serializeXml } from "../../../bridges/xmpp/xml.ts";
import { type OutEvent, DeliveryError, type Receipt } from "../../../core/bridge/outbound.ts";
import type { Raw, Translated } from "../../../core/bridge/inbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { GIF, PNG } from "../../core/media/picture-server.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { listener, MUC, refused, room, said } from "../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../support/scripted-muc.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const features = [MUC, "vcard-temp"];
const owner = "affiliation='owner' role='moderator'";
const hash = (bytes: Buffer) => createHash("sha1").update(bytes).digest("hex");
const photo = (bytes: Buffer) =>
  `<PHOTO><TYPE>image/png</TYPE><BINVAL>${bytes.toString("base64")}</BINVAL></PHOTO>`;
const isQuestion = (stanza: Element) => stanza.getChild("vCard", "vcard-temp") !== undefined;
const isSet = (stanza: Element) => isQuestion(stanza) && attribute(stanza, "type") === "set";
/** The value of a picture in the log, beside what tells it from another one. */
const of = (bytes: Buffer) => ({ value: `sha1:${hash(bytes)}:${room}`, shown: `sha1:${hash(bytes)}` });
const none = { value: "", shown: "" };
const configured = said("", `<x xmlns='${MUC}#user'><status code='104'/></x>`);
const tells = (bytes: Buffer | null) =>
  `<presence from='${room}' to='${listener}'><x xmlns='vcard-temp:x:update'>` +
  `<photo>${bytes === null ? "" : hash(bytes)}</photo></x></presence>`;

/** A room whose vCard is this; null: it has none. */
class HungRoom {
  card: string | null = null;
  /** The error with which it answers questions or what sets something; null: it answers. */
  refusal: { readonly condition: string; readonly sets: boolean } | null = null;
  /** What it is asked, where it answers only when it is told to; null: it answers at once. */
  held: Element[] | null = null;
  muc: ScriptedMuc | null = null;

  readonly answer = (stanza: Element): string | undefined => {
    if (!isQuestion(stanza)) return undefined;
    if (this.held) {
      this.held.push(stanza);
      return "";
    }
    if (this.refusal?.sets === isSet(stanza)) return refused(stanza, this.refusal.condition);
    const [id, to] = ["id", "from"].map((name) => attribute(stanza, name) ?? "");
    if (isSet(stanza)) this.card = (stanza.getChild("vCard")?.children ?? []).map(String).join("");
    else if (this.card === null) return refused(stanza, "item-not-found");
    const card = `<vCard xmlns='vcard-temp'>${isSet(stanza) ? "" : this.card}</vCard>`;
    return `<iq type='result' id='${id}' from='${room}' to='${to}'>${card}</iq>`;
  };

  static async open(
    t: Parameters<typeof ScriptedMuc.open>[0],
    card: string | null,
    held: HungRoom["held"] = null,
  ): Promise<HungRoom> {
    const hung = Object.assign(new HungRoom(), { card, held });
    const { answer } = hung;
    hung.muc = await ScriptedMuc.entered(t, { answer, features, standing: owner });
    return hung;
  }

  get scripted(): ScriptedMuc {
    return this.muc ?? assert.fail("it is not entered yet");
  }

  get raws(): readonly Raw[] {
    return this.scripted.host.raws.filter(({ raw }) => raw.includes("vcard-temp:x:update"));
  }

  /** What the core is told, once it is so many pictures. */
  async told(times: number): Promise<readonly Translated[]> {
    await eventually(`${times} pictures`, () => this.raws.length >= times);
    return Promise.all(this.raws.map((raw) => this.translated(raw)));
  }

  async translated(raw: Raw): Promise<Translated> {
    const [event] = await this.scripted.account.toEvents(room, raw, unknowing);
    return event ?? assert.fail("it says nothing");
  }

  /** Resolves when all pictures that were to be looked at were: it is heard, asked for, and answered. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await this.scripted.settled();
  }

  /** Answers what it has not answered. */
  release(): void {
    const held = this.held ?? [];
    this.held = null;
    this.scripted.write(...held.map((stanza) => this.answer(stanza) ?? ""));
  }

  /** How often it was asked for its picture. */
  get questions(): number {
    return this.scripted.sent.filter((stanza) => isQuestion(stanza) && !isSet(stanza)).length;
  }

  /** Delivers a picture that is there; empty: its end. */
  set(source: string): Promise<Receipt> {
    const id = "01".repeat(32) as EventId;
    const event: OutEvent = { kind: "property", id, speaker: null, name: "avatar", value: source };
    const context = { ...emptyContext, media: () => ({ url: source, native: null }) };
    const [step] = this.scripted.account.plan(room, event, context).steps;
    return this.scripted.perform(step ?? assert.fail("it is not planned"));
  }
}

/** What is to happen in about a minute happens when that is called; all else at its time. */
function heldMinutes(t: TestContext): () => void {
  const held: (() => void)[] = [];
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work: () => void, wait: number) => {
    if (!(wait >= 50_000)) return setTimeout(work, wait);
    held.push(work);
    return setTimeout(() => undefined, 0);
  });
  return () => {
    for (const work of held.splice(0)) work();
  };
}

const isRefusedForGood = (error: unknown) =>
  error instanceof DeliveryError && error.code === "delivery_refused" && error.retry === "never";
const property = { kind: "property", sender: null, name: "avatar" };

void test("what a room has when it is entered is read, and can be had; what it tells then is a change", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  assert.deepEqual(await hung.told(1), [{ ...property, ...of(PNG), read: true }]);
  hung.card = photo(GIF);
  hung.scripted.write(tells(GIF));
  assert.deepEqual((await hung.told(2))[1], { ...property, ...of(GIF) });
  const { account, sent } = hung.scripted;
  const asked = sent.filter(isQuestion).length;
  for (const bytes of [PNG, GIF]) assert.deepEqual(await account.picture(of(bytes).value), bytes);
  hung.scripted.write(tells(GIF), tells(null));
  assert.deepEqual((await hung.told(3))[2], { ...property, ...none });
  assert.equal(sent.filter(isQuestion).length, asked, "what is known is not asked for again");
});

void test("a room that only says that its configuration has changed is asked for its picture", async (t) => {
  const hung = await HungRoom.open(t, null);
  assert.deepEqual(await hung.told(1), [{ ...property, ...none, read: true }]);
  hung.card = photo(PNG);
  hung.scripted.write(configured);
  assert.deepEqual((await hung.told(2))[1], { ...property, ...of(PNG) });
});

void test("a room that has none by its own word is not asked, and may not be given one", async (t) => {
  const muc = await ScriptedMuc.entered(t, { features: [MUC], standing: owner });
  muc.write(tells(PNG), configured);
  await muc.settled();
  assert.deepEqual(muc.sent.filter(isQuestion), []);
  const id = "01".repeat(32) as EventId;
  const event: OutEvent = { kind: "property", id, speaker: null, name: "avatar", value: "" };
  assert.deepEqual(muc.account.plan(room, event, emptyContext), {
    steps: [],
    losses: [{ code: "property_unsupported", detail: "avatar" }],
  });
});

void test("what is no picture that can be read changes nothing", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  await hung.told(1);
  for (const card of [
    "<PHOTO><EXTVAL>https://a.test/p</EXTVAL></PHOTO>",
    photo(Buffer.from("<svg/>")),
    "<PHOTO><BINVAL>?</BINVAL></PHOTO>",
  ]) {
    hung.card = card;
    hung.scripted.write(configured);
    await hung.settled();
  }
  hung.card = photo(GIF);
  hung.scripted.write(configured);
  assert.deepEqual((await hung.told(2)).slice(1), [{ ...property, ...of(GIF) }]);
});

void test("a picture is set beside what else the vCard says, and does not come back as a change", async (t) => {
  const hung = await HungRoom.open(t, `<FN>Tea</FN>${photo(GIF)}`);
  await hung.told(1);
  hung.scripted.picture = PNG;
  assert.equal((await hung.set("a picture")).shown, of(PNG).shown);
  assert.equal(hung.card, `<FN>Tea</FN>${photo(PNG)}<UID>mimi.test ${of(PNG).shown}</UID>`);
  hung.scripted.write(tells(PNG), configured);
  await hung.settled();
  await hung.set("the same at another place");
  assert.equal(hung.scripted.sent.filter(isSet).length, 1, "it is not set again");
  assert.equal((await hung.set("")).shown, "");
  assert.equal(hung.card, "<FN>Tea</FN>");
  hung.scripted.write(tells(null), configured);
  await hung.settled();
  hung.card = photo(GIF);
  hung.scripted.write(tells(GIF));
  assert.deepEqual((await hung.told(2)).slice(1), [{ ...property, ...of(GIF) }]);
});

void test("a picture that can't be had, or is none, or is larger than servers take, is refused for good", async (t) => {
  const hung = await HungRoom.open(t, null);
  await assert.rejects(hung.set("https://10.0.0.1/picture"), isRefusedForGood);
  for (const picture of [Buffer.from("<svg/>"), Buffer.concat([PNG, Buffer.alloc(64 * 1024)])]) {
    hung.scripted.picture = picture;
    await assert.rejects(hung.set("a picture"), isRefusedForGood);
  }
  assert.deepEqual(hung.scripted.sent.filter(isSet).map(serializeXml), []);
});

void test("a picture that the gateway has set before a restart is none of the room's own", async (t) => {
  const mark = `<UID>mimi.test sha1:${hash(PNG)}</UID>`;
  const hung = await HungRoom.open(t, photo(PNG) + mark);
  await hung.settled();
  assert.deepEqual(hung.raws, []);
  hung.card = photo(GIF) + mark;
  hung.scripted.write(configured);
  assert.deepEqual(await hung.told(1), [{ ...property, ...of(GIF) }]);
});

void test("a picture of another room, or of none, is not given", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  await assert.rejects(hung.scripted.account.picture(of(GIF).value), GatewayError);
  await assert.rejects(hung.scripted.account.picture(`sha1:${hash(PNG)}:other@muc.test`), GatewayError);
});

void test("what would end the whole stream with the room's vCard around it is not sent, and refused for good", async (t) => {
  const hung = await HungRoom.open(t, `<NOTE>${">".repeat(40_000)}</NOTE>`);
  await hung.told(1);
  hung.scripted.picture = PNG;
  await assert.rejects(hung.set("a picture"), isRefusedForGood);
  assert.deepEqual(hung.scripted.sent.filter(isSet).length, 0);
});

void test("an id that the room has in its vCard stays, and one of a picture that was set before goes", async (t) => {
  const hung = await HungRoom.open(t, "<UID>urn:uuid:tea</UID>");
  await hung.told(1);
  hung.scripted.picture = PNG;
  await hung.set("a picture");
  assert.equal(hung.card, `<UID>urn:uuid:tea</UID>${photo(PNG)}`);
  hung.card = `<UID>other.test ${of(GIF).shown}</UID>${photo(GIF)}`;
  await hung.set("the same picture");
  assert.equal(hung.card, `${photo(PNG)}<UID>mimi.test ${of(PNG).shown}</UID>`);
});

void test("a room that takes no picture now holds up nothing for ever", async (t) => {
  const hung = await HungRoom.open(t, null);
  await hung.told(1);
  hung.scripted.picture = PNG;
  const retries = async (condition: string, sets: boolean) => {
    hung.refusal = { condition, sets };
    const error: unknown = await hung.set("a picture").catch((thrown: unknown) => thrown);
    return error instanceof DeliveryError ? error.retry : assert.fail("it was set");
  };
  for (const condition of ["policy-violation", "resource-constraint"]) {
    assert.equal(await retries(condition, true), "backoff", condition);
    assert.equal(await retries(condition, false), "backoff", condition);
  }
  assert.equal(await retries("forbidden", true), "never");
  assert.equal(await retries("remote-server-timeout", true), "after");
});

void test("a picture that can't be had for now is tried again a few times", async (t) => {
  const hung = await HungRoom.open(t, null);
  await hung.told(1);
  hung.scripted.pictureFault = new GatewayError("media_unreachable", "the host does not answer");
  await assert.rejects(hung.set("a picture"), { code: "delivery_refused", retry: "backoff" });
});

void test("a room that tells of many pictures is asked for a few, then for the last one a minute later", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  await hung.told(1);
  const minuteOver = heldMinutes(t);
  for (let turn = 0; turn < 20; turn += 1) {
    hung.card = photo(turn % 2 === 0 ? GIF : PNG);
    hung.scripted.write(tells(turn % 2 === 0 ? GIF : PNG), configured);
    await hung.settled();
  }
  const { questions, raws } = hung;
  assert.ok(questions <= 12, `it was asked ${questions} times`);
  hung.card = photo(GIF);
  hung.scripted.write(tells(PNG), tells(GIF));
  await hung.settled();
  assert.equal(hung.raws.length, raws.length);
  hung.card = null;
  minuteOver();
  assert.deepEqual((await hung.told(raws.length + 1)).slice(raws.length), [{ ...property, ...none }]);
  assert.equal(hung.questions, questions + 1);
});

void test("what is set waits for one look at most", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  await hung.told(1);
  hung.held = [];
  hung.scripted.write(configured);
  await hung.settled();
  hung.scripted.write(configured, configured, configured);
  await hung.settled();
  hung.scripted.picture = GIF;
  const done = hung.set("a picture");
  hung.release();
  await done;
  const kinds = hung.scripted.sent.filter(isQuestion).map(isSet);
  assert.equal(kinds.indexOf(true), 3, "first, then the look under way, and its own question");
});

void test("a room that changes something before its picture was seen has changed no picture by that", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG), []);
  hung.scripted.write(configured);
  await hung.settled();
  hung.release();
  assert.deepEqual(await hung.told(1), [{ ...property, ...of(PNG), read: true }]);
});

void test("a room that can't be asked is asked once more, a minute later, and what it has then is read", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG), []);
  await hung.settled();
  const minuteOver = heldMinutes(t);
  hung.refusal = { condition: "internal-server-error", sets: false };
  hung.release();
  await hung.settled();
  hung.refusal = null;
  hung.scripted.write(configured);
  await hung.settled();
  minuteOver();
  assert.deepEqual(await hung.told(1), [{ ...property, ...of(PNG), read: true }]);
  assert.equal(hung.questions, 2);
});

void test("a picture that was told, and can't be had, is asked for once more, and no more than that", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  await hung.told(1);
  const minuteOver = heldMinutes(t);
  hung.refusal = { condition: "internal-server-error", sets: false };
  hung.scripted.write(tells(GIF));
  await hung.settled();
  hung.card = photo(GIF);
  hung.refusal = null;
  minuteOver();
  assert.deepEqual((await hung.told(2)).slice(1), [{ ...property, ...of(GIF) }]);
  hung.refusal = { condition: "internal-server-error", sets: false };
  hung.scripted.write(tells(PNG));
  for (const questions of [4, 5, 5]) {
    await hung.settled();
    assert.equal(hung.questions, questions);
    minuteOver();
  }
});

void test("others who ask for a picture cost the room one question, few of them, and none where it has another", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG), []);
  const { account } = hung.scripted;
  const ask = (bytes: Buffer) => account.picture(of(bytes).value);
  const wanted = Array.from({ length: 20 }, () => ask(GIF));
  const refusals = Promise.allSettled(wanted);
  await hung.settled();
  assert.equal(hung.questions, 2, "that of the room's look, and theirs");
  hung.refusal = { condition: "internal-server-error", sets: false };
  hung.release();
  assert.ok((await refusals).every(({ status }) => status === "rejected"));
  for (let turn = 0; turn < 20; turn += 1) await assert.rejects(ask(GIF));
  assert.equal(hung.questions, 7);
});

void test("a room that has another picture is not asked for that of before", async (t) => {
  const hung = await HungRoom.open(t, photo(PNG));
  await hung.told(1);
  await assert.rejects(hung.scripted.account.picture(of(GIF).value), { code: "media_refused" });
  assert.equal(hung.questions, 1);
});
