/** By which keys a room is asked for a call that may have been made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bridge } from "../../../core/bridge/bridge.ts";
import type { Receipt } from "../../../core/bridge/outbound.ts";
import { deliveryKey, type KeyedEvent } from "../../../core/delivery-key.ts";
import type { BindingId, DeliveryKey, NativeId, NativeRoom } from "../../../core/ids.ts";
import { askRoom } from "../../../core/lanes/outbox-probe.ts";
import type { EventId, SaidKey } from "../../../mappings/ids.ts";

const ROOM = 7 as BindingId;
const event: KeyedEvent = { id: "1".repeat(64) as EventId, saidKey: "2".repeat(32) as SaidKey };
const saidBy = deliveryKey(ROOM, event, 0);
const byId = deliveryKey(ROOM, { ...event, saidKey: null }, 0);
const made: Receipt = { native: "n" as NativeId, aux: null, at: 1 };

/** What a room answers that says this of these keys, and the keys that it was asked by. `key`: the one that was written down. */
async function asking(
  answers: Readonly<Record<string, Receipt | "unknown">>,
  change: { restoredAt?: number | null; key?: DeliveryKey; event?: KeyedEvent | null } = {},
) {
  const { restoredAt = null, key = saidBy } = change;
  const asked: string[] = [];
  const bridge = {
    probe: (_step: unknown, context: { readonly key: string }) => {
      asked.push(context.key);
      return Promise.resolve(answers[context.key] ?? "absent");
    },
  } as unknown as Bridge;
  const step = { op: "message", part: 0, speaker: null, args: {} };
  const context = { room: "b" as NativeRoom, key, origin: null };
  const call = { step, context, event: change.event === undefined ? event : change.event };
  const answer = await askRoom(
    { bridge },
    { id: ROOM, restoredAt },
    { key, mark: null, at: 1, step: 0 },
    call,
  );
  return { answer, asked };
}

void test("a room is asked by the key that was written down, and by no other", async () => {
  assert.deepEqual(await asking({}), { answer: "absent", asked: [saidBy] });
  assert.deepEqual(await asking({ [byId]: made }, { key: byId }), { answer: made, asked: [byId] });
});

void test("behind a backup it is asked by every key that the call may bear", async () => {
  const restoredAt = 5;
  assert.deepEqual(await asking({}, { restoredAt }), { answer: "absent", asked: [saidBy, byId] });
  assert.deepEqual(await asking({ [byId]: made }, { restoredAt }), { answer: made, asked: [saidBy, byId] });
  assert.deepEqual(await asking({ [saidBy]: made }, { restoredAt, key: byId }), {
    answer: made,
    asked: [byId, saidBy],
  });
  assert.equal((await asking({ [saidBy]: "unknown" }, { restoredAt })).answer, "unknown");
  assert.equal((await asking({ [saidBy]: "unknown", [byId]: made }, { restoredAt })).answer, made);
  const line = await asking({}, { restoredAt, event: null });
  assert.deepEqual(line.asked, [saidBy], "a line of the gateway's own has one key");
});

void test("what another gateway has said is asked for by its id alone, whatever its salt", async () => {
  const theirs = { ...event, saidKey: null };
  const { asked } = await asking({ [saidBy]: made }, { restoredAt: 5, key: byId, event: theirs });
  assert.deepEqual(asked, [byId]);
});
