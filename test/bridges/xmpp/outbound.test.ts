import assert from "node:assert/strict";
import { test } from "node:test";
import { message, plan } from "../../../bridges/xmpp/outbound.ts";
import { refusal } from "../../../bridges/xmpp/refusal.ts";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import type { Capabilities, OutEvent } from "../../../core/bridge.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import { type MimiContent, plainText } from "../../../mappings/content/content.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";

const room = "lobby@rooms.example" as NativeRoom;
const group = "mimi://a.example/r/g" as GroupUri;
const id = "01".repeat(32) as EventId;
const speaker = { uri: "mimi://a.example/u/x" as UserUri, name: "Alice" };
const full: Capabilities = { name: "full", topic: "full", archive: true, textBytes: 1_000 };

const saying = (text: string): OutEvent => {
  const content: MimiContent = {
    ...plainText(text),
    salt: new Uint8Array(16),
    replaces: null,
    topicId: new Uint8Array(),
    inReplyTo: null,
    sender: speaker.uri,
    group,
  };
  return { kind: "message", id, speaker, content };
};

void test("a text is one step in its author's name", () => {
  assert.deepEqual(plan(saying("hi\nyou"), full), {
    steps: [{ op: "message", speaker, args: { text: "hi\nyou" } }],
    losses: [],
  });
});

void test("what XML can't hold is left out and named", () => {
  const { steps, losses } = plan(saying("a\u0001b\u0000\uFFFF"), full);
  assert.equal(steps[0]?.args["text"], "ab");
  assert.deepEqual(losses, [{ code: "characters_removed", detail: "3 characters" }]);
  assert.deepEqual(plan(saying("\u0001\u0002"), full).steps, []);
});

void test("a property that the room does not let us set is a loss, not a step", () => {
  const topic: OutEvent = { kind: "property", id, speaker, name: "topic", value: "t" };
  assert.deepEqual(plan(topic, full).steps, [{ op: "topic", speaker: null, args: { text: "t" } }]);
  assert.deepEqual(plan(topic, { ...full, topic: "none" }), {
    steps: [],
    losses: [{ code: "property_unsupported", detail: "topic" }],
  });
});

void test("a joining member is nothing to say", () => {
  assert.deepEqual(plan({ kind: "member", id }, full), { steps: [], losses: [] });
});

void test("a stanza carries its key as id and origin-id, and the mark of this gateway", () => {
  const context = { room, key: "k-1-0" as DeliveryKey, origin: { group, event: id } };
  const text = `<&>"'\u{1F44B}`;
  const stanza = message(context, { from: "x@gw.example/gateway", to: room, type: "groupchat" }, text, "gw");
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
