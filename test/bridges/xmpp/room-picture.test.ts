/** The picture of a room (XEP-0486), read and set over a real stream. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
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
  muc: ScriptedMuc | null = null;

  readonly answer = (stanza: Element): string | undefined => {
    if (!isQuestion(stanza)) return undefined;
    const [id, to] = ["id", "from"].map((name) => attribute(stanza, name) ?? "");
    if (isSet(stanza)) this.card = (stanza.getChild("vCard")?.children ?? []).map(String).join("");
    else if (this.card === null) return refused(stanza, "item-not-found");
    const card = `<vCard xmlns='vcard-temp'>${isSet(stanza) ? "" : this.card}</vCard>`;
    return `<iq type='result' id='${id}' from='${room}' to='${to}'>${card}</iq>`;
  };

  static async open(t: Parameters<typeof ScriptedMuc.open>[0], card: string | null): Promise<HungRoom> {
    const hung = new HungRoom();
    hung.card = card;
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

  /** Resolves when all pictures that were to be looked at were. */
  async settled(): Promise<void> {
    await this.scripted.settled();
    await assert.rejects(this.scripted.account.picture(`sha1:${"0".repeat(40)}:${room}`));
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
