/** Every unit of work that writes, by name: a name and plain arguments cross to the writer's thread. */
import type { Unit } from "../unit.ts";
import { accept } from "./accept.ts";
import { append } from "./append.ts";
import {
  claimLane,
  freeLeasesOf,
  pullLaneForward,
  putOffLane,
  releaseIfCaughtUp,
  releaseLane,
  renewLane,
} from "./lanes.ts";
import { giveUp, noteUnclear } from "./give-up.ts";
import { noteAttempt } from "./inbox.ts";
import { link } from "./bindings.ts";
import { endBinding, unlink } from "./leave.ts";
import { createCode, revokeCode, takeCode } from "./codes.ts";
import { addConnection, endConnection } from "./connections.ts";
import { follow, putOffFollowing, restartFollowing, setCursor, stopFollowing } from "./following.ts";
import { addGuest, removeGuest } from "./guests.ts";
import { addPeer, blockPeer, updatePeer } from "./peers.ts";
import { redeem } from "./redeem.ts";
import { keepRedeemed } from "./redeemed.ts";
import { applyRemoteEvents } from "./remote-events.ts";
import { markServed, recordVerdict, withdraw } from "./submissions.ts";
import { appendSubmitted } from "./submitted.ts";
import { tellVerdicts } from "./verdicts.ts";
import { discardAside, retryAside } from "./set-aside.ts";
import { progress } from "./progress.ts";
import { registerAccount } from "./accounts.ts";
import { replaceSetting, settle } from "./settings.ts";

export const writingUnits = {
  accept,
  addConnection,
  addGuest,
  addPeer,
  append,
  appendSubmitted,
  applyRemoteEvents,
  blockPeer,
  claimLane,
  createCode,
  discardAside,
  endBinding,
  endConnection,
  follow,
  freeLeasesOf,
  giveUp,
  keepRedeemed,
  link,
  markServed,
  noteAttempt,
  noteUnclear,
  progress,
  pullLaneForward,
  putOffFollowing,
  putOffLane,
  recordVerdict,
  redeem,
  registerAccount,
  releaseIfCaughtUp,
  releaseLane,
  removeGuest,
  renewLane,
  replaceSetting,
  restartFollowing,
  retryAside,
  revokeCode,
  setCursor,
  settle,
  stopFollowing,
  takeCode,
  tellVerdicts,
  unlink,
  updatePeer,
  withdraw,
} as const;

export type WritingUnits = typeof writingUnits;
export type UnitName = keyof WritingUnits;
export type UnitInput<Name extends UnitName> = Parameters<WritingUnits[Name]>[0];
export type UnitResult<Name extends UnitName> =
  ReturnType<WritingUnits[Name]> extends Unit<infer T> ? T : never;

/** Starts the unit. The one cast here ties the name to its own argument, as the types of `Store.write` promise. */
export function startUnit(name: UnitName, input: unknown): Unit<unknown> {
  return (writingUnits[name] as (input: unknown) => Unit<unknown>)(input);
}
