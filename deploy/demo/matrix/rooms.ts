/**
 * Three rooms of two platforms, linked into one: a room at a homeserver and a MUC, both served by one gateway, and a MUC of
 * another service behind a gateway of its own.
 */
import { z } from "zod";
import type { Gateway } from "../gateway.ts";
import { linkName, type Service, shown, type Side, untilToldOfLink } from "../service.ts";
import { type DemoHomeserver, MATRIX } from "./homeserver.ts";

/** The part of the room's address between # and colon. */
const ALIAS = "quay";
/** What the gateway needs to invite ghosts, to set name and topic, to pin and to redact, in a room with usual powers. */
const POWER = 50;

const codeReport = z.object({ code: z.string() });

export interface LinkedThree {
  readonly homeserver: DemoHomeserver;
  /** Id of the room at the homeserver. */
  readonly room: string;
  /** The MUC that the same gateway serves. */
  readonly near: Side;
  /** The MUC behind the other gateway. */
  readonly far: Side;
}

interface Crew {
  readonly service: Service;
  readonly people: Side["people"];
}

/** Makes the three rooms, lets their people enter them and the gateway manage them. */
export async function enterRooms(homeserver: DemoHomeserver, near: Crew, far: Crew): Promise<LinkedThree> {
  const { people, bot } = homeserver;
  const room = await people[0].createRoom({ name: "Quay", alias: ALIAS, invite: [bot] });
  await people[0].setPower(room, bot, POWER);
  await people[1].join(room);
  return {
    homeserver,
    room,
    near: await near.service.enter("harbour", near.people),
    far: await far.service.enter("island", far.people),
  };
}

/** Links the room with the MUC that the same gateway serves, and by a code with the MUC of the other one. */
export async function linkThree(
  { homeserver, room, near, far }: LinkedThree,
  [here, there]: readonly [Gateway, Gateway],
  tell: (line: string) => void,
): Promise<void> {
  const name = `${MATRIX}:${room}`;
  await shown(here, tell, "link", name, linkName(near));
  const { code } = codeReport.parse(await shown(here, tell, "code", "create", "--room", name));
  await shown(there, (line) => tell(`the other gateway: ${line}`), "redeem", code, "--room", linkName(far));
  for (const side of [near, far]) await untilToldOfLink(side);
  const [, reader] = homeserver.people;
  const both = async (): Promise<boolean> =>
    (await reader.messages(room)).filter(({ sender }) => sender === homeserver.bot).length >= 2;
  await reader.waitFor("the gateway's words on both links", both);
}

/** The room's address. */
export const aliasOf = ({ homeserver }: LinkedThree): string => `#${ALIAS}:${homeserver.synapse.serverName}`;
