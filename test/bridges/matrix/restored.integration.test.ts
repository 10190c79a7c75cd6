/** A gateway that is restored from a backup finds in the rooms what it has sent since, and reads what was said since. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backUp } from "../../support/restored-store.ts";
import { agree, faultyRooms } from "./faults-run.ts";

const begin = await faultyRooms("matrix-restored");

void test("what was sent since the backup is not sent again, and what was not is", async (t) => {
  const run = await begin();
  t.after(() => run.stop());
  const { anna, ben, from, to } = run;
  const say = (text: string): Promise<string> => anna.say(from, text);
  const first = await say("before");
  await agree(run);
  const restore = await backUp(run.folder);
  const lost = await say("lost");
  await anna.reply(from, lost, "lost, in answer");
  await anna.react(from, first, "🎉");
  await anna.edit(from, first, "before, and edited");
  // Each room has its own people's words first: what is said in both at once stands in either order.
  await agree(run);
  await ben.say(to, "lost from there");
  await agree(run);
  const copy = (await anna.messages(from)).find(({ body }) => body === "lost from there");
  assert.ok(copy);
  await anna.reply(from, copy.id, "lost, in answer to a copy");
  await anna.react(from, copy.id, "🎉");
  const gone = await say("lost, and gone");
  await agree(run);
  await anna.redact(from, gone);
  await agree(run);
  await run.away(async () => {
    await say("away");
    await restore();
  });
  await say("after");
  await agree(run);
  assert.equal((await run.gateway().operations.status()).setAside, 0);
});
