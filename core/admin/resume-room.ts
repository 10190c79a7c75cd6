/** Lets a room go on that was paused. */
import type { AccountHost } from "../accounts/account-host.ts";
import { inLane, outLane } from "../lanes/lane-key.ts";
import type { Waker } from "../lanes/waker.ts";
import type { ResumeReport, RoomReference } from "../operations.ts";
import type { Store } from "../store/store.ts";

export interface ResumeOptions {
  readonly store: Store;
  /** null: no gateway runs; it goes on at the next start. */
  readonly waker: Waker | null;
  readonly host: AccountHost;
}

/** Throws room_invalid, room_not_linked, room_not_paused. */
export async function resumeRoom(
  { store, waker, host }: ResumeOptions,
  { account, room }: RoomReference,
  drop: boolean,
  actor: string,
): Promise<ResumeReport> {
  const { bridge, row } = host.options;
  const native = bridge.parseRoom(room);
  const label = `${account}:${native}`;
  const question = { account: row.id, native, label, drop, at: Date.now(), actor };
  const { group, binding, pausedAt, why, waiting } = await store.write("resumeRoom", question);
  await host.refresh();
  for (const lane of [inLane(binding), outLane(binding)]) waker?.wake(lane, row.id, "queued");
  return { group, account, room: native, pausedAt, why, waiting, dropping: drop };
}
