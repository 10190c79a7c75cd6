import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupId, PeerId } from "../../../../core/ids.ts";
import { type Clock, Typing } from "../../../../core/federation/sharing/typing.ts";
import { parseUserUri } from "../../../../mappings/ids.ts";

const GROUP = 1 as GroupId;
const PEER = 2 as PeerId;
const mia = user("mimi://chat.peer.test/u/mia");
const anna = user("mimi://xmpp.ours.test/u/anna");

function user(text: string) {
  const uri = parseUserUri(text);
  assert.ok(uri);
  return uri;
}

/** Time that passes only when it is told to. */
class HandClock implements Clock {
  #now = 0;
  #alarms: { readonly at: number; readonly act: () => void }[] = [];
  readonly now = () => this.#now;
  readonly after = (wait: number, act: () => void) => {
    const alarm = { at: this.#now + wait, act };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((one) => one !== alarm);
    };
  };

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#alarms.filter(({ at }) => at <= this.#now);
    this.#alarms = this.#alarms.filter(({ at }) => at > this.#now);
    for (const { act } of due) act();
  }

  get waiting(): number {
    return this.#alarms.length;
  }
}

function stage() {
  const clock = new HandClock();
  const given: unknown[] = [];
  const shown: unknown[] = [];
  const typing = new Typing({
    clock,
    give: (group, row, from) => given.push([group, row.user, row.on, from]),
    show: (group, speaker, what) => shown.push([group, speaker.name, what.typing]),
  });
  const heard = (on: boolean, onward = false) =>
    typing.heard(GROUP, PEER, { speaker: { uri: mia, name: "Mia" }, on }, onward);
  return { clock, given, shown, typing, heard };
}

void test("what somebody of ours does is given to the other gateways, at most once a second", () => {
  const { clock, given, shown, typing } = stage();
  typing.said(GROUP, anna, true);
  typing.said(GROUP, anna, true);
  clock.pass(999);
  typing.said(GROUP, anna, true);
  assert.deepEqual(given, [[GROUP, anna, true, null]]);
  clock.pass(1);
  typing.said(GROUP, anna, true);
  typing.said(GROUP, anna, false);
  typing.said(GROUP, anna, false);
  assert.deepEqual(given.slice(1), [
    [GROUP, anna, true, null],
    [GROUP, anna, false, null],
  ]);
  assert.deepEqual(shown, [], "the rooms here were told by the room that it came from");
  clock.pass(1_000);
  assert.deepEqual(given.slice(3), [[GROUP, anna, false, null]], "for a gateway that was not listening");
  assert.equal(clock.waiting, 0);
});

void test("who goes on typing at once is not said to have ceased", () => {
  const { clock, given, typing } = stage();
  typing.said(GROUP, anna, true);
  clock.pass(500);
  typing.said(GROUP, anna, false);
  clock.pass(999);
  typing.said(GROUP, anna, true);
  clock.pass(7_999);
  assert.deepEqual(
    given.map((one) => (one as readonly unknown[])[2]),
    [true, false, true],
  );
});

void test("somebody of another gateway is shown until it says otherwise", () => {
  const { clock, given, shown, heard } = stage();
  heard(true);
  clock.pass(9_000);
  heard(true);
  clock.pass(9_000);
  assert.deepEqual(shown, [
    [GROUP, "Mia", true],
    [GROUP, "Mia", true],
  ]);
  heard(false);
  assert.deepEqual(shown.at(-1), [GROUP, "Mia", false]);
  assert.deepEqual(given, [], "an owner's news go no further");
});

void test("what is not repeated within ten seconds is off", () => {
  const { clock, shown, heard } = stage();
  heard(true);
  clock.pass(9_999);
  assert.equal(shown.length, 1);
  clock.pass(1);
  assert.deepEqual(shown, [
    [GROUP, "Mia", true],
    [GROUP, "Mia", false],
  ]);
  heard(false);
  assert.equal(shown.length, 2, "what is off already is no news");
});

void test("a flood from another gateway shows and gives one a second", () => {
  const { clock, given, shown, heard } = stage();
  for (let i = 0; i < 100; i++) heard(true, true);
  assert.deepEqual([shown.length, given.length], [1, 1]);
  assert.deepEqual(given, [[GROUP, mia, true, PEER]]);
  assert.equal(clock.waiting, 1);
});

void test("a closed one shows nothing any more", () => {
  const { clock, shown, heard, typing } = stage();
  heard(true);
  typing.close();
  clock.pass(60_000);
  assert.deepEqual([shown.length, clock.waiting], [1, 0]);
});

void test("who types on is told of again before others forget it, and not for ever", () => {
  const { clock, given, typing } = stage();
  typing.said(GROUP, anna, true);
  for (let at = 0; at < 10; at++) clock.pass(8_000);
  assert.deepEqual(
    given,
    Array.from({ length: 6 }, () => [GROUP, anna, true, null]),
  );
  assert.equal(clock.waiting, 0);
  typing.said(GROUP, anna, true);
  clock.pass(8_000);
  typing.said(GROUP, anna, false);
  clock.pass(60_000);
  assert.deepEqual(given.slice(6), [
    [GROUP, anna, true, null],
    [GROUP, anna, true, null],
    [GROUP, anna, false, null],
    [GROUP, anna, false, null],
  ]);
});
