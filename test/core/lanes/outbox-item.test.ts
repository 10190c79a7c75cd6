/** What a room is given of an entry of the log, as its policy has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bridge } from "../../../core/bridge/bridge.ts";
import type { OutEvent } from "../../../core/bridge/outbound.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import { planEntry } from "../../../core/lanes/outbox-item.ts";
import { noPolicy } from "../../../core/policy/room-policy.ts";
import type { LogEntry, OutboxBinding } from "../../../core/store/units/outbox.ts";
import { message } from "../../../mappings/message.ts";
import { BOB, ROOT } from "../../mappings/slack/context.ts";

const bridge = {
  plan: (_room: unknown, { kind }: OutEvent) => ({
    steps: [{ op: kind, part: 0, speaker: null, args: {} }],
    losses: [],
  }),
} as unknown as Bridge;
const binding = { id: 1, native: "b", groupUri: "mimi://a.example/r/g" } as unknown as OutboxBinding;
const deletion: OutEvent = {
  kind: "message",
  id: ROOT,
  speaker: { uri: BOB, name: "Bob" },
  message: { ...message({ kind: "deletion", by: null }), replaces: ROOT },
};
const planned = (kind: LogEntry["kind"]) =>
  planEntry(
    bridge,
    binding,
    { ...noPolicy, kindsOut: new Set(["text"]), nameTemplate: "{name} (elsewhere)" },
    { id: ROOT, seq: 1, kind, passed: null } as LogEntry,
    [{ event: deletion, context: emptyContext }],
  );

void test("what people take back is left out where the room does not want that", () => {
  const { items, losses } = planned("message");
  assert.deepEqual([items.length, losses.map(({ code }) => code)], [0, ["left_out"]]);
});

void test("what is to be forgotten goes, whatever the room wants", () => {
  const { items, losses } = planned("erase");
  assert.deepEqual([items.map(({ step }) => step.op), losses], [["message"], []]);
});

void test("a copy's mark names the groups through which it has come, besides its own", () => {
  const entry = { id: ROOT, seq: 1, kind: "message" } as const;
  const originOf = (passed: string | null) => {
    const told = [{ event: deletion, context: emptyContext }];
    const { items } = planEntry(bridge, binding, noPolicy, { ...entry, passed } as LogEntry, told);
    return items[0]?.context.origin;
  };
  assert.deepEqual(originOf(null), { group: binding.groupUri, event: ROOT });
  const via = ["mimi://a.example/r/1", "mimi://b.example/r/2"];
  assert.deepEqual(originOf(via.join(" ")), { group: binding.groupUri, event: ROOT, via });
});
