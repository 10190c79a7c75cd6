/** Two gateways, each with a Prosody and a store of its own, whose rooms are linked across by codes. */
import { Lab, untilConnected } from "./lab.ts";
import { type Gateways, strikeTwo } from "./federated-run.ts";
import type { Outcome } from "./outcome.ts";
import type { PointsRun } from "./points-run.ts";
import { until } from "./until.ts";

/** The longest that a message may take beyond the faults: a gateway that comes back is asked again after its backoff. */
const LONGEST_STALL = 15_000;
const FOLLOWED_WITHIN = 30_000;
const CODE_LIFE = 3_600_000;

/** The points of a run; each strikes whichever of the two comes to it first. */
export async function runPointsFederated(run: PointsRun): Promise<Outcome> {
  const lab = await Lab.open(run.pairs, run.rate, 2);
  return strikeTwo(run, {
    lab,
    accounts: { north: [lab.account("north")], south: [lab.account("south")] },
    link: async (gateways) => linkAcross(lab, gateways),
    longestStall: LONGEST_STALL,
    awayFor: run.awayFor ?? 0,
  });
}

/** The groups are owned by turns in the north and in the south, so that every fault strikes owners and guests. */
async function linkAcross(lab: Lab, gateways: Gateways): Promise<void> {
  const operations = {
    north: await gateways.north.operations(),
    south: await gateways.south.operations(),
  };
  for (const one of Object.values(operations)) await untilConnected(one);
  for (const [i, rooms] of lab.rooms.entries()) {
    const [owner, guest] = i % 2 === 0 ? (["north", "south"] as const) : (["south", "north"] as const);
    const question = { group: null, room: rooms[owner], uses: 1, lifeMs: CODE_LIFE, confirm: false };
    const { code } = await operations[owner].federation.createCode(question);
    await operations[guest].federation.redeem({ code, as: null, room: rooms[guest] });
  }
  await until("every group to be followed", FOLLOWED_WITHIN, async () => {
    const reports = await Promise.all(Object.values(operations).map(async (one) => one.status()));
    return reports.every(({ bindings }) => bindings.length === lab.rooms.length);
  });
}
