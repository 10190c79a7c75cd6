/** What an operator can lay down for single rooms, and people for themselves; plain data, see operations.ts. */
import type { RoomReference } from "./link-reports.ts";

export interface PolicyValue {
  readonly key: string;
  /** null: as the room's account is configured. */
  readonly value: string | null;
  /** Whether it was set for this room. */
  readonly set: boolean;
}

export interface RoomPolicyReport {
  readonly account: string;
  readonly room: string;
  readonly group: string;
  readonly values: readonly PolicyValue[];
}

export interface OptOutReport {
  readonly account: string;
  /** As the platform identifies him. */
  readonly user: string;
}

/** All throw account_unknown, and those of rooms room_invalid and room_not_linked. */
export interface PolicyOperations {
  /** What is laid down for these rooms; for all that are linked where none is named. */
  show(rooms: readonly RoomReference[]): Promise<readonly RoomPolicyReport[]>;
  /** Lays a value down for a room, from now on. Throws usage where it is none for the key. */
  set(room: RoomReference, key: string, value: string): Promise<RoomPolicyReport>;
  /** Takes a key away, or all of them: the account's configuration counts again. */
  reset(room: RoomReference, key: string | null): Promise<RoomPolicyReport>;
  /** Everybody who does not want to be carried from any room of an account; of all accounts where none is named. */
  optOuts(account: string | null): Promise<readonly OptOutReport[]>;
  /** Nothing that somebody says in any room of the account is carried from now on, or it is again. False: it was so. */
  optOut(account: string, user: string, out: boolean): Promise<boolean>;
}
