/** What an input gave, whatever platform it is of. */
import type { EventId, GroupUri, UserUri } from "../../mappings/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";

/** A message of MIMI has its id already; what comes from a platform gets one when it is encoded. */
export interface ReadEvent {
  readonly event: Mapped;
  readonly id: EventId | null;
}

export interface Reading {
  readonly events: readonly ReadEvent[];
  readonly losses: readonly Loss[];
  readonly group: GroupUri;
  /** What the source calls the room; null: a document of MIMI does not say. */
  readonly room: string | null;
  /** What ids and salts of this input are made of. */
  readonly seed: string;
  /** The emoji of a reaction that is taken back, where the input says it; `:name:` for a custom one. */
  readonly takenBack: string | null;
  uriOf(native: string): UserUri;
  /** The event id of a message, by the source's id of it or by the event id itself. */
  idOf(native: string): EventId;
}
