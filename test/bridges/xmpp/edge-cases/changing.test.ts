/** Edits, deletions and reactions taken back: said by the occupant who said what they change, else clients do not heed them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, type Element } from "../../../../bridges/xmpp/xml.ts";
import { DeliveryError, type OutEvent, type Receipt } from "../../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../../core/groups/context-finder.ts";
import type { EventId, UserUri } from "../../../../mappings/ids.ts";
import { plainFlat } from "../../../../mappings/markup/flat.ts";
import { message, textMessage } from "../../../../mappings/message.ts";
import { ghost, isEntering, listener, refused, room } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const root = "02".repeat(32) as EventId;
const ann = ghost("Ann");
const speaker = { uri: "mimi://a.test/u/ann" as UserUri, name: "Ann" };
const MODERATE = "urn:xmpp:message-moderate:1";
const features = ["http://jabber.org/protocol/muc", "urn:xmpp:mam:2", "urn:xmpp:sid:0", MODERATE];
const keptOut = (stanza: Element) =>
  isEntering(stanza) && attribute(stanza, "from") === ann ? refused(stanza, "not-acceptable") : undefined;
/** The room's word on that is waited for, too. */
async function putsOutAnn(muc: ScriptedMuc): Promise<void> {
  await muc.putOut(speaker.uri);
  await muc.settled();
}

const edit = { ...textMessage(plainFlat("better")), replaces: root };
const deletion = { ...message({ kind: "deletion", by: null }), replaces: root };

/** Delivers a change of what was said with this receipt; resolves with whose JID said it, or how it was refused. */
async function change(muc: ScriptedMuc, said: Receipt, what: typeof edit | typeof deletion): Promise<string> {
  const event: OutEvent = { kind: "message", id: "01".repeat(32) as EventId, speaker, message: what };
  const { steps } = muc.account.plan(room, event, {
    ...emptyContext,
    author: () => speaker,
    message: () => ({
      root,
      parts: [{ native: said.native ?? "", aux: said.aux }],
      edits: [],
      author: { name: "Ann", native: null },
      ours: true,
      excerpt: "hi",
      threadRoot: null,
    }),
  });
  const [step] = steps;
  assert.ok(step);
  const before = muc.sent.length;
  const failed = await muc.perform(step).then(
    () => null,
    (error: unknown) => error,
  );
  if (failed instanceof DeliveryError) return `${failed.code} ${failed.retry}`;
  const acts = muc.sent
    .slice(before)
    .filter((stanza) => stanza.name === "message" || stanza.getChild("moderate", MODERATE) !== undefined);
  return acts.map((stanza) => `${stanza.name} ${attribute(stanza, "from") ?? ""}`).join();
}

for (const [name, what] of [
  ["an edit", edit],
  ["a deletion", deletion],
] as const) {
  void test(`${name} of what the gateway's nick said in somebody's name is said by it, also once his ghost is in`, async (t) => {
    const muc = await ScriptedMuc.entered(t, { features, answer: keptOut });
    const said = await muc.speak("Ann", "hi");
    muc.answer = () => undefined;
    assert.equal(await change(muc, said, what), `message ${listener}`);
    await muc.speak("Ann", "now I am in");
    assert.equal(await change(muc, said, what), `message ${listener}`);
  });

  void test(`${name} of what a ghost said is said by it, also where there are enough ghosts without it`, async (t) => {
    const muc = await ScriptedMuc.entered(t, { features }, { ghosts_per_room: 1 });
    const said = await muc.speak("Ann", "hi");
    assert.equal(await change(muc, said, what), `message ${ann}`);
    await putsOutAnn(muc);
    await muc.speak("Bob", "I have her place");
    assert.equal(await change(muc, said, what), `message ${ann}`);
  });
}

void test("where the ghost can't come back, a deletion is a moderator's act, and an edit is refused", async (t) => {
  const muc = await ScriptedMuc.entered(t, { features });
  const said = await muc.speak("Ann", "hi");
  await putsOutAnn(muc);
  muc.answer = keptOut;
  assert.equal(await change(muc, said, edit), "delivery_refused never");
  assert.equal(await change(muc, said, deletion), `iq ${listener}`);
});

void test("where the gateway is no moderator either, a deletion is refused, and not taken for made", async (t) => {
  const standing = "affiliation='none' role='participant'";
  const muc = await ScriptedMuc.entered(t, { features, standing });
  const said = await muc.speak("Ann", "hi");
  await putsOutAnn(muc);
  muc.answer = keptOut;
  assert.equal(await change(muc, said, deletion), "delivery_refused never");
});
