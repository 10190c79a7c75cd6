/** Ghosts with the pictures of those for whom they stand (XEP-0153), over a real stream. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { GhostPictures } from "../../../bridges/xmpp/ghost-pictures.ts";
import type { Occupancy } from "../../../bridges/xmpp/occupancy.ts";
import { attribute, type Element, parseXml } from "../../../bridges/xmpp/xml.ts";
import { limits } from "../../../core/limits.ts";
import type { Avatar } from "../../../core/media/picture-type.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ghost, presence, room } from "../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../support/scripted-muc.ts";

const ann = ghost("Ann");
const UPDATE = "vcard-temp:x:update";
const tokens = { red: "r".repeat(27), blue: "b".repeat(27), large: "l".repeat(27), gone: "g".repeat(27) };
const picture = (name: string): Avatar => ({ bytes: Buffer.from(`a ${name} picture`), type: "image/png" });
const hash = (name: string) => createHash("sha1").update(picture(name).bytes).digest("hex");
const withPicture = (name: keyof typeof tokens | null) => ({
  uri: "mimi://a.test/u/ann" as UserUri,
  name: "Ann",
  ...(name !== null && { avatar: `/avatar/${tokens[name]}` }),
});

async function withPictures(t: Parameters<typeof ScriptedMuc.open>[0]) {
  const muc = await ScriptedMuc.entered(t);
  const asked: string[] = [];
  muc.host.avatar = (token) => {
    asked.push(token);
    const [name = ""] = Object.entries(tokens).find(([, one]) => one === String(token)) ?? [];
    if (name === "large") return Promise.resolve({ bytes: Buffer.alloc(65_537), type: "image/png" });
    return Promise.resolve(name === "gone" ? null : picture(name));
  };
  return { muc, asked };
}
/** The hashes that Ann's ghost has shown, in order. */
const shown = (muc: ScriptedMuc) =>
  muc.sent.flatMap((stanza) => {
    const update = attribute(stanza, "from") === ann ? stanza.getChild("x", UPDATE) : undefined;
    return update ? [update.getChildText("photo") ?? ""] : [];
  });
const shows = async (muc: ScriptedMuc, hashes: readonly string[]): Promise<void> => {
  await eventually("the pictures", () => shown(muc).length >= hashes.length);
  assert.deepEqual(shown(muc), hashes);
};
const renames = (stanza: Element) => attribute(stanza, "to") === `${room}/Olga`;
/** The answer to whoever asks for a vCard through the room. */
async function vcard(muc: ScriptedMuc, whose: string): Promise<Element> {
  const id = `vcard-${muc.sent.length}`;
  muc.write(`<iq type='get' id='${id}' from='${room}/Bob' to='${whose}'><vCard xmlns='vcard-temp'/></iq>`);
  return muc.find("the vCard", (stanza) => attribute(stanza, "id") === id);
}

void test("a ghost shows the hash of its picture, and gives the picture to whoever asks", async (t) => {
  const { muc, asked } = await withPictures(t);
  await muc.speakAs(withPicture("red"), "one");
  await shows(muc, [hash("red")]);
  await muc.speakAs(withPicture("red"), "two");
  // Rooms pass the question on to the bare address.
  for (const whose of ["ann_a.test@gw.test", ann]) {
    const card = (await vcard(muc, whose)).getChild("vCard", "vcard-temp");
    assert.equal(card?.getChildText("FN"), "Ann");
    const photo = card?.getChild("PHOTO");
    assert.equal(photo?.getChildText("TYPE"), "image/png");
    assert.equal(Buffer.from(photo?.getChildText("BINVAL") ?? "", "base64").toString(), "a red picture");
  }
  assert.deepEqual(shown(muc), [hash("red")], "it is shown once");
  assert.deepEqual(asked, Array(3).fill(tokens.red), "once to show it, and once for whoever asks");
});

void test("another picture is shown in the place of the first, and none in the place of that", async (t) => {
  const { muc } = await withPictures(t);
  await muc.speakAs(withPicture("red"), "one");
  await shows(muc, [hash("red")]);
  await muc.speakAs(withPicture("blue"), "two");
  await shows(muc, [hash("red"), hash("blue")]);
  muc.account.show(room, withPicture(null), { kind: "profile" });
  await shows(muc, [hash("red"), hash("blue"), ""]);
  assert.equal((await vcard(muc, ann)).getChild("vCard", "vcard-temp")?.getChild("PHOTO"), undefined);
});

void test("a ghost that was put out comes back with its picture", async (t) => {
  const { muc } = await withPictures(t);
  await muc.speakAs(withPicture("red"), "one");
  await shows(muc, [hash("red")]);
  muc.write(presence("Ann", ann, { type: "unavailable", statuses: [110, 307] }));
  await muc.settled();
  await muc.speakAs(withPicture("red"), "two");
  await shows(muc, [hash("red"), hash("red")]);
});

void test("a picture that is too large, or can't be had, is not shown, and a ghost without one says nothing of it", async (t) => {
  const { muc } = await withPictures(t);
  await muc.speakAs(withPicture(null), "one");
  await muc.settled();
  assert.deepEqual(shown(muc), []);
  await muc.speakAs(withPicture("large"), "two");
  await shows(muc, [""]);
  await muc.speakAs(withPicture("gone"), "three");
  await shows(muc, ["", ""]);
});

void test("a picture that comes while the ghost is being renamed does not rename it back", async (t) => {
  const { muc } = await withPictures(t);
  await muc.speakAs(withPicture("red"), "one");
  await shows(muc, [hash("red")]);
  await muc.settled();
  muc.answer = (stanza) => (renames(stanza) ? "" : undefined);
  const renamed = muc.speakAs({ ...withPicture("red"), name: "Olga" }, "two");
  await muc.find("the new name", renames);
  muc.account.show(room, withPicture("blue"), { kind: "profile" });
  await muc.settled();
  assert.equal(shown(muc).includes(hash("blue")), false, "not under the old name");
  muc.answer = () => undefined;
  muc.write(muc.admits(ann, "Olga"));
  await renamed;
  const last = await muc.find(
    "the picture",
    (stanza) => stanza.getChild("x", UPDATE)?.getChildText("photo") === hash("blue"),
  );
  assert.equal(attribute(last, "to"), `${room}/Olga`);
});

void test("a picture that could not be had is tried again after a while, and one that could is not kept in memory", async () => {
  let now = 0;
  let answer: Avatar | null = null;
  const asked: string[] = [];
  const host = {
    avatar(token: string) {
      asked.push(token);
      return Promise.resolve(answer);
    },
  };
  const pictures = new GhostPictures({ host, log: pino({ level: "silent" }), now: () => now });
  const told: string[] = [];
  const occupancy = {
    jid: ann,
    update: (x: Element) => told.push(x.getChildText("photo") ?? ""),
  } as unknown as Occupancy;
  const wears = async (hashes: readonly string[]) => {
    pictures.wear(room, occupancy, withPicture("red"));
    await setImmediate();
    assert.deepEqual(told, hashes);
  };
  await wears([""]);
  answer = picture("red");
  await wears([""]);
  assert.equal(asked.length, 1, "not yet");
  now += limits.avatarAgainMs;
  await wears(["", hash("red")]);
  now += limits.avatarAgainMs;
  await wears(["", hash("red")]);
  assert.equal(asked.length, 2);
  await pictures.vcard(
    parseXml(`<iq type='get' id='v' from='${room}/Bob' to='${ann}'><vCard xmlns='vcard-temp'/></iq>`),
  );
  assert.equal(asked.length, 3, "asked for when somebody wants to see it");
});

void test("nobody else has a vCard here", async (t) => {
  const { muc } = await withPictures(t);
  for (const whose of ["bridge@gw.test", "gw.test", "nobody@gw.test"])
    assert.ok((await vcard(muc, whose)).getChild("error")?.getChild("service-unavailable"), whose);
});
