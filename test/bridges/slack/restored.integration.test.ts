/** A gateway that is restored from a backup finds in the channels what it has posted since, and reads what was said since. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SlackMessageRecord } from "../../slack/state/records.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { backUp } from "../../support/restored-store.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-restored");
const ALICE = "U0ALICE";
const BOB = "U0BOB";

const withFiles = (all: readonly SlackMessageRecord[]): number =>
  all.filter(({ files }) => files.length > 0).length;

void test("what was posted since the backup is not posted again, and what was not is", async (t) => {
  const run = await linkedChannels(folder, { account: { settle: "1s" } });
  t.after(() => run.stop());
  const { here, there } = run;
  const say = (text: string, threadTs?: string): string =>
    here.workspace().people.post(FROM, ALICE, text, threadTs === undefined ? {} : { threadTs });
  const first = say("before");
  await run.shows("before", (all) => carried(all).length === 1);
  const restore = await backUp(run.folder);
  const head = say("lost");
  say("lost below it", head);
  const [edited, editedAway] = [say("lost at first"), say("lost as it was")];
  const file = new TextEncoder().encode("a lost file");
  here.workspace().people.upload(FROM, ALICE, { name: "lost.txt", bytes: file });
  here.workspace().people.edit(FROM, first, "before, and edited");
  here.workspace().people.react(FROM, first, BOB, "tada");
  there.workspace().people.post(TO, BOB, "lost from there");
  const shown = ["before, and edited", "lost", "lost below it", "lost, and edited"];

  const isShown = (text: string) =>
    run.shows(text, (all) => carried(all).some((one) => one.text.includes(text)));
  for (const text of ["lost at first", "lost as it was"]) await isShown(text);
  here.workspace().people.edit(FROM, edited, "lost, and edited");
  for (const text of shown) await isShown(text);
  await run.shows("the file", (all) => withFiles(all) === 1);
  await run.shows("the reaction", (all) => carried(all)[0]?.reactions.length === 1);
  await eventually("what was said there", () =>
    here
      .workspace()
      .messages(FROM)
      .some(({ text }) => text === "lost from there"),
  );
  await run.away(async () => {
    say("away");
    here.workspace().people.edit(FROM, editedAway, "edited while away");
    await restore();
  });
  say("after");
  const since = ["away", "after", "edited while away"];
  for (const text of since) await isShown(text);
  await eventually("all to be delivered", async () => {
    const { bindings } = await run.gateway().operations.status();
    return bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
  });
  const there1 = carried(there.workspace().messages(TO));
  assert.deepEqual(there1.map(({ text }) => text).toSorted(), [...shown, ...since].toSorted());
  assert.deepEqual(
    there1[0]?.reactions.map(({ name }) => name),
    ["tada"],
  );
  assert.equal(withFiles(there.workspace().messages(TO)), 1);
  assert.equal(carried(here.workspace().messages(FROM)).length, 1);
  assert.equal((await run.gateway().operations.status()).setAside, 0);
});
