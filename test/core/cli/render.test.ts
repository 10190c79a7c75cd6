import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jsonText, plain } from "../../../core/cli/plain-text.ts";
import { renderSetAside } from "../../../core/cli/render-set-aside.ts";
import { renderStatus } from "../../../core/cli/render-status.ts";
import { renderTraces } from "../../../core/cli/render-trace.ts";
import { table } from "../../../core/cli/table.ts";
import { agoText, lengthText } from "../../../core/cli/times.ts";
import { NOW, sampleSetAside, sampleStatus, sampleTrace } from "../control/sample-operations.ts";

void describe("the status for people", () => {
  void it("shows what there is, what is wrong and what to do", () => {
    assert.equal(
      renderStatus(sampleStatus, NOW),
      `mimi-gateway 0.1.0: running as process 4711
base mimi.example.org, store sqlite, redis private, wake direct

ACCOUNT  BRIDGE  PROVIDER               CONNECTION    HOLDER
xmpp     xmpp    xmpp.mimi.example.org  up for 1 min  gateway-1
far      xmpp    far.mimi.example.org   down for 1 h  gateway-1

ROOM                          GROUP                             STATE         BEHIND  INBOX  LAST IN  OLDEST UNDELIVERED
xmpp:lobby@rooms.example.org  mimi://xmpp.mimi.example.org/r/1  live          0       0      5 s ago  -
far:hall@rooms.far.example    mimi://xmpp.mimi.example.org/r/1  live, portal  12      1      -        58 min ago

Alarm: Account far is silent for 1 h: connection refused
Account far is down for 1 h: connection refused. The gateway keeps trying; see that the service answers and \
that the account's settings are right
Room far:hall@rooms.far.example: 12 undelivered, the oldest for 58 min; account_down: the connection is down
Set aside: 2. To see and retry them: mimi-gateway set-aside list
Deliveries whose outcome could not be known: 1. To see one's way: mimi-gateway trace ID
`,
    );
  });

  void it("says so when nothing is wrong, and what is missing in a new gateway", () => {
    const [account] = sampleStatus.accounts;
    const [binding] = sampleStatus.bindings;
    assert.ok(account && binding);
    const well = {
      ...sampleStatus,
      accounts: [account],
      bindings: [binding],
      alarms: [],
      setAside: 0,
      unclear: 0,
    };
    assert.ok(renderStatus(well, NOW).endsWith("\n\nNothing needs attention.\n"));
    const [alarm] = sampleStatus.alarms;
    assert.ok(alarm);
    const unread = { ...alarm, code: "room_unread" as const, room: "hall", why: "it is shut" };
    assert.match(
      renderStatus({ ...well, alarms: [unread] }, NOW),
      /\nAlarm: Room far:hall was not read since the restore 1 h ago: it is shut\n$/,
    );
    const paused = {
      ...binding,
      paused: { at: NOW - 60_000, why: "echo says again what is carried into the room" },
    };
    assert.match(
      renderStatus({ ...well, bindings: [paused] }, NOW),
      /\n\S+ +\S+ +paused [^]*is paused since .*: echo says again .*: mimi-gateway resume xmpp:lobby@rooms\.example\.org\n$/,
    );
    assert.match(renderStatus({ ...well, bindings: [] }, NOW), /No rooms are linked: mimi-gateway link/);
    const fresh = { ...well, running: false, accounts: [], bindings: [] };
    assert.match(renderStatus(fresh, NOW), /not running[^]*No gateway runs[^]*config sample/);
    const short = { ...binding, behind: 3, oldestUndeliveredAt: NOW - 2_000 };
    assert.match(renderStatus({ ...well, bindings: [short] }, NOW), /Nothing needs attention/);
  });
});

void describe("a trace for people", () => {
  void it("is a timeline from the first hop", () => {
    const early = { ...sampleTrace, event: null, sender: null, hops: sampleTrace.hops.toReversed() };
    assert.equal(
      renderTraces([sampleTrace, early]),
      `message ${"a".repeat(64)}
group mimi://xmpp.mimi.example.org/r/1
sender mimi://xmpp.mimi.example.org/u/1
start 2026-11-22T12:00:00.000Z
AFTER     STEP       ROOM
+0 ms     said       xmpp:lobby@rooms.example.org  as s-1
+12 ms    received   xmpp:lobby@rooms.example.org
+15 ms    ordered    -
+4020 ms  delivered  far:hall@far.example          attempt 2

message (not in the log yet)
group mimi://xmpp.mimi.example.org/r/1
start 2026-11-22T12:00:04.020Z
AFTER     STEP       ROOM
+0 ms     delivered  far:hall@far.example          attempt 2
-4005 ms  ordered    -
-4008 ms  received   xmpp:lobby@rooms.example.org
-4020 ms  said       xmpp:lobby@rooms.example.org  as s-1
`,
    );
  });
});

void describe("what was set aside, for people", () => {
  void it("is a table with the causes on one line each", () => {
    assert.equal(
      renderSetAside([sampleSetAside], NOW),
      `NUMBER  DIRECTION  ROOM                  EVENT             SINCE      CAUSE
3       outbound   far:hall@far.example  bbbbbbbbbbbbbbbb  1 min ago  delivery_refused: not-acceptable in the room

To try one again: mimi-gateway set-aside retry NUMBER. To give it up: mimi-gateway set-aside discard NUMBER
`,
    );
    assert.equal(renderSetAside([], NOW), "Nothing is set aside.\n");
  });
});

void describe("texts of strangers", () => {
  void it("cannot drive the terminal", () => {
    assert.equal(
      plain("\u001b[31mred\u001b[0m\u009b2J \u202eevil\u2069\r\nline\u2028two\u0007"),
      "red evil line two",
    );
    assert.equal(plain("naïve 日本 👩‍👩‍👧 é"), "naïve 日本 👩‍👩‍👧 é");
  });

  void it("stay the same data in JSON", () => {
    const value = { "a\u009bb": "\u202e\u2028\u0007", list: [{}, "日本"] };
    const text = jsonText(value);
    for (const character of "\u009b\u202e\u2028\u0007") assert.ok(!text.includes(character));
    assert.deepEqual(JSON.parse(text), value);
    assert.ok(text.includes("日本"));
  });
});

void describe("a table", () => {
  void it("lines up wide characters and clusters", () => {
    assert.equal(
      table([
        ["A", "B"],
        ["日本", "x"],
        ["👩‍👩‍👧", "y"],
        ["e\u0301", "z"],
      ]),
      "A     B\n日本  x\n👩‍👩‍👧    y\ne\u0301     z\n",
    );
  });
});

void describe("lengths of time for people", () => {
  void it("are rounded down to one unit", () => {
    assert.deepEqual(
      [0, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000 * 3, -5].map(lengthText),
      ["0 s", "0 s", "1 s", "59 s", "1 min", "59 min", "1 h", "3 d", "0 s"],
    );
    assert.deepEqual([agoText(null, 5), agoText(1_000, 61_000)], ["-", "1 min ago"]);
  });
});
