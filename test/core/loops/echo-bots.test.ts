/** Bots that repeat everything under a name of their own, in rooms of a whole gateway. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { limits } from "../../../core/limits.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { querySql } from "../../support/harness-sql.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("echo-bots");
const PAUSED =
  /^This room is paused: echo says again what is carried into the room: \d+ of the last \d+ messages/;
const WITHIN_MS = 20_000;

const sentence = (n: number): string => `sentence number ${n} of a long day`;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

async function linked(t: TestContext, bots: readonly string[], connected = true) {
  const platform = new FakePlatform({ connected });
  const echoing = new Set(bots);
  platform.onCall = ({ room, op, user, text }) => {
    // No sooner than the room has it.
    if (op === "message" && echoing.has(room))
      setTimeout(() => platform.say(room, "echo", `<${user}> ${text}`), 5);
    return null;
  };
  const own = join(folder, randomUUID());
  const start = () => startFakeGateway({ folder: own }, { fake: platform });
  let gateway = await start();
  t.after(() => gateway.stop());
  const rooms = ["a", "b"].map((room) => ({ account: "fake", room }));
  await gateway.operations.link(rooms, null);
  await platform.until("the rooms to be told", () =>
    ["a", "b"].every((room) => platform.notices(room).length > 0),
  );
  const bindings = async () => (await gateway.operations.status()).bindings;
  return {
    platform,
    operations: () => gateway.operations,
    bindings,
    sql: (text: string) => querySql({ kind: "sqlite", file: join(own, "gateway.sqlite") }, text),
    takeOut: () => echoing.clear(),
    /** Resolves with the rooms that are paused once there is one. */
    paused: () =>
      eventually(
        "a room to be paused",
        async () => {
          const rooms = (await bindings()).filter(({ paused }) => paused !== null).map(({ room }) => room);
          return rooms.length > 0 && rooms;
        },
        WITHIN_MS,
      ),
    restart: async () => {
      await gateway.stop();
      gateway = await start();
    },
  };
}

/** Says one after the other, each once the other room has it or is paused. */
async function talk(
  { platform, bindings }: Pick<Awaited<ReturnType<typeof linked>>, "platform" | "bindings">,
  texts: readonly string[],
): Promise<void> {
  for (const text of texts) {
    platform.say("a", "anna", text);
    await eventually(
      `${text} to arrive`,
      async () =>
        platform.texts("b").includes(text) || (await bindings()).some(({ paused }) => paused !== null),
      WITHIN_MS,
    );
  }
}

for (const connected of [true, false])
  void describe(`a bot that repeats everything, ${connected ? "behind a connection" : "without one"}`, () => {
    void it("has its room paused within the bound, which is said once, and nothing is lost", async (t) => {
      const stage = await linked(t, ["b"], connected);
      const { platform, operations } = stage;
      const first = numbers(0, limits.loopOfOne + 5).map(sentence);
      await talk(stage, first);
      assert.deepEqual(await stage.paused(), ["b"]);
      const repeated = () => platform.texts("a").filter((text) => text.startsWith("<anna>")).length;
      await platform.until("the repeats before", () => repeated() >= limits.loopOfOne - 1, WITHIN_MS);
      assert.equal(repeated(), limits.loopOfOne - 1, "each but the one that was one too many");
      await platform.until("the room to be told", () =>
        platform.notices("b").some((text) => PAUSED.test(text)),
      );

      const finding = (await operations().doctor("fake")).accounts[0]?.findings.find(
        ({ check }) => check === "room:b",
      );
      assert.equal(finding?.state, "fault");
      assert.match(finding?.remedy ?? "", /mimi-gateway resume fake:b$/);
      const acts = await stage.sql("select actor, act, subject from audit where act = 'pause'");
      assert.deepEqual(
        acts.map((row) => ({ ...row })),
        [{ actor: "gateway", act: "pause", subject: "fake:b" }],
      );

      const later = numbers(100, 105).map(sentence);
      for (const text of later) platform.say("a", "anna", text);
      for (const n of numbers(200, 203)) platform.say("b", "ben", sentence(n));
      await eventually("what ben says to wait", async () => {
        const room = (await stage.bindings()).find(({ room }) => room === "b");
        return room?.inbox !== undefined && room.inbox >= 3 && room.behind >= later.length;
      });
      await stage.restart();
      assert.deepEqual(await stage.paused(), ["b"], "a restart changes nothing");
      stage.takeOut();
      const report = await operations().resume({ account: "fake", room: "b" }, false);
      assert.ok(report.waiting >= 3 && !report.dropping);
      await platform.until(
        "the rest to arrive",
        () => platform.texts("b").includes(sentence(104)) && platform.texts("a").includes(sentence(202)),
        WITHIN_MS,
      );
      const said = platform.texts("b").filter((text) => !text.startsWith("<") && !text.includes("20"));
      assert.deepEqual(said, [...first, ...later], "once each, in order");
      assert.equal(new Set(platform.texts("a")).size, platform.texts("a").length, "nothing twice");
      assert.equal(platform.notices("b").filter((text) => PAUSED.test(text)).length, 1);
      assert.match(platform.notices("b").at(-1) ?? "", /^This room is resumed/);
      await assert.rejects(operations().resume({ account: "fake", room: "b" }, false), {
        code: "room_not_paused",
      });
    });

    void it("in each of two rooms goes round no more than the bound says", async (t) => {
      const stage = await linked(t, ["a", "b"], connected);
      const { platform } = stage;
      platform.say("a", "anna", sentence(1));
      await stage.paused();
      await eventually("nothing to move any more", async () => {
        const before = platform.calls.length;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return platform.calls.length === before;
      });
      const rooms = await stage.paused();
      const repeats = ["a", "b"].map((room) =>
        platform.messages(room).filter(({ user, key }) => user === "echo" && key === null),
      );
      for (const found of repeats) assert.ok(found.length <= limits.loopOfOne + 1, `${found.length} repeats`);
      stage.takeOut();
      platform.say("b", "ben", "here I am");
      platform.say("a", "anna", "and so am I");
      for (const room of rooms) await stage.operations().resume({ account: "fake", room }, true);
      await platform.until(
        "what people said to arrive",
        () => platform.texts("a").includes("here I am") && platform.texts("b").includes("and so am I"),
        WITHIN_MS,
      );
      assert.equal(
        (await stage.bindings()).every(({ paused }) => paused === null),
        true,
      );
      const aside = await stage.operations().setAsideList();
      assert.ok(aside.length > 0 && aside.every(({ code }) => code === "loop_repeated"));
    });
  });
