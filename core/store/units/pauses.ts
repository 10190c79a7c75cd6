/** Rooms that are paused: nothing is carried from or to them, and what comes waits, until somebody resumes them. */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, BindingId, InboxNumber, NativeRoom } from "../../ids.ts";
import { inLane, outLane } from "../../lanes/lane-key.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { findBinding } from "./bindings.ts";
import { pullLaneForward } from "./lanes.ts";
import { addNotice } from "./notices.ts";

/** The gateway itself, as the audit names it. */
const GATEWAY = "gateway";

const setPaused = statement<{ binding: BindingId; at: Milliseconds; why: string }>("pauses.setPaused")(
  (db, { p }) =>
    db
      .updateTable("binding")
      .set({ paused_at: p.at, paused_why: p.why })
      .where("id", "=", p.binding)
      .where("state", "=", "live")
      .where("paused_at", "is", null)
      .returning((eb) => [
        "native",
        eb
          .selectFrom("account")
          .select("account.native")
          .whereRef("account.id", "=", "binding.account")
          .as("account"),
      ]),
);

/** Pauses a live room, and tells it so; it is in the audit, without names. False: it is paused already, or linked no more. */
export function* pauseRoom(input: {
  binding: BindingId;
  at: Milliseconds;
  why: string;
  nameless: string;
}): Unit<boolean> {
  const { binding, at, why, nameless } = input;
  const room = yield* first(setPaused, { binding, at, why });
  if (!room) return false;
  const label = `${room.account}:${room.native}`;
  const text =
    `This room is paused: ${why}. That could go round for ever, so nothing is carried from here or to here now. What is said ` +
    `meanwhile is kept. Take out what repeats it; then whoever manages this room tells me "resume", or whoever runs me: ` +
    `mimi-gateway resume ${label}`;
  yield* addNotice({ binding, to: null, text, at });
  yield* first(addAudit, { at, actor: GATEWAY, act: "pause", subject: label, detail: nameless });
  return true;
}

/** How a room goes on. */
export interface Resumed {
  readonly group: GroupUri;
  readonly binding: BindingId;
  readonly pausedAt: Milliseconds;
  readonly why: string;
  /** What was said in it meanwhile and goes on now. */
  readonly waiting: number;
}

const paused = statement<{ binding: BindingId }>("pauses.paused")((db, { p }) =>
  db.selectFrom("binding").select(["paused_at as at", "paused_why as why"]).where("id", "=", p.binding),
);
const waits = statement<{ binding: BindingId }>("pauses.waits")((db, { p }) =>
  db
    .selectFrom("inbox")
    .select((eb) => [eb.fn.countAll<number>().as("rows"), eb.fn.max("n").as("last")])
    .where("binding", "=", p.binding),
);
const setResumed = statement<{
  binding: BindingId;
  at: Milliseconds;
  upTo: InboxNumber | 0;
  drop: number;
}>("pauses.setResumed")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ paused_at: null, paused_why: null, resumed_at: p.at, resumed_up_to: p.upTo, resumed_drop: p.drop })
    .where("id", "=", p.binding)
    .where("paused_at", "is not", null),
);

/**
 * Lets a room go on: what waited in it is carried without being counted; with `drop`, what of it says again what the room was
 * given is set aside. Throws room_not_linked, room_not_paused.
 */
export function* resumeRoom(input: {
  account: AccountId;
  native: NativeRoom;
  label: string;
  drop: boolean;
  at: Milliseconds;
  actor: string;
}): Unit<Resumed> {
  const { label, at, actor } = input;
  const found = yield* findBinding(input);
  if (found?.state !== "live") throw new GatewayError("room_not_linked", `${label} is not linked`);
  const binding = found.id;
  const pause = yield* only(paused, { binding });
  if (pause.at === null) throw new GatewayError("room_not_paused", `${label} is not paused`);
  const { rows: waiting, last } = yield* only(waits, { binding });
  yield* first(setResumed, { binding, at, upTo: last ?? 0, drop: input.drop ? 1 : 0 });
  for (const lane of [inLane(binding), outLane(binding)]) yield* pullLaneForward(lane);
  const text = "This room is resumed: what is said here is carried again, and so is what waited.";
  yield* addNotice({ binding, to: null, text, at });
  const detail = input.drop ? "repeats are set aside" : "";
  yield* first(addAudit, { at, actor, act: "resume", subject: label, detail });
  return { group: found.groupUri, binding, pausedAt: pause.at, why: pause.why ?? "", waiting };
}
