import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { isPlainText } from "../../../../core/federation/wire/plain-content.ts";
import { remoteEvent } from "../../../../core/federation/wire/read-carried.ts";
import type { LogEvent } from "../../../../core/federation/wire/wire-event.ts";
import { effectOf } from "../../../../core/groups/message-effect.ts";
import type { Seq } from "../../../../core/ids.ts";
import { ContentError } from "../../../../mappings/content/content-error.ts";
import { decodeContent, encodeContent } from "../../../../mappings/content/codec.ts";
import { type MimiContent, PLAIN_TEXT } from "../../../../mappings/content/content.ts";
import { type EventId, groupUri, userUri } from "../../../../mappings/ids.ts";
import { actOf } from "../../../../mappings/message-act.ts";
import { fromContent } from "../../../../mappings/message/from-content.ts";
import { domain } from "../two-gateways.ts";

const host = domain("chat.a.example");
const sender = userUri(host, "anna");
const group = groupUri(host, "tea");
const other = `01${"ab".repeat(31)}` as EventId;

function plain(text: Uint8Array): MimiContent {
  return {
    salt: randomBytes(16),
    replaces: null,
    topicId: new Uint8Array(),
    expires: null,
    inReplyTo: null,
    extensions: new Map(),
    sender,
    group,
    body: { cardinality: "single", disposition: 1, language: "", contentType: PLAIN_TEXT, content: text },
  };
}

const event = (content: Uint8Array): LogEvent => ({
  seq: 1 as Seq,
  id: other,
  kind: "message",
  sender,
  at: 1,
  origin_at: 1,
  content,
});

/** What the long way makes of it. */
function read(content: Uint8Array) {
  try {
    const message = decodeContent(content);
    if (message.sender !== sender || message.group !== group) return null;
    return { effect: effectOf(fromContent(message)), act: actOf(fromContent(message)) };
  } catch (thrown) {
    if (!(thrown instanceof ContentError)) throw thrown;
    return null;
  }
}

const nothing = { effect: { kind: "none" }, act: null };

function same(content: Uint8Array): void {
  const { kind, effect, act } = remoteEvent(event(content), group, { dead: false, names: new Map() });
  const expected = read(content);
  assert.deepEqual({ effect, act }, expected ?? nothing);
  assert.equal(kind, expected === null ? "opaque" : "message");
}

void test("plain texts of every length go the short way, and mean what they mean on the long one", () => {
  for (const length of [0, 1, 23, 24, 25, 255, 256, 257, 4_000, 65_535]) {
    const content = encodeContent(plain(Buffer.alloc(length, 0x61)));
    assert.ok(isPlainText(content, sender, group), `${length} octets`);
    same(content);
  }
  assert.equal(isPlainText(encodeContent(plain(Buffer.alloc(65_536, 0x61))), sender, group), false);
});

void test("whatever is not a plain text alone is read", () => {
  const text = plain(Buffer.from("hello"));
  const others: readonly MimiContent[] = [
    { ...text, replaces: other },
    { ...text, inReplyTo: other },
    { ...text, topicId: new Uint8Array(32) },
    { ...text, expires: { relative: true, seconds: 60 } },
    { ...text, sender: userUri(host, "bob") },
    { ...text, group: groupUri(host, "coffee") },
  ];
  for (const content of others.map(encodeContent)) {
    assert.equal(isPlainText(content, sender, group), false);
    same(content);
  }
});

void test("contents that were changed mean the same on both ways, or nothing", () => {
  const length = fc.constantFrom(0, 5, 23, 24, 200, 255, 256, 300);
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const octet = fc.integer({ min: 0, max: 255 });
  const cut = fc.integer({ min: -2, max: 2 });
  fc.assert(
    fc.property(length, place, octet, cut, fc.boolean(), (octets, at, value, longer, late) => {
      const whole = Buffer.from(encodeContent(plain(Buffer.alloc(octets, 0x61))));
      const from = late ? Math.max(0, whole.length - octets - 4) : 0;
      whole[from + Math.floor(at * (whole.length - from))] = value;
      same(longer < 0 ? whole.subarray(0, longer) : Buffer.concat([whole, Buffer.alloc(longer, 0x61)]));
    }),
    { numRuns: 3_000 },
  );
});
