/** Every unit of work that writes, by name: a name and plain arguments cross to the writer's thread. */
import type { Unit } from "../unit.ts";
import { accept } from "./accept.ts";
import { append } from "./append.ts";
import { noteAudit } from "./audit.ts";
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
import { takeValues } from "./latest-values.ts";
import { noteMarkers } from "./markers.ts";
import { link } from "./bindings.ts";
import { answerInvitation, noteInvitation } from "./invitations.ts";
import { invite, noteTold } from "./invited.ts";
import { endKnock, noteKnock } from "./knocks.ts";
import { endInvitations } from "./uninvite.ts";
import { endBinding, unlink } from "./leave.ts";
import { createCode, revokeCode, takeCode } from "./codes.ts";
import { addConnection } from "./connections.ts";
import { follow, putOffFollowing, setCursor, stopFollowing } from "./following.ts";
import { addGuest, removeGuest } from "./guests.ts";
import { addBlock, dropBlockOf } from "./blocks.ts";
import { setGroupPolicy } from "./group-policy.ts";
import { writeOwnEvent } from "./own-events.ts";
import { admitProvider, dismissProvider } from "./provider-members.ts";
import { addPeer, blockPeer, updatePeer } from "./peers.ts";
import { redeem } from "./redeem.ts";
import { confirmConnection, endConnection } from "./settle-connection.ts";
import { keepRedeemed } from "./redeemed.ts";
import { applyRemoteEvents } from "./remote-events.ts";
import { restartFollowing } from "./restart-following.ts";
import { takeGroupState } from "./take-state.ts";
import { recordVerdict } from "./submission-verdicts.ts";
import { markServed } from "./submissions.ts";
import { appendSubmitted, forgetPulled } from "./submitted.ts";
import { tellVerdicts } from "./verdicts.ts";
import { dropUnnamedMedia, keepMedia } from "./kept-media.ts";
import { discardAside, retryAside } from "./set-aside.ts";
import { progress } from "./progress.ts";
import { registerAccount } from "./accounts.ts";
import { replaceSetting, settle } from "./settings.ts";

export const writingUnits = {
  accept,
  addBlock,
  addConnection,
  addGuest,
  addPeer,
  admitProvider,
  answerInvitation,
  append,
  appendSubmitted,
  applyRemoteEvents,
  blockPeer,
  claimLane,
  confirmConnection,
  createCode,
  discardAside,
  dismissProvider,
  dropBlockOf,
  dropUnnamedMedia,
  endBinding,
  endConnection,
  endInvitations,
  endKnock,
  follow,
  forgetPulled,
  freeLeasesOf,
  giveUp,
  invite,
  keepMedia,
  keepRedeemed,
  link,
  markServed,
  noteAttempt,
  noteAudit,
  noteInvitation,
  noteKnock,
  noteMarkers,
  noteTold,
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
  takeGroupState,
  retryAside,
  revokeCode,
  setCursor,
  setGroupPolicy,
  settle,
  stopFollowing,
  takeCode,
  takeValues,
  tellVerdicts,
  unlink,
  updatePeer,
  writeOwnEvent,
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
