/**
 * One group of all platforms: a channel of Slack, a MUC and, where it is wanted, a room at a Synapse, all served by the
 * gateway in the north, and a MUC behind the one in the south. Answers are lost and late on the way, beside what the points do.
 */
import type { RoomReference } from "../../core/operations.ts";
import type { End } from "./crowd.ts";
import { type Gateways, strikeTwo } from "./federated-run.ts";
import { untilConnected } from "./lab.ts";
import { LinkedLab } from "./linked-lab.ts";
import { callsByTurns, openMatrix } from "./matrix-side.ts";
import { openMucs } from "./muc-side.ts";
import type { Outcome } from "./outcome.ts";
import type { PointsRun } from "./points-run.ts";
import type { Side } from "./side.ts";
import { openSlack, type Transport } from "./slack-side.ts";
import { until } from "./until.ts";

/** The longest that a message may take beyond the faults: as with each of the platforms. */
const LONGEST_STALL = 45_000;
/**
 * How often each person does something: what comes from all other rooms is within what Slack takes in one channel, and
 * what a room at a homeserver takes where one call in so many goes wrong.
 */
const EVERY = { slack: 350, slackBesideMatrix: 800, other: 2_000 } as const;
const MATRIX_FAULT_EVERY = 20;
const FOLLOWED_WITHIN = 30_000;
const CODE_LIFE = 3_600_000;

/** The one in the south first. */
type Sides = readonly [far: Side, near: Side, ...others: Side[]];

export interface AllOptions {
  readonly transport: Transport;
  /** Where the group's owner is. */
  readonly owner: End;
  readonly synapse: boolean;
}

export async function runPointsAll(
  run: Omit<PointsRun, "pairs" | "rate">,
  { transport, owner, synapse }: AllOptions,
): Promise<Outcome> {
  const { lab, sides } = await LinkedLab.open(
    (folder): Promise<Sides> => {
      const every = EVERY.other;
      const calls = callsByTurns(MATRIX_FAULT_EVERY);
      const matrix = { folder: folder("synapse"), speakers: ["maria1"], every, calls };
      return Promise.all([
        openMucs({ folder: folder("prosody-south"), speakers: ["sven1"], every }),
        openMucs({ folder: folder("prosody"), speakers: ["otto1"], every }),
        openSlack({ speakers: ["anna1"], every: EVERY[synapse ? "slackBesideMatrix" : "slack"], transport }),
        ...(synapse ? [openMatrix(matrix)] : []),
      ]);
    },
    (all) => [all.flatMap(({ rooms }) => rooms)],
  );
  const [far, ...near] = sides;
  return strikeTwo(run, {
    lab,
    accounts: { north: near.map(({ account }) => account), south: [far.account] },
    link: async (gateways) => linkAll(lab, gateways, { north: near, south: [far] }, owner),
    longestStall: LONGEST_STALL,
    awayFor: 0,
  });
}

/** Links the rooms of each gateway with each other, and across by a code. */
async function linkAll(
  lab: LinkedLab,
  gateways: Gateways,
  sides: Readonly<Record<End, readonly Side[]>>,
  owner: End,
): Promise<void> {
  const guest: End = owner === "north" ? "south" : "north";
  const operations = {
    north: await gateways.north.operations(),
    south: await gateways.south.operations(),
  };
  const roomsOf = (end: End): readonly RoomReference[] =>
    sides[end].flatMap(({ rooms }) => rooms.map(({ reference }) => reference));
  for (const end of [owner, guest] as const) await untilConnected(operations[end], sides[end].length);
  const [room = null] = roomsOf(guest);
  const { group } = await operations[owner].link(roomsOf(owner), null);
  const question = { group, room: null, uses: 1, lifeMs: CODE_LIFE, confirm: false };
  const { code } = await operations[owner].federation.createCode(question);
  await operations[guest].federation.redeem({ code, as: null, room });
  await operations[guest].link(roomsOf(guest), group);
  await until("the group to be followed", FOLLOWED_WITHIN, async () => {
    const { bindings } = await operations[guest].status();
    return bindings.length === roomsOf(guest).length;
  });
  lab.linked(group, () => gateways[owner].operations(), [() => gateways[guest].operations()]);
}
