import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { describe, it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, BindingId, NativeRoom } from "../../../core/ids.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import type { Store } from "../../../core/store/store.ts";
import type { NewAlarm, StandingAlarm } from "../../../core/store/units/alarms.ts";
import type { WaitingGroup } from "../../../core/store/units/restored-rooms.ts";
import type { Watched, WatchedRoom } from "../../../core/store/units/watched-rooms.ts";
import { Watch } from "../../../core/watch/watch.ts";
import { room, standingHost, up } from "./standing-hosts.ts";

const logged: string[] = [];
const quiet = createLogger({
  level: "error",
  bodies: false,
  stream: { write: (line: string) => void logged.push(line) },
});

/** A watch over one account and its room, a store that keeps alarms, and a clock. */
function watching() {
  const at = { now: 1_000_000 };
  const is = { health: up, serving: true, ping: () => Promise.resolve(), fault: null as string | null };
  const there = {
    rooms: [room(1)] as readonly WatchedRoom[],
    waiting: [] as readonly WaitingGroup[],
    fault: null as GatewayError | null,
    full: null as GatewayError | null,
  };
  const alarms = new Map<string, StandingAlarm>();
  const raised: string[] = [];
  const ended: string[] = [];
  const befores: number[] = [];
  const store = {
    slot: "one",
    read: () =>
      there.fault
        ? Promise.reject(there.fault)
        : Promise.resolve<Watched>({
            rooms: there.rooms,
            held: [1 as AccountId],
            waiting: there.waiting,
            alarms: [...alarms.values()],
          }),
    write(
      name: string,
      input: { readonly alarms: readonly NewAlarm[]; readonly at: number; readonly before?: number },
    ) {
      if (there.full) return Promise.reject(there.full);
      if (input.before !== undefined) befores.push(input.at - input.before);
      const subjects = input.alarms.map(({ subject }) => subject);
      if (name === "endAlarms") {
        for (const subject of subjects) alarms.delete(subject);
        ended.push(...subjects);
        return Promise.resolve(subjects);
      }
      const fresh = input.alarms.filter(({ subject }) => !alarms.has(subject));
      for (const alarm of input.alarms) {
        const { at: seenAt } = input;
        alarms.set(alarm.subject, { raisedAt: seenAt, ...alarm, seenAt, slot: "one" } as StandingAlarm);
      }
      raised.push(...fresh.map(({ subject }) => subject));
      return Promise.resolve(fresh.map(({ subject }) => subject));
    },
  } as unknown as Store;
  const watch = new Watch({
    store,
    hosts: [standingHost(1, "one", is)],
    adminRooms: { among: () => [] },
    limits,
    log: quiet,
    now: () => at.now,
    wake: () => undefined,
  });
  /** Looks again and again for so long. */
  const pass = async (ms: number): Promise<void> => {
    for (const end = at.now + ms; at.now < end; at.now += limits.watchEveryMs) {
      await watch.look();
      await turn();
    }
  };
  return { at, is, there, alarms, befores, raised, ended, watch, pass };
}

/** A room of an account that its group waits for, since a backup was put in place at that time. */
const unread = (account: number, at: number): WaitingGroup => ({
  binding: account as BindingId,
  group: "mimi://far.example/r/1" as GroupUri,
  accountId: account as AccountId,
  account: `account-${account}`,
  room: `room:${account}` as NativeRoom,
  at,
});

void describe("the watch", () => {
  void it("raises an alarm for an account once, and ends it", async () => {
    const { is, raised, ended, pass } = watching();
    await pass(60_000);
    assert.deepEqual(raised, []);
    is.ping = () => Promise.reject(new GatewayError("request_timeout", "nothing"));
    await pass(300_000);
    assert.deepEqual([raised, ended], [["account:1"], []]);
    is.ping = () => Promise.resolve();
    await pass(30_000);
    assert.deepEqual([raised, ended], [["account:1"], ["account:1"]]);
  });

  void it("raises one for a room only where its account is well and it is not paused", async () => {
    const { is, there, raised, ended, pass } = watching();
    await pass(10_000);
    there.rooms = [room(1, { oldestAt: 5, behind: 1, pausedAt: 7 })];
    await pass(100_000);
    assert.deepEqual(raised, []);
    there.rooms = [room(1, { oldestAt: 5, behind: 1 })];
    await pass(60_000);
    assert.deepEqual(raised, ["room:1"]);
    there.rooms = [room(1)];
    await pass(10_000 + limits.roomSilentMs);
    assert.deepEqual(ended, ["room:1"]);
    is.health = { state: "down", since: 0, reason: "away" } as never;
    there.rooms = [room(1, { oldestAt: 5, behind: 1 })];
    await pass(100_000);
    assert.deepEqual(raised, ["room:1", "account:1"]);
  });

  void it("ends that of a room which is paused, also while its account does not answer", async () => {
    const { is, there, raised, ended, alarms, pass } = watching();
    const silent = { oldestAt: 5, behind: 1 };
    there.rooms = [room(1, silent)];
    await pass(60_000);
    assert.deepEqual([raised, ended], [["room:1"], []]);
    there.rooms = [room(1, { ...silent, pausedAt: 7 })];
    await pass(2 * limits.watchEveryMs);
    assert.deepEqual([raised, ended], [["room:1"], ["room:1"]]);
    there.rooms = [room(1, silent)];
    await pass(60_000);
    assert.deepEqual(raised, ["room:1", "room:1"], "it goes on, and still nothing gets into it");
    is.health = { state: "down", since: 0, reason: "away" } as never;
    there.rooms = [room(1, { ...silent, pausedAt: 9 })];
    await pass(2 * limits.watchEveryMs);
    assert.deepEqual([ended, alarms.has("room:1")], [["room:1", "room:1"], false]);
  });

  void it("takes a time in which nobody looked for no silence", async () => {
    const { at, there, raised, pass } = watching();
    await pass(60_000);
    there.rooms = [room(1, { oldestAt: 5, behind: 1 })];
    await pass(10_000);
    at.now += 3_600_000;
    await pass(20_000);
    assert.deepEqual(raised, []);
  });

  void it("takes a store that does not answer for nothing else, and reports it", async () => {
    const { there, raised, watch, pass } = watching();
    await pass(30_000);
    there.fault = new GatewayError("store_failed", "it is away");
    await pass(300_000);
    assert.equal(watch.report?.storeFault?.code, "store_failed");
    there.fault = null;
    await pass(20_000);
    assert.equal(watch.report?.storeFault, null);
    assert.deepEqual(raised, []);
  });

  void it("logs an alarm that it can't write, once, and that the store fails, once", async () => {
    const { is, there, raised, pass } = watching();
    await pass(30_000);
    logged.length = 0;
    is.ping = () => Promise.reject(new GatewayError("request_timeout", "nothing"));
    there.full = new GatewayError("store_full", "no room");
    await pass(300_000);
    assert.deepEqual(raised, []);
    assert.equal(logged.filter((line) => line.includes("account_silent")).length, 1);
    assert.equal(logged.filter((line) => line.includes("store_full")).length, 1);
    there.full = null;
    await pass(10_000);
    assert.deepEqual(raised, ["account:1"]);
  });

  void it("leaves alarms of accounts that another process may have to that one, as long as it sees them", async () => {
    const { at, alarms, befores, pass } = watching();
    const of2 = { subject: "account:2", accountId: 2 as AccountId, seenAt: at.now, slot: "two" };
    alarms.set("account:2", of2 as StandingAlarm);
    await pass(limits.watchEveryMs);
    assert.deepEqual(befores, [limits.alarmSeenMs]);
  });

  void it("raises one for a room that is not read after a restore, and ends it when nobody waits for it", async () => {
    const { at, there, raised, ended, alarms, pass } = watching();
    const long = at.now - 86_400_000;
    there.waiting = [unread(1, long)];
    await pass(limits.roomUnreadMs - limits.watchEveryMs);
    assert.deepEqual(raised, [], "it may still be read, however long ago the restore was");
    await pass(2 * limits.watchEveryMs);
    assert.deepEqual(raised, ["unread:1"]);
    const alarm = alarms.get("unread:1");
    assert.deepEqual([alarm?.code, alarm?.room, alarm?.since], ["room_unread", "room:1", long]);
    assert.match(alarm?.why ?? "", /^mimi:\/\/far\.example\/r\/1 takes nothing from other gateways/);
    await pass(300_000);
    assert.deepEqual([raised, ended], [["unread:1"], []]);
    there.waiting = [];
    await pass(2 * limits.watchEveryMs);
    assert.deepEqual([raised, ended], [["unread:1"], ["unread:1"]]);
  });

  void it("raises it for a room of an account that the configuration has no more, and keeps it", async () => {
    const { at, there, raised, ended, alarms, pass } = watching();
    there.waiting = [unread(2, at.now)];
    await pass(limits.roomUnreadMs + 60_000);
    assert.deepEqual([raised, ended], [["unread:2"], []]);
    assert.match(alarms.get("unread:2")?.why ?? "", /its account is not configured/);
  });

  void it("gives a room its time to be read again where nobody looked for a while", async () => {
    const { at, there, raised, pass } = watching();
    there.waiting = [unread(1, at.now)];
    await pass(60_000);
    at.now += 3_600_000;
    await pass(60_000);
    assert.deepEqual(raised, []);
  });

  void it("makes one short line of a reason, whoever wrote it", async () => {
    const { is, alarms, pass } = watching();
    await pass(10_000);
    is.fault = `put out:\u001b[2J\n\u202e${"x".repeat(100_000)}`;
    await pass(60_000);
    const why = alarms.get("room:1")?.why ?? "";
    assert.match(why, /^put out: \[2J x+…$/);
    assert.equal(why.length, 200);
  });
});
