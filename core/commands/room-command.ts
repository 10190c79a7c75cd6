/** What a command is, and what it may use of the gateway. */
import type { Asked } from "../bridge/host.ts";
import type { CommandRules } from "../config/config.ts";
import type { LinkedBy, RoomCodes } from "../admin/room-codes.ts";
import type { StoredFederation } from "../admin/federation-operations.ts";
import type { StoredPolicies } from "../admin/policy-operations.ts";
import type { NativeRoom } from "../ids.ts";
import type {
  BindingStatus,
  LinkReport,
  Operations,
  ResumeReport,
  RoomReference,
  UnlinkReport,
} from "../operations.ts";

/** A command, and the account on which it was written. */
export interface RoomCommand extends Asked {
  readonly account: string;
  /** Throws room_invalid. */
  readonly parseRoom: (text: string) => NativeRoom;
}

/** The operations with the names of those who ask, for the audit. */
export interface CommandedOperations extends Pick<Operations, "status"> {
  readonly federation: Pick<
    StoredFederation,
    "group" | "members" | "connections" | "confirmConnection" | "endConnection"
  >;
  readonly codes: Pick<RoomCodes, "make" | "redeem">;
  readonly policy: Pick<StoredPolicies, "optOut">;
  link(rooms: readonly RoomReference[], group: string | null, by: LinkedBy): Promise<LinkReport>;
  unlink(room: RoomReference, erase: boolean, actor: string): Promise<UnlinkReport>;
  resume(room: RoomReference, drop: boolean, actor: string): Promise<ResumeReport>;
}

/** A command about one room, whose author may give it. */
export interface InRoom {
  readonly command: RoomCommand;
  readonly room: NativeRoom;
  /** What stands before the room. */
  readonly words: readonly string[];
  /** Whether the word's option was given. */
  readonly opted: boolean;
  readonly operations: CommandedOperations;
  readonly rules: CommandRules;
}

/** Who did it, as the audit names him. */
export const actorOf = ({ account, from }: RoomCommand): string => `${account}:${from.native}`;

export async function bindingOf({ command, room, operations }: InRoom): Promise<BindingStatus | undefined> {
  const { bindings } = await operations.status();
  return bindings.find(
    (one) => one.account === command.account && one.room === room && one.state !== "ended",
  );
}
