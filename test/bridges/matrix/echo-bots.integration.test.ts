/** Bots on a real Synapse that say everything again, without any mark: their rooms are paused in time, and nothing is lost. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { limits } from "../../../core/limits.ts";
import { MatrixEchoBot } from "../../../deploy/clients/matrix-echo-bot.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const WITHIN_MS = 30_000;
const PAUSED = /^This room is paused: /;

const linked = await linkingRooms("echo-bots");

/** A bot in the room of one of the people. */
async function bot(t: TestContext, stage: LinkedRooms, name: string, of: MatrixUser, room: string) {
  const user = await MatrixUser.register(stage.synapse, name);
  await of.invite(room, user.id);
  await user.join(room);
  const echo = await MatrixEchoBot.start(user, room);
  t.after(() => echo.stop());
  return { id: user.id, stop: () => echo.stop() };
}

const textsOf = async (of: MatrixUser, room: string) => (await of.messages(room)).map(({ body }) => body);
const sentence = (n: number): string => `sentence number ${n} of a long day`;

const pausedRooms = async ({ gateway }: LinkedRooms): Promise<readonly string[]> =>
  (await gateway().operations.status()).bindings.flatMap(({ room, paused }) =>
    paused === null ? [] : [room],
  );

void test("a bot in one of two rooms has it paused within the bound, and who manages the room resumes it", async (t) => {
  const stage = await linked();
  t.after(() => stage.stop());
  const { anna, ben, from, to } = stage;
  const echo = await bot(t, stage, "echo", ben, to);
  let said = 0;
  // Each after the last one has come back, as far as it does.
  while ((await pausedRooms(stage)).length === 0) {
    assert.ok(said <= limits.loopOfOne + 2, `after ${said} messages nothing is paused`);
    const text = sentence(said++);
    await anna.say(from, text);
    await eventually(
      `${text}: to come back`,
      async () =>
        (await textsOf(anna, from)).some((one) => one !== text && one.endsWith(text)) ||
        (await pausedRooms(stage)).length > 0,
      WITHIN_MS,
    );
  }
  assert.deepEqual(await pausedRooms(stage), [to]);
  await ben.waitFor(
    "the line",
    async () => (await textsOf(ben, to)).some((one) => PAUSED.test(one)),
    WITHIN_MS,
  );
  await echo.stop();
  await anna.say(from, "said by anna while it is paused");
  await ben.say(to, "said by ben while it is paused");

  await ben.say(to, "!mimi resume");
  await eventually("the room to go on", async () => (await pausedRooms(stage)).length === 0, WITHIN_MS);
  await ben.waitFor(
    "what anna said",
    async () => (await textsOf(ben, to)).includes("said by anna while it is paused"),
    WITHIN_MS,
  );
  await anna.waitFor(
    "what ben said",
    async () => (await textsOf(anna, from)).includes("said by ben while it is paused"),
    WITHIN_MS,
  );
  const there = (await ben.messages(to)).filter(({ sender }) => sender !== echo.id).map(({ body }) => body);
  for (let n = 0; n < said; n++)
    assert.equal(there.filter((one) => one === sentence(n)).length, 1, `${sentence(n)}: once`);
  assert.equal(there.filter((one) => PAUSED.test(one)).length, 1, "it is said once");
});

void test("a bot in each of two rooms goes round no more than the bound says", async (t) => {
  const stage = await linked();
  t.after(() => stage.stop());
  const { anna, ben, from, to } = stage;
  const here = await bot(t, stage, "echo-here", anna, from);
  const there = await bot(t, stage, "echo-there", ben, to);
  await anna.say(from, "this is the beginning of something");
  await eventually("a room to be paused", async () => (await pausedRooms(stage)).length > 0, WITHIN_MS);
  await Promise.all([here.stop(), there.stop()]);
  for (const [of, room, { id }] of [
    [anna, from, here],
    [ben, to, there],
  ] as const) {
    const repeats = (await of.messages(room)).filter(({ sender }) => sender === id);
    assert.ok(repeats.length <= limits.loopOfOne + 3, `${repeats.length} in ${room}`);
  }
  await ben.say(to, "ben is still here");
  for (const room of await pausedRooms(stage))
    await stage.gateway().operations.resume({ account: "matrix", room }, true);
  await anna.waitFor(
    "what ben said",
    async () => (await textsOf(anna, from)).includes("ben is still here"),
    WITHIN_MS,
  );
});
