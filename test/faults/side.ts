/** What a run with several platforms is put together from: the rooms of one server, and the account that serves them. */
import type { RoomReference } from "../../core/operations.ts";
import type { Interruptible } from "./scene.ts";
import type { Person } from "./scripted-crowd.ts";
import type { Room } from "./standing.ts";

/** A room in which one person speaks. */
export interface SpokenRoom {
  /** As the command line names it. */
  readonly reference: RoomReference;
  readonly person: Person;
  /** What stands in it now, of whomever. */
  readonly read: () => Room | Promise<Room>;
}

export interface Side {
  /** As gateway.yaml has it. */
  readonly account: object;
  readonly server: Interruptible;
  /** In the order of those who speak in them. */
  readonly rooms: readonly SpokenRoom[];
  /** Ends its servers. */
  readonly end: () => Promise<void>;
}

export interface SideOptions {
  /** For the server's files; it need not exist. */
  readonly folder: string;
  /** Each gets a room; their texts begin with these names, each a word and a number. */
  readonly speakers: readonly string[];
  /** How often each of them does something, in milliseconds. */
  readonly every: number;
}
