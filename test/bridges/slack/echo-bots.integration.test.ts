/** Somebody in each of two simulated channels who says everything again: one channel is paused in time, and nothing is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../../core/limits.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { FROM, linkedChannels, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-echo-bots");
const [ALICE, BOB] = ["U0ALICE", "U0BOB"];
const WITHIN_MS = 60_000;

void test("two channels in which Bob repeats what comes from elsewhere", async (t) => {
  const run = await linkedChannels(folder);
  t.after(() => run.stop());
  const channels = [
    { account: "here", room: FROM, workspace: run.here.workspace() },
    { account: "there", room: TO, workspace: run.there.workspace() },
  ] as const;
  const textsOf = (at: 0 | 1): readonly string[] =>
    channels[at].workspace.messages(channels[at].room).map(({ text }) => text);
  const bots = channels.map(({ workspace, room }) => {
    let seen = workspace.messages(room).length;
    return setInterval(() => {
      for (const { text, user } of workspace.messages(room).slice(seen)) {
        seen += 1;
        if (user !== BOB) workspace.people.post(room, BOB, `[elsewhere] ${text}`);
      }
    }, 20);
  });
  t.after(() => bots.forEach((bot) => clearInterval(bot)));
  const { operations } = run.gateway();
  const paused = async () =>
    (await operations.status()).bindings.filter((binding) => binding.paused !== null);

  channels[0].workspace.people.post(FROM, ALICE, "this is the beginning of something");
  const found = await eventually(
    "a channel to be paused",
    async () => {
      const rooms = await paused();
      return rooms.length > 0 && rooms;
    },
    WITHIN_MS,
  );
  for (const bot of bots) clearInterval(bot);
  for (const { workspace, room } of channels) {
    const repeats = workspace.messages(room).filter(({ user }) => user === BOB);
    assert.ok(repeats.length <= limits.loopOfOne + 4, `${repeats.length} in ${room}`);
  }
  await eventually(
    "the line of the pause",
    () => textsOf(found[0]?.room === FROM ? 0 : 1).some((text) => text.startsWith("This room is paused: ")),
    WITHIN_MS,
  );
  channels[0].workspace.people.post(FROM, ALICE, "Alice is still here");
  channels[1].workspace.people.post(TO, ALICE, "and so is the other one");
  for (const { account, room } of found) await operations.resume({ account, room }, true);
  await eventually("what was said here", () => textsOf(1).includes("Alice is still here"), WITHIN_MS);
  await eventually("what was said there", () => textsOf(0).includes("and so is the other one"), WITHIN_MS);
  assert.deepEqual(await paused(), []);
});
