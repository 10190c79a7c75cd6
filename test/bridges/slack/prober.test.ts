/** What a channel's history says of posts that may have been made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../../bridges/slack/history.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { Prober } from "../../../bridges/slack/prober.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";

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
  return { is, probe, prober };
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

const partOf = (key: string, event: string) => ({
  room: "C1" as NativeRoom,
  key: key as DeliveryKey,
  origin: { group: "mimi://one.test/r/tea" as GroupUri, event: event as EventId },
});

void test("what stands above a post is found also where its event has another id by now", async () => {
  const posted = (id: string, part: number) => ({
    ...post(""),
    metadata: { event_type: "x", event_payload: { id, part, key: `said-7-${part}` } },
  });
  const { prober } = probing("", [posted("before", 0), posted("another", 1)]);
  const { ts } = post("");
  assert.equal(await prober.above(partOf("other-7-1", "before"), 0), ts);
  assert.equal(await prober.above(partOf("said-7-1", "edited"), 0), ts);
  assert.equal(await prober.above(partOf("other-7-1", "edited"), 0), null);
  assert.equal(await prober.above(partOf("said-7-1", "edited"), 2), null);
});

void test("of what lies before all that is read nothing is known", async () => {
  const { probe } = probing("more", [post("one")]);
  assert.deepEqual([await probe("one"), await probe("two")], ["made", "unknown"]);
});
