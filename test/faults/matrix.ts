/** One gateway between Matrix and XMPP. What it asks of the homeserver, and what that hands over, is lost and late on the way, beside what the points do. */
import { numbered, openPairs } from "./linked-lab.ts";
import { callsByTurns, type MatrixMishap, openMatrix } from "./matrix-side.ts";
import { openMucs } from "./muc-side.ts";
import type { Outcome } from "./outcome.ts";
import { type PointsRun, strikeOne } from "./points-run.ts";

/** The longest that a message may take beyond the faults: lost answers, Synapse's retries and its start are waited for. */
const LONGEST_STALL = 45_000;
const PAIRS = 2;
/** How often each person does something. */
const EVERY = { matrix: 350, xmpp: 500 } as const;
/** One call in so many goes wrong. */
const FAULT_EVERY = 10;

/** `calls`: what becomes of the gateway's calls. */
export async function runPointsMatrix(
  run: Omit<PointsRun, "pairs" | "rate">,
  calls: MatrixMishap = callsByTurns(FAULT_EVERY),
): Promise<Outcome> {
  const lab = await openPairs((folder) =>
    Promise.all([
      openMucs({ folder: folder("prosody"), speakers: numbered("otto", PAIRS), every: EVERY.xmpp }),
      openMatrix({
        folder: folder("synapse"),
        speakers: numbered("anna", PAIRS),
        every: EVERY.matrix,
        calls,
      }),
    ]),
  );
  return strikeOne(run, { lab, ...lab.served(), longestStall: LONGEST_STALL });
}
