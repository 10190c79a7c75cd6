/** Rooms of two accounts that a gateway links in pairs, and whether the two of each pair, and the log, come to hold the same. */
import type { Milliseconds } from "../../core/time.ts";
import type { GroupEvent } from "../../core/federation-operations.ts";
import type { Operations, RoomReference, StatusReport } from "../../core/operations.ts";
import type { Direction } from "./scene.ts";
import { agreement, type Room, speakerOf } from "./standing.ts";
import { until } from "./until.ts";
import { compare, type Comparison, type Outage, stallBeyond } from "./verdict.ts";

const DRAINED_WITHIN: Milliseconds = 60_000;
const WHOLE_LOG = 10_000;

/** One direction of a pair: what either end holds of somebody who speaks in its source. */
export interface Way {
  /** Which of the pairs, from 0. */
  readonly pair: number;
  readonly from: string;
  readonly to: string;
  readonly source: Room;
  readonly target: Room;
  readonly speaker: string;
}

export class LinkedPairs {
  readonly #pairs: readonly (readonly RoomReference[])[];
  readonly #read: () => readonly Way[] | Promise<readonly Way[]>;
  readonly #groups: string[] = [];
  /** The log of each pair's group, once everything has arrived. */
  #logs: readonly (readonly GroupEvent[])[] = [];
  /** As they were read last. */
  #ways: readonly Way[] = [];
  #operations: (() => Promise<Operations>) | null = null;

  /** `read`: both directions of every pair as they are now. */
  constructor(
    pairs: readonly (readonly RoomReference[])[],
    read: () => readonly Way[] | Promise<readonly Way[]>,
  ) {
    this.#pairs = pairs;
    this.#read = read;
  }

  /** Links every pair. `operations`: of the gateway, whenever they are asked for. */
  async link(operations: () => Promise<Operations>): Promise<void> {
    this.#operations = operations;
    const asked = await operations();
    await until("both accounts' connections", 60_000, async () => {
      const { accounts } = await asked.status();
      return accounts.length === 2 && accounts.every(({ health }) => health?.state === "up");
    });
    for (const rooms of this.#pairs) this.#groups.push((await asked.link(rooms, null)).group);
  }

  /** Resolves with the gateways' status when everything has arrived, or with it as it is where that does not come. */
  async drain(status: () => Promise<readonly StatusReport[]>): Promise<readonly StatusReport[]> {
    const look = async () => {
      const reports = await status();
      const bindings = reports.flatMap((report) => report.bindings);
      const isCaughtUp = bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
      return isCaughtUp && (await this.#agree()) && reports;
    };
    const reports = await until("the rooms to agree", DRAINED_WITHIN, look).catch(status);
    const operations = await this.#operations?.();
    this.#logs = await Promise.all(
      this.#groups.map(async (group) => (await operations?.federation.history(group, WHOLE_LOG)) ?? []),
    );
    return reports;
  }

  /** What became of each direction's messages, in the room and in the log. */
  async results(): Promise<readonly (Comparison & Direction)[]> {
    this.#ways = await this.#read();
    return this.#ways.flatMap(({ pair, from, to, source, target, speaker }) => {
      // What nobody edited and nobody took back stands in the log exactly once.
      const plain = source.standing.filter(({ edited }) => !edited).map(({ text }) => text);
      const due = new Set(plain);
      const log = (this.#logs[pair] ?? []).flatMap(({ text }) =>
        text !== null && speakerOf(text) === speaker && due.has(text) ? [text] : [],
      );
      const logged = { from, to: `the log of ${from}`, ...compare(plain, log), said: 0, misdirected: [] };
      return [{ from, to, ...agreement(source, target) }, logged];
    });
  }

  /** The longest time from a room to the other beyond the outages, of what was read for the results. */
  longestStall(outages: readonly Outage[]): Milliseconds {
    let longest = 0;
    for (const { source, target } of this.#ways) {
      const arrived = new Map(target.standing.map((one) => [one.text, one]));
      for (const { text, edited, at } of source.standing) {
        const there = arrived.get(text);
        if (there && !there.edited && !edited)
          longest = Math.max(longest, stallBeyond(outages, at, there.at));
      }
    }
    return longest;
  }

  async #agree(): Promise<boolean> {
    const all = (await this.#read()).map(({ source, target }) => agreement(source, target));
    // What stands twice goes on standing twice: there is nothing to be waited for.
    if (all.some(({ doubled }) => doubled.length > 0)) return true;
    return all.every(({ lost, misdirected }) => lost.length + misdirected.length === 0);
  }
}
