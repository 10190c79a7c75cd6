/** Lets somebody act in one of the linked rooms, and looks what the platforms then hold of it. */
import { setTimeout as delay } from "node:timers/promises";
import { asGatewayError } from "../../../core/errors.ts";
import type { Milliseconds } from "../../../core/time.ts";
import type { Held } from "../held-rooms.ts";

const PATIENCE: Milliseconds = 20_000;
const LOOK_EVERY: Milliseconds = 50;

/**
 * A Slack channel, a room at a Matrix homeserver and a MUC, all served by one gateway, and a MUC behind another one. Not
 * every demo has them all.
 */
export type RoomName = "channel" | "matrix" | "near" | "far";

/** How the rooms are called in what is printed. */
export const TITLES: Readonly<Record<RoomName, string>> = {
  channel: "#lab",
  matrix: "Matrix",
  near: "harbour",
  far: "island",
};

/** Somebody who speaks. */
export interface Speaker {
  readonly home: RoomName;
  /** What the rooms call him. */
  readonly nameIn: (room: RoomName) => string;
}

/** What an act adds to a room and takes away from it. */
export interface Change {
  readonly adds: readonly string[];
  readonly removes?: readonly string[];
  /** Why it changes nothing there, where that is as it should be. */
  readonly unshown?: string;
}

export interface Scene {
  readonly feature: string;
  readonly by: Speaker;
  readonly act: () => Promise<void>;
  /** `name`: of the speaker, as the room shows it. */
  readonly change: (room: RoomName, name: string) => Change;
}

/** What a room holds of what was done in another one. */
export interface Crossing {
  readonly feature: string;
  /** Titles. */
  readonly from: string;
  readonly to: string;
  /** What stands in the first room. */
  readonly done: string;
  /** What shall stand in the other. */
  readonly expected: string;
  /** Whether nothing of it shall stand there; `expected` says why. */
  readonly unshown: boolean;
  /** null: it did not in time. */
  readonly tookMs: Milliseconds | null;
}

/** What a room holds now. */
type Look = (room: RoomName) => Promise<Held>;

export class GroupStage {
  readonly #look: Look;
  readonly #rooms: readonly RoomName[];
  readonly #expected: ReadonlyMap<RoomName, string[]>;
  readonly #crossings: Crossing[] = [];
  readonly #undone: string[] = [];
  /** How much the gateway had said before. */
  readonly #wordsBefore: ReadonlyMap<RoomName, number>;
  readonly #patience: Milliseconds;

  private constructor(look: Look, before: ReadonlyMap<RoomName, Held>, patience: Milliseconds) {
    this.#look = look;
    this.#rooms = [...before.keys()];
    this.#expected = new Map([...before].map(([room, { lines }]) => [room, [...lines]]));
    this.#wordsBefore = new Map([...before].map(([room, { words }]) => [room, words.length]));
    this.#patience = patience;
  }

  /** `patience`: how long something may take before it counts as missing, while nothing is missing yet. */
  static async set(
    rooms: readonly RoomName[],
    look: Look,
    patience: Milliseconds = PATIENCE,
  ): Promise<GroupStage> {
    const before = new Map<RoomName, Held>();
    for (const room of rooms) before.set(room, await look(room));
    return new GroupStage(look, before, patience);
  }

  get crossings(): readonly Crossing[] {
    return this.#crossings;
  }

  /** Resolves when it stands in all rooms, or would have to. What can't be done, as after something is missing, is missing. */
  async show({ feature, by, act, change }: Scene): Promise<void> {
    const startedAt = Date.now();
    await act().catch((thrown: unknown) => this.#undone.push(`${feature}: ${asGatewayError(thrown).detail}`));
    const changes = new Map(this.#rooms.map((room) => [room, change(room, by.nameIn(room))]));
    const done = textOf(changes.get(by.home));
    await Promise.all(
      [...changes].map(async ([room, one]) => {
        this.#expect(room, one);
        const tookMs = await this.#arrival(room, one, startedAt);
        if (room === by.home && tookMs !== null) return;
        const [from, to] = [TITLES[by.home], TITLES[room]];
        const unshown = one.unshown !== undefined;
        this.#crossings.push({ feature, from, to, done, expected: textOf(one), unshown, tookMs });
      }),
    );
  }

  /** What is wrong with what the rooms hold now, a sentence each; empty where all is well. */
  async faults(): Promise<string[]> {
    const faults = [...this.#undone];
    for (const room of this.#rooms) {
      const { lines, words } = await this.#look(room);
      const expected = this.#expected.get(room) ?? [];
      for (const line of new Set([...expected, ...lines])) {
        const [there, wanted] = [count(lines, line), count(expected, line)];
        if (there === wanted) continue;
        const what =
          there === 0 ? "missing in" : wanted === 0 ? "nobody expects this in" : `${there} times in`;
        faults.push(`${what} ${TITLES[room]}: ${line}`);
      }
      for (const word of words.slice(this.#wordsBefore.get(room)))
        faults.push(`the gateway said in ${TITLES[room]}: ${word}`);
    }
    return faults;
  }

  #expect(room: RoomName, { adds, removes = [] }: Change): void {
    const expected = this.#expected.get(room) ?? [];
    for (const line of removes.filter((one) => expected.includes(one)))
      expected.splice(expected.indexOf(line), 1);
    expected.push(...adds);
  }

  /** null: the room has not got there in time. */
  async #arrival(room: RoomName, change: Change, startedAt: Milliseconds): Promise<Milliseconds | null> {
    const expected = this.#expected.get(room) ?? [];
    const touched = [...change.adds, ...(change.removes ?? [])];
    // Half as long for each that is missing, so that all ends in time.
    const missing = this.#crossings.filter(({ tookMs }) => tookMs === null).length;
    const deadline = startedAt + this.#patience / 2 ** missing;
    do {
      const { lines } = await this.#look(room);
      if (touched.every((line) => count(lines, line) === count(expected, line)))
        return Date.now() - startedAt;
      await delay(LOOK_EVERY);
    } while (Date.now() < deadline);
    return null;
  }
}

const textOf = (change: Change | undefined): string => {
  const { adds = [], removes = [], unshown } = change ?? {};
  return unshown ?? adds[0] ?? `gone: ${removes[0] ?? ""}`;
};

const count = (list: readonly string[], line: string): number => list.filter((one) => one === line).length;
