/** Rooms and what links them, as operators write and read it. */

/** A platform room as an operator writes it: `ACCOUNT:ADDRESS`, for example `xmpp:lobby@rooms.example.org`. */
export interface RoomReference {
  readonly account: string;
  readonly room: string;
}

/** From `ACCOUNT:ADDRESS`; null: it is none. */
export function readRoomReference(text: string): RoomReference | null {
  const colon = text.indexOf(":");
  const [account, room] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  return account !== "" && room !== "" ? { account, room } : null;
}

export interface LinkReport {
  readonly group: string;
  readonly rooms: readonly {
    readonly account: string;
    readonly room: string;
    readonly state: "linked" | "already";
    /** What does not work in it as it should, with the remedy. Left out: nothing that is known. */
    readonly warnings?: readonly string[];
  }[];
}

/** What does not work as it should in the rooms of a link, each with the room's name. */
export const linkWarnings = ({ rooms }: LinkReport): readonly string[] =>
  rooms.flatMap(({ account, room, warnings = [] }) =>
    warnings.map((warning) => `${account}:${room}: ${warning}`),
  );
