/** Groups of linked rooms, and whether the rooms of each, and its logs, come to hold the same. */
import type { GroupEvent } from "../../core/federation-operations.ts";
import type { Operations, StatusReport } from "../../core/operations.ts";
import type { Milliseconds } from "../../core/time.ts";
import { followedLog, loggedOf, orderIn } from "./log-verdict.ts";
import type { Direction } from "./scene.ts";
import type { SpokenRoom } from "./side.ts";
import { agreement, type Room, saidBy } from "./standing.ts";
import { until } from "./until.ts";
import { type Comparison, type Outage, stallBeyond } from "./verdict.ts";

const DRAINED_WITHIN: Milliseconds = 60_000;
const WHOLE_LOG = 10_000;

/** What a gateway can be asked, whenever that is. */
export type Asked = () => Promise<Operations>;

/** A room as it was read. */
interface Held {
  readonly name: string;
  readonly speaker: string;
  readonly room: Room;
}

/** One direction of a group: what either room holds of somebody who speaks in its source. */
interface Way {
  readonly from: Held;
  readonly to: Held;
  readonly source: Room;
  readonly target: Room;
}

/** Where a group's log is held. */
interface Holders {
  readonly group: string;
  readonly owner: Asked;
  readonly guests: readonly Asked[];
}

/** The log of a group as its owner holds it, and as its guests do. */
interface Logs {
  readonly owner: readonly GroupEvent[];
  readonly guests: readonly (readonly GroupEvent[])[];
}

export class LinkedRooms {
  readonly #groups: readonly (readonly SpokenRoom[])[];
  readonly #holders: Holders[] = [];
  /** Of each group, once everything has arrived. */
  #logs: readonly Logs[] = [];
  /** Of each group, as they were read last. */
  #held: readonly (readonly Held[])[] = [];

  /** `groups`: rooms that are linked with each other. */
  constructor(groups: readonly (readonly SpokenRoom[])[]) {
    this.#groups = groups;
  }

  /** Says which group the next of the rooms are in. */
  linked(holders: Holders): void {
    this.#holders.push(holders);
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
    this.#logs = await Promise.all(
      this.#holders.map(async ({ group, owner, guests }) => {
        const read = async (asked: Asked) => (await asked()).federation.history(group, WHOLE_LOG);
        return { owner: await read(owner), guests: await Promise.all(guests.map(read)) };
      }),
    );
    return reports;
  }

  /** What became of each direction's messages, in the rooms and in the logs. Each message counts as said once. */
  async results(): Promise<readonly (Comparison & Direction)[]> {
    this.#held = await this.#read();
    return this.#held.flatMap((rooms, i) => {
      const { owner, guests } = this.#logs[i] ?? { owner: [], guests: [] };
      const crossed = waysOf(rooms).map(({ from, to, source, target }) => ({
        from: from.name,
        to: to.name,
        ...agreement(source, target),
        said: 0,
      }));
      return [
        ...crossed,
        ...rooms.map(({ name, speaker, room }) => loggedOf(name, own(room, speaker), owner)),
        ...rooms.map(({ name, speaker, room }) => {
          const others = rooms.filter((one) => one.speaker !== speaker);
          return orderIn(
            name,
            saidBy(room, (whose) => whose !== speaker),
            others.map((one) => own(one.room, one.speaker)),
            owner,
          );
        }),
        ...guests.map((log) => followedLog(owner, log)),
      ];
    });
  }

  /** The longest time from a room to another beyond the outages, of what was read for the results. */
  longestStall(outages: readonly Outage[]): Milliseconds {
    let longest = 0;
    for (const { source, target } of this.#held.flatMap(waysOf)) {
      const arrived = new Map(target.standing.map((one) => [one.text, one]));
      for (const { text, edited, at } of source.standing) {
        const there = arrived.get(text);
        if (there && !there.edited && !edited)
          longest = Math.max(longest, stallBeyond(outages, at, there.at));
      }
    }
    return longest;
  }

  async #read(): Promise<readonly (readonly Held[])[]> {
    return Promise.all(this.#groups.map(async (rooms) => Promise.all(rooms.map(readRoom))));
  }

  async #agree(): Promise<boolean> {
    const ways = (await this.#read()).flatMap(waysOf);
    const all = ways.map(({ source, target }) => agreement(source, target));
    // There is nothing to be waited for.
    if (all.some(({ forGood }) => forGood)) return true;
    return all.every(({ lost, misdirected }) => lost.length + misdirected.length === 0);
  }
}

const readRoom = async ({ reference, person, read }: SpokenRoom): Promise<Held> => ({
  name: `${reference.account}:${reference.room}`,
  speaker: person.said.speaker,
  room: await read(),
});

const own = (room: Room, speaker: string): Room => saidBy(room, (whose) => whose === speaker);

/** From each room to each of the others. */
const waysOf = (rooms: readonly Held[]): readonly Way[] =>
  rooms.flatMap((from) =>
    rooms
      .filter((to) => to !== from)
      .map((to) => ({
        from,
        to,
        source: own(from.room, from.speaker),
        target: own(to.room, from.speaker),
      })),
  );
