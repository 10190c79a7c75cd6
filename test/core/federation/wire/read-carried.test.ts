import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { submittedEvent } from "../../../../core/federation/wire/read-carried.ts";
import { groupUri } from "../../../../mappings/ids.ts";
import { saidMessage } from "../said-message.ts";
import { domain } from "../two-gateways.ts";

const group = groupUri(domain("chat.a.example"), randomUUID());
const from = {
  group,
  bases: [domain("a.example"), domain("b.example")],
  vouched: true,
  names: new Map(),
} as const;

void test("a submission of a kind that is not known is content_invalid whatever its id, and of one that is id_mismatch", () => {
  const { id, content, sender } = saidMessage(domain("chat.b.example"), group, "hello", "bob");
  assert.ok(sender);
  const event = { id, kind: "message", sender: sender.uri, origin_at: 1, content };
  const codeOf = (change: Partial<typeof event>) =>
    submittedEvent({ ...event, ...change }, from).refused?.code;
  assert.equal(codeOf({}), undefined);
  assert.equal(codeOf({ kind: "opinion" }), "content_invalid");
  const other = saidMessage(domain("chat.b.example"), group, "other", "bob").content;
  assert.equal(codeOf({ content: other }), "id_mismatch");
  assert.equal(codeOf({ kind: "opinion", content: other }), "content_invalid");
});
