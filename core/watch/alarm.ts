/** What alarms are about, and the lines by which people are told of them. */
import type { Branded } from "../../mappings/ids.ts";
import type { ErrorCode } from "../errors.ts";
import type { AccountId, BindingId } from "../ids.ts";
import { clockTime, lengthOfTime } from "../lanes/clock-time.ts";
import type { Milliseconds } from "../time.ts";

/**
 * `account_silent`: its platform does not answer. `room_silent`: nothing gets into a room, though its account is well.
 * `room_unread`: a room of a restored store is not read, and its group takes nothing from other gateways until it is.
 */
export const alarmCodes = [
  "account_silent",
  "room_silent",
  "room_unread",
] as const satisfies readonly ErrorCode[];
export type AlarmCode = (typeof alarmCodes)[number];

/** What an alarm is about: there is one at a time of each. */
export type AlarmSubject = Branded<string, "AlarmSubject">;

export const ofAccount = (account: AccountId): AlarmSubject => `account:${account}` as AlarmSubject;
export const ofRoom = (binding: BindingId): AlarmSubject => `room:${binding}` as AlarmSubject;
export const ofUnread = (binding: BindingId): AlarmSubject => `unread:${binding}` as AlarmSubject;

/** An alarm in names that people know. */
export interface AlarmFacts {
  readonly code: AlarmCode;
  readonly account: string;
  /** null: it is about the account. */
  readonly room: string | null;
  /** When it was last well; of a room that is not read: when the backup was put in place. */
  readonly since: Milliseconds;
  readonly why: string;
}

/** Rooms that one line names; the others are counted. */
const NAMED = 5;

/** What is said of rooms, of one and of several. */
const WORDS = {
  room_silent: {
    raised: ["stands still since", "stand still since"],
    ended: ["goes on or is paused", "go on or are paused"],
  },
  room_unread: {
    raised: ["is not read since the restore at", "are not read since the restore at"],
    ended: ["is not waited for any more", "are not waited for any more"],
  },
} as const satisfies Record<string, Record<"raised" | "ended", readonly [string, string]>>;

/** The lines for alarms that are raised at one time: one for each account, and one for all rooms of an account with the same code. */
export function raisedLines(alarms: readonly AlarmFacts[], at: Milliseconds): readonly string[] {
  return bySubject(alarms).map(({ code, account, rooms, first }) => {
    const since = `${clockTime(first.since, at)} UTC`;
    if (code === "account_silent")
      return `Alarm: account ${account} is silent since ${since}: ${first.why}. What is for its rooms waits.`;
    const [one, several] = WORDS[code].raised;
    if (rooms.length === 1) return `Alarm: room ${rooms.join("")} ${one} ${since}: ${first.why}.`;
    return `Alarm: ${rooms.length} rooms of account ${account} ${several} ${since}: ${someOf(rooms)}. The first: ${first.why}.`;
  });
}

/** The lines for alarms that are over at one time. */
export function endedLines(alarms: readonly AlarmFacts[], at: Milliseconds): readonly string[] {
  return bySubject(alarms).map(({ code, account, rooms, first }) => {
    const after = `after ${lengthOfTime(at - first.since)}`;
    if (code === "account_silent") return `Over: account ${account} answers again ${after}.`;
    const [one, several] = WORDS[code].ended;
    if (rooms.length === 1) return `Over: room ${rooms.join("")} ${one} ${after}.`;
    return `Over: ${rooms.length} rooms of account ${account} ${several} ${after}: ${someOf(rooms)}.`;
  });
}

interface Told {
  readonly code: AlarmCode;
  readonly account: string;
  /** Empty: it is about the account. */
  readonly rooms: string[];
  /** The alarm that has stood the longest. */
  first: AlarmFacts;
}

function bySubject(alarms: readonly AlarmFacts[]): readonly Told[] {
  const told = new Map<string, Told>();
  for (const alarm of alarms) {
    const { code, account, room } = alarm;
    const key = `${code} ${account}`;
    const known = told.get(key) ?? { code, account, rooms: [], first: alarm };
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
