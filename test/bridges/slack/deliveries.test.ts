/** What waits while a workspace is not known enough for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plannable } from "../../../bridges/slack/deliveries.ts";
import { CustomEmoji } from "../../../bridges/slack/emoji.ts";
import type { Workspace } from "../../../bridges/slack/workspace.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
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
