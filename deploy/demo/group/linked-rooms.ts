/**
 * Rooms of all platforms, linked into one group: a channel of a simulated Slack workspace, a room at a Matrix homeserver and
 * a MUC, all served by one gateway, and a MUC of another service behind a gateway of its own.
 */
import { z } from "zod";
import type { Gateway } from "../gateway.ts";
import { ACCOUNT, linkName, type Side, shown, untilToldOfLink } from "../service.ts";
import type { RoomName } from "./group-stage.ts";
import type { MucName } from "./lines.ts";
import { MATRIX } from "./matrix/homeserver.ts";
import { type MatrixRoom, untilToldAtMatrix } from "./matrix/matrix-room.ts";
import { SLACK, type SlackRoom } from "./slack/workspace.ts";

export interface LinkedRooms {
  /** null: not in this demo. */
  readonly channel: SlackRoom | null;
  /** null: not in this demo, or there is no homeserver to be had. */
  readonly matrix: MatrixRoom | null;
  /** The MUC that the same gateway serves. */
  readonly near: Side;
  /** The MUC behind the other gateway. */
  readonly far: Side;
}

/** Base domains of the two gateways. */
export const NEAR_BASE = "mimi.localhost";
export const FAR_BASE = "south.example";

/** Whose people those of a room are, as Slack shows it behind their names. */
export const PROVIDERS: Readonly<Record<MucName | "matrix", string>> = {
  matrix: `${MATRIX}.${NEAR_BASE}`,
  near: `${ACCOUNT}.${NEAR_BASE}`,
  far: `${ACCOUNT}.${FAR_BASE}`,
};

const codeReport = z.object({ code: z.string() });

export const roomsOf = ({ channel, matrix }: LinkedRooms): readonly RoomName[] => [
  ...(channel ? (["channel"] as const) : []),
  ...(matrix ? (["matrix"] as const) : []),
  "near",
  "far",
];

/** Links what the same gateway serves, and by a code the MUC of the other one. */
export async function linkAll(
  { channel, matrix, near, far }: LinkedRooms,
  [here, there]: readonly [Gateway, Gateway],
  tell: (line: string) => void,
): Promise<void> {
  const names = [
    ...(channel ? [`${SLACK}:${channel.people.channel}`] : []),
    ...(matrix ? [`${MATRIX}:${matrix.room}`] : []),
    linkName(near),
  ];
  await shown(here, tell, "link", ...names);
  const { code } = codeReport.parse(await shown(here, tell, "code", "create", "--room", linkName(near)));
  await shown(there, (line) => tell(`the other gateway: ${line}`), "redeem", code, "--room", linkName(far));
  for (const side of [near, far]) await untilToldOfLink(side);
  if (matrix) await untilToldAtMatrix(matrix);
}
