import assert from "node:assert/strict";
import { test } from "node:test";
import { message, plan, textPayload } from "../../../bridges/xmpp/outbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { refusal, requestRefusal } from "../../../bridges/xmpp/refusal.ts";
import { StanzaError } from "../../../bridges/xmpp/stream.ts";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import type { OutEvent, RoomContext } from "../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { textMessage } from "../../../mappings/message.ts";
import type { XmppCapabilities } from "../../../mappings/xmpp/outbound.ts";

const room = "lobby@rooms.example" as NativeRoom;
const group = "mimi://a.example/r/g" as GroupUri;
const id = "01".repeat(32) as EventId;
const speaker = { uri: "mimi://a.example/u/x" as UserUri, name: "Alice" };
const full: XmppCapabilities = {
  roomJid: room,
  stanzaId: true,
  occupantId: true,
  textBytes: 1_000,
  subject: true,
  configuration: true,
  picture: true,
  moderation: false,
  administration: false,
  typing: true,
  markers: false,
  presence: false,
  broadcasts: false,
};
const planFor = (event: OutEvent, capabilities = full, context: RoomContext = emptyContext) =>
  plan(event, capabilities, context);

const saying = (text: string): OutEvent => ({
  kind: "message",
  id,
  speaker,
  message: textMessage(plainFlat(text)),
});
const body = (text: string) => ({ name: "body", attrs: {}, children: [text] });

void test("a text is one step in its author's name", () => {
  assert.deepEqual(planFor(saying("hi\nyou")), {
    steps: [{ op: "message", part: 0, speaker, args: { payload: [body("hi\nyou")] } }],
    losses: [],
  });
});

void test("what XML can't hold is left out", () => {
  const { steps } = planFor(saying("a\u0001b\u0000\uFFFF"));
  assert.deepEqual(steps[0]?.args["payload"], [body("ab")]);
});

void test("a property that the room does not let us set is a loss, not a step", () => {
  const topic: OutEvent = { kind: "property", id, speaker, name: "topic", value: "t" };
  assert.deepEqual(planFor(topic).steps, [{ op: "topic", part: null, speaker: null, args: { text: "t" } }]);
  const refused = planFor(topic, { ...full, subject: false });
  assert.deepEqual(refused.steps, []);
  assert.deepEqual(
    refused.losses.map(({ code }) => code),
    ["property_unsupported"],
  );
});

void test("a pinned message is told in a line of the gateway's own, which nobody answers; one taken down is not", () => {
  const known = {
    root: id,
    parts: [{ native: "S1", aux: null }],
    edits: [],
    author: { name: "Zoe", native: null },
    ours: true,
    excerpt: "Ship it",
    threadRoot: null,
  };
  const context = { ...emptyContext, message: (asked: EventId) => (asked === id ? known : null) };
  const pin: OutEvent = { kind: "property", id, speaker, name: "pins", item: id, value: "true" };
  const { steps, losses } = planFor(pin, full, context);
  assert.deepEqual(steps, [
    { op: "message", part: 0, speaker: null, args: { payload: [body("\u{1F4CC} Zoe: Ship it")] } },
  ]);
  assert.deepEqual(
    losses.map(({ code }) => code),
    ["property_unsupported"],
  );
  assert.deepEqual(planFor({ ...pin, value: "" }, full, context).steps, []);
  assert.deepEqual(planFor(pin).steps, [], "it is not known here");
});

const moderates = (moderated: boolean) => ({
  op: "moderated",
  part: null,
  speaker: null,
  args: { moderated },
});

void test("whether not everybody may speak is set in rooms that the gateway owns", () => {
  const restricted: OutEvent = { kind: "property", id, speaker: null, name: "moderated", value: "true" };
  assert.deepEqual(planFor(restricted).steps, [moderates(true)]);
  assert.deepEqual(planFor({ ...restricted, value: "" }).steps, [moderates(false)]);
  assert.deepEqual(planFor(restricted, { ...full, configuration: false }).steps, []);
});

void test("a correction comes from the occupant who said what it corrects, whoever has caused it", () => {
  const root = "02".repeat(32) as EventId;
  const author = { uri: "mimi://a.example/u/y" as UserUri, name: "Bob" };
  const edit: OutEvent = {
    kind: "message",
    id,
    speaker,
    message: { ...textMessage(plainFlat("better")), replaces: root },
  };
  const context: RoomContext = {
    ...emptyContext,
    author: (message) => (message === root ? author : null),
    message: () => ({
      root,
      parts: [{ native: "stanza-1", aux: "key-1" }],
      edits: [],
      author: { name: "Bob", native: null },
      ours: true,
      excerpt: "good",
      threadRoot: null,
    }),
  };
  const [step] = planFor(edit, full, context).steps;
  assert.deepEqual([step?.speaker, step?.part], [author, 0]);
  const replace = { xmlns: "urn:xmpp:message-correct:0", id: "key-1" };
  assert.deepEqual(step?.args["payload"], [
    body("better"),
    { name: "replace", attrs: replace, children: [] },
  ]);
});

void test("of members only whoever is out of the group concerns a room: his ghost goes", () => {
  const member = { kind: "member", id, user: "mimi://a.test/u/one", reason: "" } as const;
  assert.deepEqual(planFor({ ...member, change: "join" }), { steps: [], losses: [] });
  const out = { op: "out", part: null, speaker: null, args: { user: member.user } };
  assert.deepEqual(planFor({ ...member, change: "leave" }), { steps: [out], losses: [] });
});

void test("a stanza carries its key as id and origin-id, and the mark of this gateway", () => {
  const context = { room, key: "k-1-0" as DeliveryKey, origin: { group, event: id } };
  const text = `<&>"'\u{1F44B}`;
  const address = { from: "x@gw.example/gateway", to: room, type: "groupchat" } as const;
  const stanza = message(context, address, textPayload(text), "gw");
  const read = parseXml(stanza.toString());
  assert.equal(read.attrs["id"], "k-1-0");
  assert.equal(read.getChild("origin-id", "urn:xmpp:sid:0")?.attrs["id"], "k-1-0");
  assert.deepEqual(read.getChild("copy", "urn:mimi-gateway:mark:0")?.attrs, {
    xmlns: "urn:mimi-gateway:mark:0",
    gateway: "gw",
    group,
    event: id,
  });
  assert.equal(read.getChildText("body"), text);
});

const refused = (condition: string, type = "cancel") =>
  refusal(
    parseXml(
      `<message type="error" from="${room}" id="k"><error type="${type}">` +
        `<${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
    ),
  );

void test("a room's refusal says whether the same may be tried again", () => {
  const table = [
    ["forbidden", "auth", "never", "delivery_forbidden"],
    ["not-acceptable", "modify", "backoff", "delivery_refused"],
    ["policy-violation", "wait", "after", "delivery_throttled"],
    ["resource-constraint", "wait", "after", "delivery_throttled"],
    ["internal-server-error", "wait", "backoff", "delivery_refused"],
    ["bad-request", "modify", "never", "delivery_refused"],
  ] as const;
  for (const [condition, type, retry, code] of table) {
    const error = refused(condition, type);
    assert.deepEqual([error.retry, error.code, error.certainty], [retry, code, "certain"], condition);
  }
  assert.ok(refused("policy-violation").afterMs > 0);
});

const unanswered = (code: "request_timeout" | "account_down") =>
  requestRefusal(new GatewayError(code, "")).retry;

void test("what a room can't do for now is asked for again, and what it does not let the gateway do is not", () => {
  const table = [
    ["remote-server-timeout", "wait", "after", "account_down"],
    ["remote-server-not-found", "cancel", "after", "account_down"],
    ["resource-constraint", "wait", "after", "delivery_throttled"],
    ["internal-server-error", "wait", "backoff", "delivery_refused"],
    ["forbidden", "auth", "never", "delivery_forbidden"],
    ["service-unavailable", "cancel", "never", "delivery_forbidden"],
  ] as const;
  for (const [condition, type, retry, code] of table) {
    const stanza = `<iq type="error"><error type="${type}"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`;
    const error = requestRefusal(new StanzaError(parseXml(stanza)));
    assert.deepEqual([error.retry, error.code, error.certainty], [retry, code, "certain"], condition);
  }
  assert.equal(unanswered("account_down"), "after");
  assert.equal(unanswered("request_timeout"), "backoff", "a room that never answers is given up in the end");
});
