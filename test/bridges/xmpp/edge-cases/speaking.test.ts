/** How a room takes what the gateway says in it: refused, forgotten, or under way when the connection ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Element } from "../../../../bridges/xmpp/xml.ts";
import { DeliveryError } from "../../../../core/bridge/outbound.ts";
import { ghost, isEntering, listener, presence, refused, room } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const ann = ghost("Ann");
const isAnn = (stanza: Element) => stanza.attrs["from"] === ann;
const isSaid = (stanza: Element) => stanza.name === "message" && stanza.attrs["type"] === "groupchat";
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

/** How the room refuses what a ghost says that is in it: by the error's condition and type. */
const bounces: readonly (readonly [condition: string, type: string, code: string, retry: string])[] = [
  ["forbidden", "auth", "delivery_forbidden", "never"],
  ["not-acceptable", "cancel", "delivery_refused", "backoff"],
  ["item-not-found", "cancel", "delivery_refused", "backoff"],
  ["gone", "cancel", "delivery_refused", "backoff"],
  // However long its service is away: nothing is given up for that.
  ["remote-server-not-found", "cancel", "account_down", "after"],
  ["remote-server-timeout", "wait", "account_down", "after"],
  ["service-unavailable", "cancel", "account_down", "after"],
  ["internal-server-error", "wait", "delivery_refused", "backoff"],
  ["policy-violation", "modify", "delivery_throttled", "after"],
  ["resource-constraint", "wait", "delivery_throttled", "after"],
  ["bad-request", "modify", "delivery_refused", "never"],
  ["not-allowed", "cancel", "delivery_refused", "never"],
];

for (const [condition, type, code, retry] of bounces)
  void test(`said and refused: ${condition}`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    muc.answer = (stanza) => (isSaid(stanza) ? refused(stanza, condition, type, "so it is") : undefined);
    const error = await refusedAs(sayAs(muc));
    assert.deepEqual([error.code, error.retry], [code, retry]);
    assert.match(error.detail, new RegExp(`${condition} \\(so it is\\)`));
    muc.answer = () => undefined;
    assert.match((await muc.speak("Ann", "again")).native ?? "", /^S/);
  });

void test("a ghost that the room has forgotten enters again before it next speaks", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.answer = (stanza) => (isSaid(stanza) ? refused(stanza, "not-acceptable") : undefined);
  await refusedAs(muc.speak("Ann", "lost"));
  muc.answer = () => undefined;
  await muc.speak("Ann", "found");
  assert.deepEqual(muc.asked(ann), ["Ann", "Ann"]);
});

void test("where the room has forgotten the listener, it enters again", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = (stanza) => (isSaid(stanza) ? refused(stanza, "not-acceptable") : undefined);
  await refusedAs(muc.setTopic("cups"));
  muc.answer = () => undefined;
  await muc.ready(2);
  assert.equal(muc.asked(listener).length, 2);
});

void test("a topic that may not be set is refused, and the room keeps its own", async (t) => {
  const muc = await ScriptedMuc.entered(t, { subject: "tea" });
  muc.answer = (stanza) => (isSaid(stanza) ? refused(stanza, "forbidden", "auth") : undefined);
  const error = await refusedAs(muc.setTopic("coffee"));
  assert.deepEqual([error.code, error.retry], ["delivery_forbidden", "never"]);
  assert.equal((await muc.setTopic("tea")).native, null, "the topic that stands is not set again");
});

for (const to of [null, `${room}/occ-a`])
  void test(`a line of the gateway's own that would end the stream is not sent ${to === null ? "to the room" : "to one"}`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    const args = { text: "x".repeat(600_000), to, nick: "Alice" };
    const error = await refusedAs(muc.perform({ op: "notice", part: null, speaker: null, args }));
    assert.deepEqual([error.code, error.retry], ["delivery_refused", "never"]);
    await sayAs(muc);
    assert.deepEqual(muc.lines, [ghostLine]);
  });

void test("an error that answers nothing of ours changes nothing", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  const other = `<message type='error' from='${room}' to='${listener}' id='other'><error type='cancel'/></message>`;
  muc.write(other, `<message type='error' from='${room}'/>`);
  await muc.settled();
  assert.equal(muc.account.fault(room), null);
  await sayAs(muc);
});

void test("occupants that a server has kept through the end of the connection enter again and leave as themselves", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.host.list = [room];
  // Ghost and listener stand there still: the room answers with both when the listener comes again.
  muc.answer = (stanza) =>
    isEntering(stanza) && stanza.attrs["from"] === listener
      ? presence("Ann", listener) + muc.admits(listener, "mimi-gateway")
      : undefined;
  await muc.dropped();
  await muc.ready(2);
  await muc.speak("Ann", "back");
  assert.deepEqual(muc.asked(ann), ["Ann", "Ann"]);
  assert.deepEqual(muc.lines, [ghostLine, "ann_a.test: back"]);
});

void test("ghosts that a server has kept leave with the gateway, also those who did not speak since", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  await sayAs(muc);
  muc.host.list = [room];
  await muc.dropped();
  await muc.ready(2);
  await muc.account.leave(room, []);
  await muc.find("Ann leaving", (stanza) => isAnn(stanza) && stanza.attrs["type"] === "unavailable");
});

void test("what was under way when the connection ended is not certain to have failed", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.answer = (stanza) => (isSaid(stanza) ? "" : undefined);
  const saying = sayAs(muc).then(
    () => null,
    (error: unknown) => error,
  );
  await muc.find("the message", isSaid);
  await muc.dropped();
  const error = await saying;
  assert.ok(error instanceof DeliveryError);
  assert.equal(error.certainty, "unknown");
});
