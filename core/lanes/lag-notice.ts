/** How far a room is behind its group's log, and the line that says so. */
import type { Milliseconds } from "../time.ts";
import type { Limits } from "../limits.ts";
import type { RoomPolicy } from "../policy/room-policy.ts";
import { clockTime, lengthOfTime } from "./clock-time.ts";

/** What waits for a room. */
export interface Lag {
  /** Entries of the log. */
  readonly waiting: number;
  /** When the oldest of them was said. */
  readonly since: Milliseconds;
}

type BacklogLimits = Pick<Limits, "backlogEvents" | "backlogSoonMs" | "backlogMs">;

/** Whether something that has waited for `age` can mean that a room is behind. */
export const hasWaited = (age: Milliseconds, limits: BacklogLimits): boolean =>
  age >= Math.min(limits.backlogSoonMs, limits.backlogMs);

/** Whether so much waits, or for so long, that the room should be told. `age`: of the oldest. */
export const isBehind = (age: Milliseconds, waiting: number, limits: BacklogLimits): boolean =>
  age >= limits.backlogMs || (age >= limits.backlogSoonMs && waiting >= limits.backlogEvents);

/** The line for the room. */
export function lagNotice(
  { waiting, since }: Lag,
  backlog: RoomPolicy["backlog"],
  now: Milliseconds,
): string {
  const many = waiting === 1 ? "1 message waits" : `about ${waiting} messages wait`;
  const how = backlog === "digest" ? "Texts follow in short." : "All follows one by one.";
  return (
    `This room is behind by ${lengthOfTime(now - since)}: ${many}, ` +
    `the oldest from ${clockTime(since, now)} UTC. ${waiting === 1 ? "It follows." : how}`
  );
}
