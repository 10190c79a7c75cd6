/** What alarms are about, and the lines by which people are told of them. */
import type { Branded } from "../../mappings/ids.ts";
import type { ErrorCode } from "../errors.ts";
import type { AccountId, BindingId } from "../ids.ts";
import { clockTime, lengthOfTime } from "../lanes/clock-time.ts";
import type { Milliseconds } from "../time.ts";

/** `account_silent`: its platform does not answer. `room_silent`: nothing gets into a room, though its account is well. */
export type AlarmCode = Extract<ErrorCode, "account_silent" | "room_silent">;

/** What an alarm is about: there is one at a time of each. */
export type AlarmSubject = Branded<string, "AlarmSubject">;

export const ofAccount = (account: AccountId): AlarmSubject => `account:${account}` as AlarmSubject;
export const ofRoom = (binding: BindingId): AlarmSubject => `room:${binding}` as AlarmSubject;

/** An alarm in names that people know. */
export interface AlarmFacts {
  readonly code: AlarmCode;
  readonly account: string;
  /** null: it is about the account. */
  readonly room: string | null;
  /** When it was last well. */
  readonly since: Milliseconds;
  readonly why: string;
}

/** Rooms that one line names; the others are counted. */
const NAMED = 5;

/** The lines for alarms that are raised at one time: one for each account, and one for all rooms of an account. */
export function raisedLines(alarms: readonly AlarmFacts[], at: Milliseconds): readonly string[] {
  return bySubject(alarms).map(({ account, rooms, first }) => {
    const since = `since ${clockTime(first.since, at)} UTC`;
    if (rooms.length === 0)
      return `Alarm: account ${account} is silent ${since}: ${first.why}. What is for its rooms waits.`;
    if (rooms.length === 1) return `Alarm: room ${rooms.join("")} stands still ${since}: ${first.why}.`;
    return `Alarm: ${rooms.length} rooms of account ${account} stand still ${since}: ${someOf(rooms)}. The first: ${first.why}.`;
  });
}

/** The lines for alarms that are over at one time. */
export function endedLines(alarms: readonly AlarmFacts[], at: Milliseconds): readonly string[] {
  return bySubject(alarms).map(({ account, rooms, first }) => {
    const after = `after ${lengthOfTime(at - first.since)}`;
    if (rooms.length === 0) return `Over: account ${account} answers again ${after}.`;
    if (rooms.length === 1) return `Over: room ${rooms.join("")} goes on ${after}.`;
    return `Over: ${rooms.length} rooms of account ${account} go on ${after}: ${someOf(rooms)}.`;
  });
}

interface Told {
  readonly account: string;
  /** Empty: it is about the account. */
  readonly rooms: string[];
  /** The alarm that has stood the longest. */
  first: AlarmFacts;
}

function bySubject(alarms: readonly AlarmFacts[]): readonly Told[] {
  const told = new Map<string, Told>();
  for (const alarm of alarms) {
    const { account, room } = alarm;
    const key = `${room === null ? "account" : "rooms"} ${account}`;
    const known = told.get(key) ?? { account, rooms: [], first: alarm };
    told.set(key, known);
    if (room !== null) known.rooms.push(`${account}:${room}`);
    if (alarm.since < known.first.since) known.first = alarm;
  }
  return [...told.values()];
}

function someOf(rooms: readonly string[]): string {
  const named = rooms.slice(0, NAMED).join(", ");
  return rooms.length > NAMED ? `${named} and ${rooms.length - NAMED} more` : named;
}
