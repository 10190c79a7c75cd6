/**
 * What an operator can ask of a gateway. The running gateway answers over its control socket; where none runs
 * the command line opens the store and answers by itself. Plain data throughout, printed as it is by `--json`.
 */
import type { Milliseconds } from "./time.ts";
import type { Health } from "./bridge/room.ts";
import type { DoctorReport } from "./doctor-operations.ts";
import type { FederationOperations } from "./federation-operations.ts";
import type { LinkReport, RoomReference } from "./link-reports.ts";
import type { ModerationOperations } from "./moderation-operations.ts";
import type { PolicyOperations } from "./policy-operations.ts";
import type { SecretsOperations } from "./secrets-operations.ts";
import type { AlarmFacts } from "./watch/alarm.ts";

export type { LinkReport, RoomReference } from "./link-reports.ts";

export interface AccountStatus {
  readonly account: string;
  readonly bridge: string;
  /** The provider domain under which the account's users and groups are known. */
  readonly provider: string;
  /** Which process holds the account's connection; null where none does. */
  readonly holder: string | null;
  /** null where the process that answers does not hold the account. */
  readonly health: Health | null;
}

export interface BindingStatus {
  readonly account: string;
  readonly room: string;
  readonly group: string;
  /** `plumbed`: the room was there; `portal`: the gateway has made it. */
  readonly kind: "plumbed" | "portal";
  readonly state: "live" | "leaving" | "ended";
  /** Events of the group's log that this room has not been given yet. */
  readonly behind: number;
  /** Accepted things that are not in the log yet. */
  readonly inbox: number;
  readonly lastInboundAt: Milliseconds | null;
  readonly oldestUndeliveredAt: Milliseconds | null;
  /** Why the lanes of this room wait, if they do. */
  readonly lastError: string | null;
  /** Since when nothing is carried from or to it, and why; null: it is not paused. */
  readonly paused: { readonly at: Milliseconds; readonly why: string } | null;
}

/** Something that somebody should look at, and that was told in the rooms for alarms. */
export interface AlarmStatus {
  readonly code: AlarmFacts["code"];
  readonly account: string;
  /** null: it is about the account. */
  readonly room: string | null;
  /** When it was last well, and when the alarm was raised. */
  readonly since: Milliseconds;
  readonly raisedAt: Milliseconds;
  readonly why: string;
}

export interface StatusReport {
  readonly version: string;
  readonly pid: number;
  readonly running: boolean;
  readonly base: string;
  readonly store: "sqlite" | "postgres";
  readonly redis: "private" | "configured" | "none";
  readonly wake: "direct" | "queue";
  readonly accounts: readonly AccountStatus[];
  readonly bindings: readonly BindingStatus[];
  readonly alarms: readonly AlarmStatus[];
  readonly setAside: number;
  /** Deliveries whose outcome could not be known, ever. */
  readonly unclear: number;
}

export interface UnlinkReport {
  readonly group: string;
  readonly account: string;
  readonly room: string;
  readonly erased: boolean;
}

/** A room that was paused and goes on. */
export interface ResumeReport {
  readonly group: string;
  readonly account: string;
  readonly room: string;
  /** Since when it had been paused, and why. */
  readonly pausedAt: Milliseconds;
  readonly why: string;
  /** Things said in it meanwhile, which go on now. */
  readonly waiting: number;
  /** Whether those of them are set aside that say again what the room was given. */
  readonly dropping: boolean;
}

/** One hop of a message's way, oldest first. */
export interface TraceHop {
  readonly at: Milliseconds;
  readonly step:
    | "said"
    | "received"
    | "ordered"
    | "refused"
    | "intended"
    | "delivered"
    | "unclear"
    | "set-aside"
    | "waiting";
  readonly account: string | null;
  readonly room: string | null;
  readonly native: string | null;
  readonly attempt: number | null;
  readonly detail: string | null;
}

export interface TraceReport {
  readonly event: string | null;
  readonly group: string;
  readonly kind: string;
  readonly sender: string | null;
  readonly hops: readonly TraceHop[];
}

export interface SetAsideEntry {
  readonly id: number;
  readonly direction: "inbound" | "outbound";
  readonly account: string;
  readonly room: string;
  readonly event: string | null;
  readonly code: string;
  readonly cause: string;
  readonly at: Milliseconds;
}

export interface Operations {
  status(): Promise<StatusReport>;
  /**
   * Ties the rooms to one group: the one named, or the one that a room is in already, or a new one. Throws
   * room_invalid, account_unknown, room_unreachable, room_linked (in another group), group_unknown, group_not_followed.
   */
  link(rooms: readonly RoomReference[], group: string | null): Promise<LinkReport>;
  /** Stops delivery at once and takes the ghosts out; with `erase` also forgets what was stored of the room. */
  unlink(room: RoomReference, erase: boolean): Promise<UnlinkReport>;
  /**
   * Lets a room go on that was paused; with `drop`, what waited in it and says again what it was given is set aside. Throws
   * room_not_linked, room_not_paused.
   */
  resume(room: RoomReference, drop: boolean): Promise<ResumeReport>;
  /** The way of one message. `id`: an event id or its beginning (8 digits or more), or a native id. */
  trace(id: string): Promise<readonly TraceReport[]>;
  setAsideList(): Promise<readonly SetAsideEntry[]>;
  /** Puts it back on its lane. Throws set_aside_unknown. */
  setAsideRetry(id: number): Promise<SetAsideEntry>;
  /** Gives it up for good. Throws set_aside_unknown. */
  setAsideDiscard(id: number): Promise<SetAsideEntry>;
  /**
   * Looks at one account, or all, asking the platforms; changes nothing. Throws account_unknown, or gateway_unreachable where no
   * gateway runs.
   */
  doctor(account: string | null): Promise<DoctorReport>;
  /** About groups of this gateway. */
  readonly moderation: ModerationOperations;
  /** About what is laid down for single rooms. */
  readonly policy: PolicyOperations;
  /** About credentials of accounts. */
  readonly secrets: SecretsOperations;
  /** About other gateways. */
  readonly federation: FederationOperations;
}
