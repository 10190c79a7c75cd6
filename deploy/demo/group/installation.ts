/** The rooms of one group, with their people: some on this gateway, one behind another. */
import { GatewayError } from "../../../core/errors.ts";
import { SYNAPSE_REMEDY } from "../../servers/synapse-python.ts";
import type { Ends } from "../ends.ts";
import type { Gateway } from "../gateway.ts";
import { startGateways } from "../gateways.ts";
import type { Service, Side } from "../service.ts";
import { FAR_BASE, linkAll, type LinkedRooms, NEAR_BASE } from "./linked-rooms.ts";
import { DemoHomeserver, prepareSynapse } from "./matrix/homeserver.ts";
import { enterMatrixRoom, type MatrixRoom } from "./matrix/matrix-room.ts";
import { startWorkspace } from "./slack/workspace.ts";

export interface GroupInstallation {
  readonly gateways: readonly [Gateway, Gateway];
  readonly rooms: LinkedRooms;
}

interface Crew {
  readonly service: Service;
  readonly people: Side["people"];
}

export interface GroupOptions {
  readonly folder: string;
  readonly ends: Ends;
  /** Gets a line for each long step. */
  readonly tell: (line: string) => void;
}

/** Starts what the rooms need besides XMPP services, and lets their people enter them. */
export async function enterRooms(
  { near, far }: { readonly near: Crew; readonly far: Crew },
  { slack, matrix }: { readonly slack: boolean; readonly matrix: "required" | "if there is one" },
  { folder, ends, tell }: GroupOptions,
): Promise<LinkedRooms> {
  return {
    channel: slack ? await startWorkspace(folder, ends, tell) : null,
    matrix: await enterMatrix(matrix, { folder, ends, tell }),
    near: await near.service.enter("harbour", near.people),
    far: await far.service.enter("island", far.people),
  };
}

/** null: there is no homeserver and none can be had. Throws GatewayError server_failed where it must be there. */
async function enterMatrix(
  need: "required" | "if there is one",
  { folder, ends, tell }: GroupOptions,
): Promise<MatrixRoom | null> {
  if (await prepareSynapse(ends, tell))
    return enterMatrixRoom(await DemoHomeserver.start(folder, ends, tell));
  const missing = `there is no Synapse here, and none could be had: ${SYNAPSE_REMEDY}`;
  if (need === "required") throw new GatewayError("server_failed", missing);
  tell(missing);
  tell("the demo goes on without Matrix");
  return null;
}

/** Starts both gateways, the first for all rooms but one, and links the rooms by the command line. */
export async function serveRooms(
  rooms: LinkedRooms,
  redis: string,
  { folder, ends, tell }: GroupOptions,
): Promise<GroupInstallation> {
  tell("starting two gateways, each with a store of its own");
  const { channel, matrix, near, far } = rooms;
  const accounts = [near.service.account, channel?.account, matrix?.homeserver.account].join("");
  const connected = ["connected to the XMPP service", ...(matrix ? ["the homeserver answers"] : [])];
  const gateways = await startGateways(
    folder,
    [
      { base: NEAR_BASE, redis, accounts, connected },
      { base: FAR_BASE, redis: "off", accounts: far.service.account },
    ],
    ends,
  );
  await linkAll(rooms, gateways, tell);
  return { gateways, rooms };
}
