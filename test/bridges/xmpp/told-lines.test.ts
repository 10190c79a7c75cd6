import assert from "node:assert/strict";
import { test } from "node:test";
import { ToldLines } from "../../../bridges/xmpp/told-lines.ts";
import type { Raw } from "../../../core/bridge/inbound.ts";
import type { NativeKey } from "../../../core/ids.ts";

const reply = (to: string) => ({ kind: "reply", to: { native: to, name: to }, text: "not carried" }) as const;
const raw = (key: string | null, text = "<message/>"): Raw => ({
  nativeKey: key as NativeKey | null,
  at: 1,
  raw: text,
});

void test("a line is told again upon what it was told upon first, and upon nothing else", () => {
  const told = new ToldLines();
  assert.ok(told.isNews(reply("ann"), raw("one")));
  assert.ok(!told.isNews(reply("ann"), raw("two")), "said again");
  assert.ok(told.isNews(reply("bob"), raw("two")), "to somebody else");
  assert.ok(told.isNews(reply("ann"), raw("one")), "its first translation was thrown away");
});

void test("what has no key is known by its text", () => {
  const told = new ToldLines();
  assert.ok(told.isNews(reply("ann"), raw(null, "<message id='1'/>")));
  assert.ok(told.isNews(reply("ann"), raw(null, "<message id='1'/>")));
  assert.ok(!told.isNews(reply("ann"), raw(null, "<message id='2'/>")));
});
