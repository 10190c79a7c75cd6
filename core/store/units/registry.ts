/** Every unit of work that writes, by name: a name and plain arguments cross to the writer's thread. */
import type { Unit } from "../unit.ts";
import { accept } from "./accept.ts";
import { endAlarms, raiseAlarms } from "./alarms.ts";
import { append } from "./append.ts";
import { noteAudit } from "./audit.ts";
import { dropAvatars, noteAvatar } from "./avatars.ts";
import {
  claimLane,
  freeLeasesOf,
  pullLaneForward,
  putOffLane,
  releaseIfCaughtUp,
  releaseLane,
  renewLane,
} from "./lanes.ts";
import { giveUp, noteDouble, noteUnclear } from "./give-up.ts";
import { noteAttempt } from "./inbox.ts";
import { takeValues } from "./latest-values.ts";
import { noteMarkers } from "./markers.ts";
import { moveRoom } from "./move-room.ts";
import { link } from "./bindings.ts";
import { linkByCode } from "./own-codes.ts";
import { answerInvitation, noteInvitation } from "./invitations.ts";
import { invite, noteTold } from "./invited.ts";
import { endKnock, noteKnock } from "./knocks.ts";
import { endInvitations } from "./uninvite.ts";
import { endBinding, unlink } from "./leave.ts";
import { markRestored } from "./mark-restored.ts";
import { pauseRoom, resumeRoom } from "./pauses.ts";
import { createCode, revokeCode, takeCode } from "./codes.ts";
import { addConnection } from "./connections.ts";
import { follow, putOffFollowing, setCursor, stopFollowing } from "./following.ts";
import { addGuest, removeGuest } from "./guests.ts";
import { addBlock, dropBlockOf } from "./blocks.ts";
import { endLag, tellLag, writeDigests } from "./backlog.ts";
import { setOptOut, setRoomPolicy } from "./room-policies.ts";
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
import { dropSecret, keepSecret, rewrapSecret } from "./secrets.ts";
import { noteRoomRead } from "./restored-rooms.ts";
import { discardAside, retryAside } from "./set-aside.ts";
import { changeProfile, tellProfile } from "./profiles.ts";
import { progress } from "./progress.ts";
import { queueTallies } from "./tallies.ts";
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
  changeProfile,
  discardAside,
  dismissProvider,
  dropAvatars,
  dropBlockOf,
  dropSecret,
  dropUnnamedMedia,
  endAlarms,
  endBinding,
  endConnection,
  endInvitations,
  endKnock,
  endLag,
  follow,
  forgetPulled,
  freeLeasesOf,
  giveUp,
  invite,
  keepMedia,
  keepRedeemed,
  keepSecret,
  link,
  linkByCode,
  markRestored,
  markServed,
  moveRoom,
  noteAttempt,
  noteAudit,
  noteAvatar,
  noteDouble,
  noteInvitation,
  noteKnock,
  noteMarkers,
  noteRoomRead,
  noteTold,
  noteUnclear,
  pauseRoom,
  progress,
  queueTallies,
  pullLaneForward,
  raiseAlarms,
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
  resumeRoom,
  takeGroupState,
  retryAside,
  revokeCode,
  rewrapSecret,
  setCursor,
  setGroupPolicy,
  setOptOut,
  setRoomPolicy,
  settle,
  stopFollowing,
  takeCode,
  takeValues,
  tellProfile,
  tellLag,
  tellVerdicts,
  unlink,
  updatePeer,
  writeDigests,
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
