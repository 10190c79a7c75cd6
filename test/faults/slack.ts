/** One gateway between Slack and XMPP. Answers of the Web API are lost and late on the way, beside what the points do. */
import { numbered, openPairs } from "./linked-lab.ts";
import { openMucs } from "./muc-side.ts";
import type { Outcome } from "./outcome.ts";
import { type PointsRun, strikeOne } from "./points-run.ts";
import { openSlack, type SlackMishap, type Transport } from "./slack-side.ts";

/** The longest that a message may take beyond the faults: lost answers, Slack's retries and its limits are waited for. */
const LONGEST_STALL = 45_000;
const PAIRS = 3;
/** How often each person does something. Slack takes one post a second and few edits of an app: fewer come from XMPP. */
const EVERY = { slack: 350, xmpp: 1_500 } as const;

/** `mishap`: what becomes of calls, instead of what goes wrong by turns. */
export async function runPointsSlack(
  run: Omit<PointsRun, "pairs" | "rate">,
  transport: Transport,
  mishap?: SlackMishap,
): Promise<Outcome> {
  const lab = await openPairs(async (folder) => [
    await openMucs({ folder: folder("prosody"), speakers: numbered("otto", PAIRS), every: EVERY.xmpp }),
    await openSlack({
      speakers: numbered("anna", PAIRS),
      every: EVERY.slack,
      transport,
      ...(mishap && { mishap }),
    }),
  ]);
  return strikeOne(run, { lab, ...lab.served(), longestStall: LONGEST_STALL });
}
