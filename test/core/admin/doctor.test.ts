import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GroupUri } from "../../../mappings/ids.ts";
import { examine } from "../../../core/admin/doctor.ts";
import type { AccountId, BindingId, NativeRoom } from "../../../core/ids.ts";
import type { AlarmStatus } from "../../../core/operations.ts";
import { sampleStatus } from "../control/sample-operations.ts";
import { standingHost, up } from "../watch/standing-hosts.ts";

const SINCE = Date.UTC(2026, 10, 22, 9, 12);
const account: AlarmStatus = {
  code: "account_silent",
  account: "one",
  room: null,
  since: SINCE,
  raisedAt: SINCE + 30_000,
  why: "request_timeout: nothing came",
};
const still: AlarmStatus = { ...account, code: "room_silent", room: "room:1", why: "put out" };
const unread: AlarmStatus = { ...account, code: "room_unread", room: "room:2", why: "waits" };
const waiting = {
  binding: 2 as BindingId,
  group: "mimi://far.example/r/1" as GroupUri,
  accountId: 1 as AccountId,
  account: "one",
  room: "room:2" as NativeRoom,
  at: SINCE,
};

/** What the doctor finds with these alarms at two accounts that are connected. */
const found = (alarms: readonly AlarmStatus[], restored = false, name: string | null = null) =>
  examine(
    {
      hosts: ["one", "two"].map((host, at) =>
        standingHost(at + 1, host, { health: up, serving: true, ping: null, fault: null }),
      ),
      running: true,
      status: () => Promise.resolve({ ...sampleStatus, bindings: [], alarms }),
      federation: null,
      waiting: () => Promise.resolve(restored ? [waiting] : []),
    },
    name,
  );

void describe("the doctor and alarms", () => {
  void it("shows those that stand at their account: what, since when, of which room, and why", async () => {
    const { state, accounts, gateway } = await found([account, still]);
    assert.equal(state, "fault");
    assert.deepEqual(gateway, []);
    assert.deepEqual(
      accounts.map(({ findings }) => findings.map(({ check, detail }) => [check, detail])),
      [
        [
          ["connection", "connected"],
          [
            "alarm",
            "the account is silent since 2026-11-22T09:12:00.000Z, raised at 2026-11-22T09:12:30.000Z: request_timeout: nothing came",
          ],
          [
            "alarm:room:1",
            "the room stands still since 2026-11-22T09:12:00.000Z, raised at 2026-11-22T09:12:30.000Z: put out",
          ],
        ],
        [["connection", "connected"]],
      ],
    );
    assert.equal((await found([account, still], false, "two")).state, "ok");
  });

  void it("shows a room that is not read once, with its alarm where that stands", async () => {
    const { state, gateway, accounts } = await found([unread], true);
    assert.equal(state, "warning");
    assert.deepEqual(
      gateway.map(({ check }) => check),
      ["restored:one:room:2"],
    );
    assert.match(
      gateway[0]?.detail ?? "",
      /^mimi:\/\/far\.example\/r\/1 .*; an alarm stands since 2026-11-22T09:12:30/,
    );
    assert.deepEqual(
      accounts.flatMap(({ findings }) => findings.map(({ check }) => check)),
      ["connection", "connection"],
    );
    assert.doesNotMatch((await found([], true)).gateway[0]?.detail ?? "", /alarm/);
  });
});
