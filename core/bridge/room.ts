/** What a bridge says of its rooms and of itself. */
import type { ArchiveMark, NativeRoom } from "../ids.ts";
import type { Milliseconds } from "../time.ts";

/** How far a room carries a feature. `none` with a reason is a loss that the plan names. */
export type Level = "full" | "partial" | "none";

/** What a room can do now: data at hand, made without I/O. */
export interface Capabilities {
  readonly name: Level;
  readonly topic: Level;
  /** Whether the platform archives the room, so that what was missed can be read and a delivery be probed. */
  readonly archive: boolean;
  /** Longest text of one native message, in bytes of UTF-8. */
  readonly textBytes: number;
  /** Whether everybody on the platform may enter it, as far as that is known. Left out: not. */
  readonly open?: boolean;
}

/** What was found out about a room at entering it. */
export interface RoomFacts {
  readonly name: string;
  readonly topic: string;
  /** Where the archive stood at the time; null where there is none. */
  readonly mark: ArchiveMark | null;
  /** What whoever links it should know: rights that the gateway lacks there, another bridge in it. Left out: nothing. */
  readonly warnings?: readonly string[];
}

/** A room that a bridge has made so that it can be linked; its mark is where it begins. */
export interface MadeRoom {
  readonly room: NativeRoom;
  readonly facts: RoomFacts;
}

export type Health =
  | { readonly state: "up"; readonly since: Milliseconds }
  | {
      readonly state: "connecting" | "down";
      readonly since: Milliseconds;
      readonly reason: string | null;
      /** It can't be connected yet and that is no fault: what connects it later. */
      readonly later?: string;
    };

/** One thing that was looked at in an account, in the words of whoever runs the gateway. */
export interface Finding {
  /** What was looked at: a word, or two with a colon where it is one of several (`room:C0123`). */
  readonly check: string;
  readonly state: "ok" | "warning" | "fault";
  readonly detail: string;
  /** What to do; null: nothing. */
  readonly remedy: string | null;
}
