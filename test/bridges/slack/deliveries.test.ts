/** What waits while a workspace is not known enough for it, and what does not wait for what Slack never says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError } from "@slack/web-api";
import { plannable, probeIn } from "../../../bridges/slack/deliveries.ts";
import { CustomEmoji } from "../../../bridges/slack/emoji.ts";
import { History } from "../../../bridges/slack/history.ts";
import { Memory } from "../../../bridges/slack/memory.ts";
import { Prober } from "../../../bridges/slack/prober.ts";
import type { Workspace } from "../../../bridges/slack/workspace.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import { silent } from "../../core/lanes/lane-sample.ts";

const waits = (thrown: unknown): boolean =>
  thrown instanceof DeliveryError && thrown.certainty === "certain" && thrown.retry === "after";

for (const [name, list] of [
  ["its emoji are read", () => Promise.resolve({ emoji: { party: "https://emoji.example/p.png" } })],
  ["they can't be read", () => Promise.reject(new Error("missing_scope"))],
] as const)
  void test(`nothing is planned before the app knows itself, and ${name}`, async () => {
    const emoji = new CustomEmoji(list, silent);
    const parts = {} as NonNullable<Workspace["parts"]>;
    assert.throws(() => plannable(null), waits);
    assert.throws(() => plannable({ parts, emoji }), waits);
    await emoji.load();
    assert.throws(() => plannable({ parts: null, emoji }), waits);
    assert.equal(plannable({ parts, emoji }).emoji, emoji);
  });

const noFiles = () => Promise.reject(new Error("no files are asked for"));

/** What a probe says that Slack answers so. */
async function probed(answer: unknown): Promise<string> {
  const history = new History(() => Promise.reject(answer instanceof Error ? answer : new Error("no")));
  const self = { user: "UAPP", bot: "BAPP", app: "AAPP" };
  const prober = new Prober({ call: noFiles, history, self, memory: new Memory() });
  const workspace = { parts: { prober } as unknown as Workspace["parts"], known: () => undefined };
  const args = { call: { channel: "C1", thread_ts: "1700000000.000100", text: "hi" } };
  const step = { op: "chat.postMessage", part: 0, speaker: null, args };
  const context = { room: "C1" as NativeRoom, key: "k" as DeliveryKey, origin: null };
  try {
    // Made just now: about what was made long ago Slack is asked with patience.
    const receipt = await probeIn(workspace, step, context, Date.now());
    return typeof receipt === "string" ? receipt : "made";
  } catch (thrown) {
    assert.ok(thrown instanceof DeliveryError);
    return `${thrown.certainty} ${thrown.retry}`;
  }
}

void test("a probe that Slack refuses for good is not made for ever", async () => {
  const refused = (error: string) => probed(new WebAPIPlatformError({ ok: false, error }));
  assert.equal(await refused("missing_scope"), "unknown", "the room's policy decides");
  assert.equal(await refused("thread_not_found"), "absent", "nothing stands in a thread that is not there");
  assert.equal(await refused("channel_not_found"), "unknown after", "the app may be invited again");
  assert.equal(await refused("ratelimited"), "unknown after");
  assert.equal(await probed(new Error("away")), "unknown after");
});
