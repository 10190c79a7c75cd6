/** What the tests of Slack's faults share: two linked channels, and what the second one comes to hold. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, linkedChannels, type SlackRun, type SlackRunOptions, TO } from "./slack-gateway.ts";

export const ALICE = "U0ALICE";
/** What is believed to be absent after this was not taken. */
export const SETTLE_MS = 1_000;

/** The tests of a file wait more than they work. */
export const together = { concurrency: true } as const;

/** Says how a run begins; each ends with its test. */
export function runs(name: string): (test: TestContext, options?: SlackRunOptions) => Promise<SlackRun> {
  const folder = temporaryFolder(name);
  return async (test, options = {}) => {
    const account = { settle: `${SETTLE_MS}ms`, ...options.account };
    const run = await linkedChannels(folder, { ...options, account });
    test.after(() => run.stop());
    return run;
  };
}

/** The texts that were carried into the second channel, in its order. */
export const textsThere = ({ there }: SlackRun): string[] =>
  carried(there.workspace().messages(TO)).map(({ text }) => text);

/** Waits until all these texts are there, and nothing is left to be done; there must be no others, and in this order. */
export async function holds(run: SlackRun, texts: readonly string[], within = 60_000): Promise<void> {
  const isThere = async () => {
    const { bindings } = await run.gateway().operations.status();
    const isCaughtUp = bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
    const there = textsThere(run);
    return isCaughtUp && texts.every((text) => there.includes(text));
  };
  // What is missing is said by the comparison.
  await eventually("the texts", isThere, within).catch(() => undefined);
  assert.deepEqual(textsThere(run), texts);
}
