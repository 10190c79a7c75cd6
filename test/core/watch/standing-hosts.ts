/** Accounts as the watch sees them, without anything behind them. */
import type { AccountHost } from "../../../core/accounts/account-host.ts";
import type { Health } from "../../../core/bridge/room.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { AccountId, BindingId, NativeRoom, Seq } from "../../../core/ids.ts";
import type { WatchedRoom } from "../../../core/store/units/watched-rooms.ts";

export interface StandingHost {
  health: Health | null;
  serving: boolean;
  /** Settles as the platform does; null: it can't be asked. */
  ping: (() => Promise<void>) | null;
  fault: string | null;
}

export const up: Health = { state: "up", since: 0 };

/** `is`: how it is, which a test may change. Rooms are `room:` and a word. */
export function standingHost(id: number, name: string, is: StandingHost): AccountHost {
  const bridge = {
    connected: true,
    ...(is.ping && { ping: () => is.ping?.() ?? Promise.resolve() }),
    fault: () => is.fault,
    parseRoom(text: string) {
      if (!text.startsWith("room:")) throw new GatewayError("room_invalid", `${text} is no room`);
      return text as NativeRoom;
    },
  };
  const host = {
    options: { name, bridgeKind: "fake", row: { id: id as AccountId }, bridge },
    get health() {
      return is.health;
    },
    get serving() {
      return is.serving;
    },
    bindings: () => [{ id: id as BindingId }],
  };
  return host as unknown as AccountHost;
}

/** A room of the account of that number, under the same number, caught up. */
export const room = (id: number, more: Partial<WatchedRoom> = {}): WatchedRoom => ({
  id: id as BindingId,
  account: id as AccountId,
  native: `room:${id}` as NativeRoom,
  pausedAt: null,
  deliveredSeq: 1 as Seq,
  behind: 0,
  oldestAt: null,
  inbox: 0,
  inboxOldestAt: null,
  lastInboundAt: null,
  error: null,
  ...more,
});
