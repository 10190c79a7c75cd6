/** Alarms are told once, whoever sees them and however often. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AccountId, NativeKey } from "../../../../core/ids.ts";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { accountCounts } from "../../../../core/store/units/account-counts.ts";
import { type NewAlarm, standingAlarms } from "../../../../core/store/units/alarms.ts";
import { statusReport } from "../../../../core/store/units/status.ts";
import { watched } from "../../../../core/store/units/watched-rooms.ts";
import { ofAccount, ofRoom, ofUnread } from "../../../../core/watch/alarm.ts";
import { SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const AT = 1_000_000;

for (const kind of storeKinds()) {
  void describe(`alarms on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    const ofItsAccount = (): NewAlarm => ({
      subject: ofAccount(sample.account.id),
      code: "account_silent",
      account: "fake",
      accountId: sample.account.id,
      room: null,
      binding: null,
      since: AT - 30_000,
      why: "no answer",
    });
    const ofRoomA = (): NewAlarm => ({
      ...ofItsAccount(),
      subject: ofRoom(sample.a.id),
      code: "room_silent",
      room: sample.a.native,
      binding: sample.a.id,
    });
    const tells = (own: boolean) => {
      const account = own ? sample.account.id : ((sample.account.id + 1) as AccountId);
      return [sample.a, sample.b].map(({ id: binding }) => ({ binding, account }));
    };
    const lines = async (binding: number) => {
      const rows = await sample.sql(`select text from notice where binding = ${binding} order by n`);
      return rows.map(({ text }) => String(text));
    };
    const raise = (alarm: NewAlarm, at: number, slot: string, own = false) =>
      sample.store.write("raiseAlarms", { at, slot, alarms: [alarm], rooms: tells(own) });
    const end = async (at: number, slot: string, before: number) => {
      const alarms = await sample.store.read(standingAlarms());
      return sample.store.write("endAlarms", { at, slot, before, alarms, rooms: tells(true) });
    };

    void test("an account's is told in rooms of others, once, and its end in all", async () => {
      const { store, a, b } = sample;
      const alarm = ofItsAccount();
      assert.deepEqual(await raise(alarm, AT, "one", true), [alarm.subject]);
      assert.deepEqual([...(await lines(a.id)), ...(await lines(b.id))], []);
      assert.deepEqual(await end(AT + 1, "one", 0), [alarm.subject]);
      assert.deepEqual(await lines(a.id), ["Over: account fake answers again after 1 min."]);
      assert.deepEqual(await raise(alarm, AT + 2, "one"), [alarm.subject]);
      assert.deepEqual(await raise(alarm, AT + 3, "one"), [], "it stands already");
      assert.equal((await lines(b.id)).filter((line) => line.startsWith("Alarm: account fake")).length, 1);
      const [shown] = (await store.read(statusReport())).alarms;
      assert.deepEqual(
        [shown?.account, shown?.room, shown?.raisedAt, shown?.seenAt],
        ["fake", null, AT + 2, AT + 3],
      );
    });

    void test("only who sees it ends it, or anybody when nobody has seen it for long", async () => {
      const [alarm] = await sample.store.read(standingAlarms());
      assert.ok(alarm);
      assert.deepEqual(await end(AT + 10, "two", alarm.seenAt), []);
      assert.deepEqual(await raise(alarm, AT + 20, "two"), []);
      assert.deepEqual(await end(AT + 30, "one", AT + 20), [], "the other one has seen it since");
      assert.deepEqual(await end(AT + 40, "one", AT + 21), [alarm.subject]);
      assert.deepEqual(await end(AT + 50, "one", AT + 60), []);
      assert.deepEqual(await sample.store.read(standingAlarms()), []);
    });

    void test("a room's is not told in the room itself", async () => {
      const { a, b } = sample;
      const before = [await lines(a.id), await lines(b.id)];
      const alarm = ofRoomA();
      await raise(alarm, AT + 100, "one", true);
      assert.deepEqual(await lines(a.id), before[0]);
      assert.deepEqual((await lines(b.id)).slice(before[1]?.length), [
        `Alarm: room fake:${a.native} stands still since 00:16 UTC: no answer.`,
      ]);
      assert.deepEqual(
        (await sample.store.read(standingAlarms())).map(({ room }) => room),
        [a.native],
      );
    });

    void test("a room that is not read after a restore has one beside that", async () => {
      const { store, a, b } = sample;
      const before = (await lines(b.id)).length;
      const alarm: NewAlarm = { ...ofRoomA(), subject: ofUnread(a.id), code: "room_unread", why: "it waits" };
      assert.deepEqual(await raise(alarm, AT + 110, "one"), [alarm.subject]);
      assert.deepEqual((await lines(b.id)).slice(before), [
        `Alarm: room fake:${a.native} is not read since the restore at 00:16 UTC: it waits.`,
      ]);
      const found = (await store.read(standingAlarms())).map(({ code, bridge }) => [code, bridge]);
      assert.deepEqual(found, [
        ["room_silent", "fake"],
        ["room_unread", "fake"],
      ]);
    });

    void test("what the watch looks at says what waits and since when", async () => {
      const { store, a, b, account } = sample;
      const of = async (id: number) => (await store.read(watched())).rooms.find((room) => room.id === id);
      assert.deepEqual(
        [(await of(b.id))?.behind, (await of(b.id))?.oldestAt, (await of(b.id))?.inbox],
        [0, null, 0],
      );
      await sample.say(a, "first");
      await sample.say(a, "second");
      const waiting = await of(b.id);
      const [event] = await sample.sql(
        `select accepted_at from event where seq > ${Number(waiting?.deliveredSeq)} order by seq limit 1`,
      );
      assert.equal(waiting?.behind, (await sample.head()) - Number(waiting?.deliveredSeq));
      assert.ok(waiting.behind >= 2);
      assert.equal(waiting.oldestAt, Number(event?.["accepted_at"]));
      assert.deepEqual((await store.read(watched())).held, []);
      await store.write("claimLane", { lane: account.lane, holder: "test", ttl: 60_000 });
      assert.deepEqual((await store.read(watched())).held, [account.id]);
      const fence = await sample.claim(outLane(b.id));
      const off = {
        fence,
        lane: fence.lane,
        wait: 60_000,
        failures: 1,
        error: "delivery_refused: no",
        pulls: 0,
      };
      await store.write("putOffLane", off);
      assert.equal((await of(b.id))?.error, "delivery_refused: no");
      assert.equal((await of(a.id))?.error, null);
    });

    void test("what the watch looks at says what has come and is not in the log", async () => {
      const { store, a, account } = sample;
      const raws = ["one", "two"].map((text) => ({
        nativeKey: `key ${text}` as NativeKey,
        at: 1,
        raw: text,
      }));
      const batches = [{ binding: a.id, mark: null, raws }];
      await store.write("accept", { fence: null, account: account.id, at: 7_000, batches });
      const room = (await store.read(watched())).rooms.find(({ id }) => id === a.id);
      assert.deepEqual([room?.inbox, room?.inboxOldestAt, room?.lastInboundAt], [2, 7_000, 7_000]);
    });

    void test("what is set aside is counted by account, direction and code", async () => {
      const { store, a } = sample;
      assert.deepEqual((await store.read(accountCounts())).setAside, []);
      const aside = ["poison", "poison", "worse"].map(
        (code) =>
          `insert into set_aside (binding, direction, code, cause, attempts, at) values (${a.id}, 'inbound', '${code}', '', 1, 1)`,
      );
      for (const text of aside) await sample.sql(text);
      const { setAside, unclear } = await store.read(accountCounts());
      assert.deepEqual(
        setAside.map(({ code, direction, rows }) => `${code} ${direction} ${rows}`).toSorted(),
        ["poison inbound 2", "worse inbound 1"],
      );
      assert.deepEqual(
        unclear.map(({ rows }) => rows),
        [0],
      );
    });

    void test("a room that is linked no more has none", async () => {
      const { store, a, account } = sample;
      assert.equal((await store.read(standingAlarms())).length, 2);
      const room = { account: account.id, native: a.native, label: "fake:a" };
      await store.write("unlink", { ...room, erase: false, at: AT, actor: "operator" });
      assert.deepEqual(await store.read(standingAlarms()), []);
    });
  });
}
