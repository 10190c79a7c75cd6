/** From what is seen of accounts and rooms to what is to be told of them. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { AccountId } from "../ids.ts";
import type { NewAlarm } from "../store/units/alarms.ts";
import type { WaitingGroup } from "../store/units/restored-rooms.ts";
import type { WatchedRoom } from "../store/units/watched-rooms.ts";
import type { Milliseconds } from "../time.ts";
import type { Seen } from "./account-watch.ts";
import { type AlarmSubject, ofAccount, ofRoom, ofUnread } from "./alarm.ts";
import type { RoomSeen } from "./room-watch.ts";
import type { WatchedAccount } from "./watch-report.ts";

/** What is silent, and what is well or not waited for any more; of all else nothing is known yet. */
export interface Findings {
  readonly silent: readonly NewAlarm[];
  readonly well: ReadonlySet<AlarmSubject>;
}

/** `held`: accounts with a connection that some process holds. */
export function seenFrom(host: AccountHost, held: readonly AccountId[]): Seen {
  const { options, health } = host;
  if (host.serving && health) return { kind: "here", health };
  if (options.bridge.connected && held.includes(options.row.id)) return { kind: "elsewhere" };
  const why = health && health.state !== "up" ? health.reason : null;
  return { kind: "nowhere", why: why ?? "no process serves it" };
}

export const roomSeen = ({ options }: AccountHost, room: WatchedRoom): RoomSeen => ({
  out: room.oldestAt === null ? null : room.deliveredSeq,
  in: room.inboxOldestAt,
  fault: options.bridge.fault(room.native),
  error: room.error,
});

export const joined = (one: Findings, other: Findings): Findings => ({
  silent: [...one.silent, ...other.silent],
  well: new Set([...one.well, ...other.well]),
});

export function accountFindings(accounts: readonly WatchedAccount[]): Findings {
  const silent = accounts.flatMap(({ host: { options }, verdict }) =>
    verdict.state === "silent"
      ? [
          {
            subject: ofAccount(options.row.id),
            code: "account_silent" as const,
            account: options.name,
            accountId: options.row.id,
            room: null,
            binding: null,
            since: verdict.since,
            why: verdict.why,
          },
        ]
      : [],
  );
  const well = accounts.filter(({ verdict }) => verdict.state === "well");
  return { silent, well: new Set(well.map(({ host }) => ofAccount(host.options.row.id))) };
}

export const roomAlarm = (
  { options }: AccountHost,
  room: WatchedRoom,
  { since, why }: { readonly since: Milliseconds; readonly why: string },
): NewAlarm => ({
  subject: ofRoom(room.id),
  code: "room_silent",
  account: options.name,
  accountId: room.account,
  room: room.native,
  binding: room.id,
  since,
  why,
});

/** `host`: of the room's account; undefined: the configuration has no such account. */
export function unreadAlarm(host: AccountHost | undefined, waiting: WaitingGroup): NewAlarm {
  const { binding, group, account, accountId, room, at: since } = waiting;
  const fault = host?.serving ? host.options.bridge.fault(room) : null;
  const known = host === undefined ? "its account is not configured" : fault;
  const cause = known === null ? "" : ` (${known})`;
  return {
    subject: ofUnread(binding),
    code: "room_unread",
    account,
    accountId,
    room,
    binding,
    since,
    why: `${group} takes nothing from other gateways until it is${cause}`,
  };
}
