/** The demo's room at the homeserver. */
import type { DemoHomeserver } from "./homeserver.ts";

/** The part of the room's address between # and colon. */
const ALIAS = "quay";
/** What the gateway needs to invite ghosts, to set name and topic, to pin and to redact, in a room with usual powers. */
const POWER = 50;

export interface MatrixRoom {
  readonly homeserver: DemoHomeserver;
  /** Id of the room. */
  readonly room: string;
}

/** Makes the room, lets its people enter it and the gateway manage it. */
export async function enterMatrixRoom(homeserver: DemoHomeserver): Promise<MatrixRoom> {
  const { people, bot } = homeserver;
  const room = await people[0].createRoom({ name: "Quay", alias: ALIAS, invite: [bot] });
  await people[0].setPower(room, bot, POWER);
  await people[1].join(room);
  return { homeserver, room };
}

/** Resolves when the room was told that it is linked with one here, and with one elsewhere. */
export async function untilToldAtMatrix({ homeserver, room }: MatrixRoom): Promise<void> {
  const [, reader] = homeserver.people;
  const both = async (): Promise<boolean> =>
    (await reader.messages(room)).filter(({ sender }) => sender === homeserver.bot).length >= 2;
  await reader.waitFor("the gateway's words on both links", both);
}

/** The room's address. */
export const aliasOf = ({ homeserver }: MatrixRoom): string => `#${ALIAS}:${homeserver.synapse.serverName}`;
