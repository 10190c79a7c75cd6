/** What a channel's history says of posts that may have been made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../../bridges/slack/history.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { Prober } from "../../../bridges/slack/prober.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";

const LONG_AGO = 1_700_000_000_000;
const post = (key: string) => ({
  type: "message",
  ts: "1700000001.000100",
  user: "UAPP",
  bot_id: "BAPP",
  app_id: "AAPP",
  text: "hi",
  metadata: { event_type: "x", event_payload: { key } },
});

const call = () => Promise.reject(new Error("no files are asked for"));

/** `cursor`: what Slack says after each page. */
function probing(cursor: string, messages: readonly object[]) {
  const is = { pages: 0 };
  const history = new History(() => {
    is.pages += 1;
    return Promise.resolve({ messages, response_metadata: { next_cursor: cursor } });
  });
  const self = { user: "UAPP", bot: "BAPP", app: "AAPP" };
  const prober = new Prober({ call, history, self, memory: new Memory() });
  const step = { op: "chat.postMessage", part: 0, speaker: null, args: { call: { channel: "C1" } } };
  const probe = async (key: string, at = LONG_AGO): Promise<string> => {
    const context = { room: "C1" as NativeRoom, key: key as DeliveryKey, origin: null };
    const found = await prober.probe(step, context, at);
    return typeof found === "string" ? found : "made";
  };
  return { is, probe };
}

void test("the history is read once for all that was posted long ago, and each time for what is new", async () => {
  const { is, probe } = probing("", [post("one"), post("two")]);
  assert.deepEqual(
    [await probe("one"), await probe("two"), await probe("three")],
    ["made", "made", "absent"],
  );
  assert.equal(is.pages, 1);
  const now = Date.now();
  assert.deepEqual([await probe("two", now), await probe("three", now)], ["made", "absent"]);
  assert.equal(is.pages, 3);
});

void test("of what lies before all that is read nothing is known", async () => {
  const { probe } = probing("more", [post("one")]);
  assert.deepEqual([await probe("one"), await probe("two")], ["made", "unknown"]);
});
