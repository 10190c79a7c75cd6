/** Rooms that were read behind a restored backup: noted, and noted later where the store does not take it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RestoredRooms } from "../../../core/accounts/restored-rooms.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { AccountId, BindingId, PeerId } from "../../../core/ids.ts";
import type { Store } from "../../../core/store/store.ts";
import { silent } from "../lanes/lane-sample.ts";

const ROOM = 3 as BindingId;

async function rooms(dialect: Store["dialect"] = "sqlite") {
  const is = { full: false };
  const noted: unknown[] = [];
  const woken: PeerId[] = [];
  const store = {
    dialect,
    read: () => Promise.resolve([{ id: ROOM, account: 1 }]),
    write(_name: string, input: unknown) {
      if (is.full) return Promise.reject(new GatewayError("store_full", "no room"));
      noted.push(input);
      return Promise.resolve([7]);
    },
  } as unknown as Store;
  const announcer = { outside: { waits: (peer: PeerId) => woken.push(peer) } } as never;
  return { is, noted, woken, restored: await RestoredRooms.open({ store, log: silent, announcer }) };
}

void test("that a room was read is noted once, later where it can't be at first", async () => {
  const { is, noted, woken, restored } = await rooms();
  await restored.again();
  assert.deepEqual(noted, []);
  is.full = true;
  await restored.wasRead(ROOM);
  await restored.again();
  is.full = false;
  await restored.again();
  await restored.again();
  await restored.wasRead(ROOM);
  assert.deepEqual([noted, woken], [[{ binding: ROOM }], [7]]);
});

void test("a room whose account nobody has is not waited for, unless another process may have it", async () => {
  const alone = await rooms();
  await alone.restored.serve(new Set([2 as AccountId]));
  assert.equal(alone.noted.length, 1);
  const among = await rooms("postgres");
  await among.restored.serve(new Set([2 as AccountId]));
  assert.deepEqual(among.noted, []);
});
