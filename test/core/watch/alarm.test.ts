import assert from "node:assert/strict";
import { it } from "node:test";
import { type AlarmFacts, endedLines, raisedLines } from "../../../core/watch/alarm.ts";

const AT = Date.UTC(2026, 10, 22, 12, 30);
const account: AlarmFacts = {
  code: "account_silent",
  account: "matrix",
  room: null,
  since: AT - 60_000,
  why: "request_timeout: no answer",
};
const room = (name: string, sinceMs = 60_000): AlarmFacts => ({
  code: "room_silent",
  account: "xmpp",
  room: name,
  since: AT - sinceMs,
  why: `${name} is shut`,
});

void it("an alarm is told in one line: what, since when, why", () => {
  assert.deepEqual(raisedLines([account, room("a@b")], AT), [
    "Alarm: account matrix is silent since 12:29 UTC: request_timeout: no answer. What is for its rooms waits.",
    "Alarm: room xmpp:a@b stands still since 12:29 UTC: a@b is shut.",
  ]);
  assert.deepEqual(endedLines([account, room("a@b", 7_200_000)], AT), [
    "Over: account matrix answers again after 1 min.",
    "Over: room xmpp:a@b goes on or is paused after 2 h.",
  ]);
});

void it("many rooms of an account are told in one line, with the one that has stood the longest", () => {
  const rooms = Array.from({ length: 7 }, (_, i) => room(`r${i}`, i === 3 ? 120_000 : 60_000));
  const named = "xmpp:r0, xmpp:r1, xmpp:r2, xmpp:r3, xmpp:r4 and 2 more";
  assert.deepEqual(raisedLines(rooms, AT), [
    `Alarm: 7 rooms of account xmpp stand still since 12:28 UTC: ${named}. The first: r3 is shut.`,
  ]);
  assert.deepEqual(endedLines(rooms, AT), [
    `Over: 7 rooms of account xmpp go on or are paused after 2 min: ${named}.`,
  ]);
  assert.deepEqual(raisedLines([], AT), []);
});

void it("a room of a restored store that is not read is told apart from one that stands still", () => {
  const unread: AlarmFacts = { ...room("a@b", 600_000), code: "room_unread", why: "mimi://x/r/1 waits" };
  assert.deepEqual(raisedLines([unread, room("a@b")], AT), [
    "Alarm: room xmpp:a@b is not read since the restore at 12:20 UTC: mimi://x/r/1 waits.",
    "Alarm: room xmpp:a@b stands still since 12:29 UTC: a@b is shut.",
  ]);
  assert.deepEqual(endedLines([unread], AT), [
    "Over: room xmpp:a@b is not waited for any more after 10 min.",
  ]);
});
