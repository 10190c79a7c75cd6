/** How often the core is told that somebody in a room shows another picture. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { PICTURE_EVERY_MS, ToldPhotos } from "../../../bridges/xmpp/told-photos.ts";
import type { Wearer } from "../../../bridges/xmpp/occupants.ts";
import type { NativeUser } from "../../../core/bridge/inbound.ts";

const native = "tea@muc.test/occ-anna";
const [red, blue] = ["sha1:red", "sha1:blue"];

function anna(t: TestContext) {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000_000 });
  const shown: { wearer: Wearer | null } = { wearer: { nick: "anna", photo: red } };
  const told: (string | null | undefined)[] = [];
  const photos = new ToldPhotos({
    wearer: () => shown.wearer,
    tell: (user: NativeUser) => told.push(user.avatar),
    now: () => Date.now(),
  });
  const shows = (photo: string | null) => {
    shown.wearer = { nick: "anna", photo };
    photos.changed(native);
  };
  const speaks = () => photos.speaks({ native, name: "anna" }).avatar;
  const pass = (ms: number) => t.mock.timers.tick(ms);
  return { told, shown, shows, speaks, pass };
}

const at = (photo: string) => `${photo}:${native}`;

void test("somebody who changes his picture again and again has one change a minute, and the last one counts", (t) => {
  const { told, shows, speaks, pass } = anna(t);
  shows("");
  assert.equal(speaks(), null);
  shows(red);
  assert.equal(speaks(), at(red));
  for (let i = 0; i < 100; i++) for (const photo of [blue, red, blue]) shows(photo);
  assert.deepEqual(told, []);
  assert.equal(speaks(), at(red), "what he says changes it no sooner");
  pass(PICTURE_EVERY_MS);
  assert.deepEqual(told, [at(blue)]);
  for (const photo of [red, blue, red, ""]) shows(photo);
  assert.equal(speaks(), at(blue));
  pass(PICTURE_EVERY_MS);
  assert.deepEqual(told, [at(blue), null]);
  assert.equal(speaks(), null);
});

void test("what somebody shows first is told at once, also where he said before that he has none", (t) => {
  const { told, shown, shows, speaks } = anna(t);
  shown.wearer = { nick: "anna", photo: null };
  assert.equal(speaks(), undefined);
  shows("");
  assert.deepEqual(told, [null]);
  shows(red);
  assert.equal(speaks(), at(red));
});

void test("what is back as it was is no change", (t) => {
  const { told, shows, speaks, pass } = anna(t);
  speaks();
  for (const photo of [blue, red]) shows(photo);
  pass(PICTURE_EVERY_MS);
  assert.deepEqual(told, []);
});

void test("a change is told no sooner than what was said with the picture of before is in the log", (t) => {
  const { told, shows, speaks, pass } = anna(t);
  speaks();
  pass(10 * PICTURE_EVERY_MS);
  assert.equal(speaks(), at(red));
  shows(blue);
  assert.deepEqual(told, [], "the message may still be under way");
  pass(PICTURE_EVERY_MS - 1);
  assert.deepEqual(told, []);
  pass(1);
  assert.deepEqual(told, [at(blue)]);
});

void test("what is said carries a new picture at once, and then nothing else tells of it", (t) => {
  const { told, shows, speaks, pass } = anna(t);
  speaks();
  pass(10 * PICTURE_EVERY_MS);
  speaks();
  shows(blue);
  assert.equal(speaks(), at(blue));
  pass(PICTURE_EVERY_MS);
  assert.deepEqual(told, []);
});

void test("of whoever is gone, does not say, or has said nothing, nothing is told", (t) => {
  const { told, shown, shows, speaks, pass } = anna(t);
  shows(blue);
  pass(PICTURE_EVERY_MS);
  assert.equal(speaks(), at(blue));
  shows(red);
  shown.wearer = null;
  pass(PICTURE_EVERY_MS);
  assert.equal(speaks(), undefined);
  shows(null);
  pass(PICTURE_EVERY_MS);
  assert.equal(speaks(), undefined);
  assert.deepEqual(told, []);
  shows(red);
  assert.deepEqual(told, [at(red)], "he is back");
});
