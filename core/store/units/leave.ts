import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, BindingId, NativeRoom } from "../../ids.ts";
import { outLane } from "../../lanes/lane-key.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { dropAlarmOf } from "./alarms.ts";
import { addAudit } from "./audit.ts";
import { findBinding } from "./bindings.ts";
import { dropPendingDigested } from "./digested.ts";
import { eraseRoom } from "./erase.ts";
import { checkFence, type Fence } from "./fence.ts";
import { pullLaneForward } from "./lanes.ts";
import { addNotice, tellRooms } from "./notices.ts";
import { dropRoomPolicy } from "./room-policies.ts";

const setLeaving = statement<{ binding: BindingId; erase: number }>("leave.setLeaving")((db, { p }) =>
  db.updateTable("binding").set({ state: "leaving", erase: p.erase }).where("id", "=", p.binding),
);
const dropDeliveries = statement<{ binding: BindingId }>("leave.dropDeliveries")((db, { p }) =>
  db.deleteFrom("delivery").where("binding", "=", p.binding),
);
const dropNotices = statement<{ binding: BindingId }>("leave.dropNotices")((db, { p }) =>
  db.deleteFrom("notice").where("binding", "=", p.binding),
);
const dropInbox = statement<{ binding: BindingId }>("leave.dropInbox")((db, { p }) =>
  db.deleteFrom("inbox").where("binding", "=", p.binding),
);

/**
 * Stops delivery to the room, and acceptance from it, at once; what is left is to take leave there. Throws
 * room_not_linked.
 */
export function* unlink(input: {
  account: AccountId;
  native: NativeRoom;
  label: string;
  erase: boolean;
  at: Milliseconds;
  actor: string;
}): Unit<{ group: GroupUri; binding: BindingId }> {
  const binding = yield* findBinding(input);
  if (!binding) throw new GatewayError("room_not_linked", `${input.label} is not linked`);
  yield* first(setLeaving, { binding: binding.id, erase: input.erase ? 1 : 0 });
  yield* first(dropDeliveries, { binding: binding.id });
  yield* first(dropNotices, { binding: binding.id });
  yield* first(dropPendingDigested, { binding: binding.id });
  yield* first(dropInbox, { binding: binding.id });
  yield* dropAlarmOf(binding.id);
  const text = "This room is no longer linked: nothing that is said here from now on is carried elsewhere.";
  yield* addNotice({ binding: binding.id, to: null, text, at: input.at });
  // What the lane was put off for has nothing to wait for any more.
  yield* pullLaneForward(outLane(binding.id));
  yield* tellRooms(binding.group, input.at, () => `${input.label} is no longer linked with this room.`);
  const detail = input.erase ? `${binding.groupUri}, erased` : binding.groupUri;
  yield* first(addAudit, { at: input.at, actor: input.actor, act: "unlink", subject: input.label, detail });
  return { group: binding.groupUri, binding: binding.id };
}

const setEnded = statement<{ binding: BindingId }>("leave.setEnded")((db, { p }) =>
  db
    .updateTable("binding")
    .set((eb) => ({ state: "ended", ended: eb.ref("id") }))
    .where("id", "=", p.binding)
    .where("state", "=", "leaving")
    .returning(["erase", "grp"]),
);
const dropLanes = statement<{ binding: BindingId }>("leave.dropLanes")((db, { p }) =>
  db.deleteFrom("lane").where("binding", "=", p.binding),
);
const dropSeen = statement<{ binding: BindingId }>("leave.dropSeen")((db, { p }) =>
  db.deleteFrom("binding_property").where("binding", "=", p.binding),
);
const dropShownPolls = statement<{ binding: BindingId }>("leave.dropShownPolls")((db, { p }) =>
  db.deleteFrom("poll_shown").where("binding", "=", p.binding),
);
/** Ends a binding after leave was taken; with `erase` what was stored of the room goes, the log's places stay. */
export function* endBinding(input: { fence: Fence; binding: BindingId }): Unit<void> {
  yield* checkFence(input.fence);
  const ended = yield* first(setEnded, input);
  if (!ended) return;
  const { binding } = input;
  for (const drop of [
    dropDeliveries,
    dropNotices,
    dropInbox,
    dropLanes,
    dropSeen,
    dropRoomPolicy,
    dropShownPolls,
  ])
    yield* first(drop, { binding });
  if (ended.erase === 0) return;
  yield* eraseRoom(binding);
}
