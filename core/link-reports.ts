/** Rooms and what links them, as operators write and read it. */

/** A platform room as an operator writes it: `ACCOUNT:ADDRESS`, for example `xmpp:lobby@rooms.example.org`. */
export interface RoomReference {
  readonly account: string;
  readonly room: string;
}

export interface LinkReport {
  readonly group: string;
  readonly rooms: readonly {
    readonly account: string;
    readonly room: string;
    readonly state: "linked" | "already";
  }[];
}
