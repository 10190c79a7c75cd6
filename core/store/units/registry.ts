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
import { discardAside, retryAside } from "./set-aside.ts";
import { progress } from "./progress.ts";
import { registerAccount, settle } from "./accounts.ts";

export const writingUnits = {
  accept,
  append,
  claimLane,
  discardAside,
  endBinding,
  freeLeasesOf,
  giveUp,
  link,
  noteAttempt,
  noteUnclear,
  progress,
  pullLaneForward,
  putOffLane,
  registerAccount,
  releaseIfCaughtUp,
  releaseLane,
  renewLane,
  retryAside,
  settle,
  unlink,
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
