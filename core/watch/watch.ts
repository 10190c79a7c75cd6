/**
 * The watch over a gateway: asks every few seconds whether the accounts' platforms answer and whether what waits for the rooms
 * goes on, raises alarms where they do not, and ends them.
 */
import type { AccountHost } from "../accounts/account-host.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type { AccountId, BindingId } from "../ids.ts";
import { outLane } from "../lanes/lane-key.ts";
import type { Wake } from "../lanes/waker.ts";
import type { Limits } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { AlarmRoom, NewAlarm, StandingAlarm } from "../store/units/alarms.ts";
import { type Watched, watched } from "../store/units/watched-rooms.ts";
import type { Milliseconds } from "../time.ts";
import { AccountWatch } from "./account-watch.ts";
import type { AdminRooms } from "./admin-rooms.ts";
import { type AlarmSubject, ofRoom, ofUnread } from "./alarm.ts";
import {
  accountFindings,
  type Findings,
  joined,
  roomAlarm,
  roomSeen,
  seenFrom,
  unreadAlarm,
} from "./findings.ts";
import { RestoredWatch } from "./restored-watch.ts";
import { RoomWatch } from "./room-watch.ts";
import { shortWhy } from "./short-why.ts";
import type { WatchedAccount, WatchReport } from "./watch-report.ts";

export interface WatchOptions {
  readonly store: Pick<Store, "read" | "write" | "slot">;
  readonly hosts: readonly AccountHost[];
  readonly adminRooms: Pick<AdminRooms, "among">;
  readonly limits: Limits;
  readonly log: Logger;
  readonly now: () => Milliseconds;
  readonly wake: Wake;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #accounts: ReadonlyMap<AccountId, { readonly host: AccountHost; readonly watch: AccountWatch }>;
  readonly #rooms = new Map<BindingId, RoomWatch>();
  readonly #restored: RestoredWatch;
  /** Alarms that could not be written, and are in the log at least. */
  readonly #unwritten = new Set<AlarmSubject>();
  #report: WatchReport | null = null;
  #lookedAt: Milliseconds | null = null;
  #timer: NodeJS.Timeout | null = null;
  #under: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    const { hosts, limits, now } = options;
    this.#restored = new RestoredWatch(limits, now);
    this.#accounts = new Map(
      hosts.map((host) => {
        const { bridge, row } = host.options;
        const asks = bridge.ping !== undefined && limits.pingEveryMs > 0;
        const ping = asks ? () => bridge.ping?.() ?? Promise.resolve() : null;
        return [row.id, { host, watch: new AccountWatch({ ping, limits, now }) }];
      }),
    );
  }

  /** null: there was no look yet. */
  get report(): WatchReport | null {
    return this.#report;
  }

  start(): void {
    this.#under = this.look().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), this.#options.limits.watchEveryMs);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#under;
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    const { store, now, log } = this.#options;
    try {
      const found = await store.read(watched());
      this.#noticeGap();
      const accounts = this.#lookAtAccounts(found);
      const ofAll = joined(accountFindings(accounts), this.#lookAtRooms(accounts, found));
      const findings = joined(ofAll, this.#lookAtRestored(found));
      const rooms = this.#options.adminRooms.among(found.rooms);
      const raised = await this.#raise(findings.silent, found.alarms, rooms);
      const ended = await this.#end(findings.well, found.alarms, rooms);
      if (raised + ended > 0) for (const { binding, account } of rooms) this.#wake(binding, account);
      this.#report = { at: now(), accounts, alarms: found.alarms, storeFault: null };
    } catch (thrown) {
      const storeFault = asGatewayError(thrown);
      const begins = this.#report === null || this.#report.storeFault === null;
      log[begins ? "error" : "debug"](
        { err: storeFault },
        "the store can't be looked at, or no alarm written",
      );
      const { accounts = [], alarms = [] } = this.#report ?? {};
      this.#report = { at: now(), accounts, alarms, storeFault };
    }
  }

  /** A process that was stopped, or a store that did not answer, says nothing about the platforms. */
  #noticeGap(): void {
    const { now, limits } = this.#options;
    const at = now();
    const gap = this.#lookedAt === null ? 0 : at - this.#lookedAt;
    this.#lookedAt = at;
    if (gap < limits.watchEveryMs + limits.accountSilentMs / 2) return;
    for (const { watch } of this.#accounts.values()) watch.begin();
    for (const watch of this.#rooms.values()) watch.begin();
    this.#restored.begin();
  }

  #lookAtAccounts({ held }: Watched): readonly WatchedAccount[] {
    return [...this.#accounts.values()].map(({ host, watch }) => {
      const verdict = watch.look(seenFrom(host, held));
      return { host, verdict, answeredAt: watch.answeredAt, tripMs: watch.tripMs };
    });
  }

  #lookAtRooms(accounts: readonly WatchedAccount[], { rooms }: Watched): Findings {
    const silent: NewAlarm[] = [];
    const well = new Set<AlarmSubject>();
    const served = new Map(accounts.map(({ host, verdict }) => [host.options.row.id, { host, verdict }]));
    const live = new Set<BindingId>();
    for (const room of rooms) {
      live.add(room.id);
      const watch = this.#watchOf(room.id);
      const account = served.get(room.account);
      // A paused room has been told so: whatever was wrong with it, nobody waits for it any more.
      if (room.pausedAt !== null) well.add(ofRoom(room.id));
      // What an account has not got cannot be its rooms' fault.
      if (account?.verdict.state !== "well" || room.pausedAt !== null) {
        watch.begin();
        continue;
      }
      const verdict = watch.look(roomSeen(account.host, room));
      if (verdict.state === "well") well.add(ofRoom(room.id));
      if (verdict.state === "silent") silent.push(roomAlarm(account.host, room, verdict));
    }
    for (const id of this.#rooms.keys()) if (!live.has(id)) this.#rooms.delete(id);
    return { silent, well };
  }

  /** The store says who is waited for, so any process can, also of accounts that the configuration has no more. */
  #lookAtRestored({ waiting, alarms }: Watched): Findings {
    const there = new Set(waiting.map(({ binding }) => ofUnread(binding)));
    const over = alarms.filter(({ code, subject }) => code === "room_unread" && !there.has(subject));
    const silent = this.#restored
      .look(waiting)
      .map((one) => unreadAlarm(this.#accounts.get(one.accountId)?.host, one));
    return { silent, well: new Set(over.map(({ subject }) => subject)) };
  }

  #watchOf(id: BindingId): RoomWatch {
    const known = this.#rooms.get(id);
    if (known) return known;
    const watch = new RoomWatch(this.#options.limits, this.#options.now);
    this.#rooms.set(id, watch);
    return watch;
  }

  /** How many were raised. */
  async #raise(
    silent: readonly NewAlarm[],
    standing: readonly StandingAlarm[],
    rooms: readonly AlarmRoom[],
  ): Promise<number> {
    const { store, now, log, limits } = this.#options;
    const fresh = now() - limits.alarmSeenMs / 2;
    const noted = new Set(standing.filter(({ seenAt }) => seenAt > fresh).map(({ subject }) => subject));
    const alarms = silent
      .filter(({ subject }) => !noted.has(subject))
      .map((alarm) => ({ ...alarm, why: shortWhy(alarm.why) }));
    if (alarms.length === 0) return 0;
    const tell = ({ account, room, code, why }: NewAlarm, text: string): void =>
      log.error({ account, room, err: new GatewayError(code, why) }, text);
    try {
      const raised = await store.write("raiseAlarms", { at: now(), slot: store.slot, alarms, rooms });
      for (const alarm of alarms) if (raised.includes(alarm.subject)) tell(alarm, "an alarm is raised");
      this.#unwritten.clear();
      return raised.length;
    } catch (thrown) {
      for (const alarm of alarms.filter(({ subject }) => !this.#unwritten.has(subject))) {
        this.#unwritten.add(alarm.subject);
        tell(alarm, "an alarm can't be raised, since it can't be written");
      }
      throw thrown;
    }
  }

  /** How many were ended. */
  async #end(
    well: ReadonlySet<AlarmSubject>,
    standing: readonly StandingAlarm[],
    rooms: readonly AlarmRoom[],
  ): Promise<number> {
    const { store, now, log, limits } = this.#options;
    const at = now();
    const alarms = standing.filter(({ subject }) => well.has(subject));
    const { slot } = store;
    const before = at - limits.alarmSeenMs;
    // Of accounts that the configuration has no more nobody says that they are well. Another process's may have them yet.
    const forgotten = standing.filter(
      ({ accountId, code }) => code !== "room_unread" && !this.#accounts.has(accountId),
    );
    if (forgotten.length > 0)
      await store.write("endAlarms", { at, slot, before, alarms: forgotten, rooms: [] });
    if (alarms.length === 0) return 0;
    const ended = await store.write("endAlarms", { at, slot, before, alarms, rooms });
    for (const { subject, code, account, room } of alarms)
      if (ended.includes(subject)) log.info({ account, room, code }, "an alarm is over");
    return ended.length;
  }

  #wake(binding: BindingId, account: AccountId): void {
    this.#options.wake(outLane(binding), account, "queued");
  }
}
