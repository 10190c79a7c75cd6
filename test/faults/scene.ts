/** What a run disturbs and judges: people who talk in rooms on both sides, the servers of the rooms, and what they hold. */
import type { Milliseconds } from "../../core/time.ts";
import type { StatusReport } from "../../core/operations.ts";
import type { Comparison, Outage } from "./verdict.ts";

/** A server that may go away for a while. */
export interface Interruptible {
  stop(): Promise<void>;
  /** Resolves when it is there again, with all that it held. */
  restart(): Promise<void>;
}

export interface Direction {
  readonly from: string;
  readonly to: string;
  /** What arrived as something else than it was, by its text. */
  readonly misdirected: readonly string[];
}

export interface Talkers {
  /** Whether in every direction something has arrived that was said after this time. */
  flowsSince(time: Milliseconds): boolean;
  /** Nobody says anything more, and what was begun has been said. */
  hush(): Promise<void>;
}

export interface Scene {
  readonly folder: string;
  /** The file in which points are armed. */
  readonly armed: string;
  readonly crowd: Talkers;
  readonly servers: readonly Interruptible[];
  /** Resolves with the gateways' status when everything has arrived, or with it as it is where that does not come. */
  drain(status: () => Promise<readonly StatusReport[]>): Promise<readonly StatusReport[]>;
  /** What became of each direction's messages. */
  results(): readonly (Comparison & Direction)[] | Promise<readonly (Comparison & Direction)[]>;
  /** The longest time from a room to the other beyond the outages, of what the results were about. */
  longestStall(outages: readonly Outage[]): Milliseconds;
  /** Ends everything, and says which processes are left that know this folder. */
  close(keepFolder: boolean): Promise<readonly string[]>;
}
