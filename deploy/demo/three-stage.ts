/** Lets somebody act in one of three linked rooms, and looks what the platforms then hold of it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { Held } from "./held-rooms.ts";

const PATIENCE: Milliseconds = 20_000;
const LOOK_EVERY: Milliseconds = 50;

export type RoomName = "channel" | "near" | "far";
const ROOM_NAMES: readonly RoomName[] = ["channel", "near", "far"];
/** How they are called in what is printed. */
export const ROOM_TITLES: Readonly<Record<RoomName, string>> = {
  channel: "#lab",
  near: "harbour",
  far: "island",
};

/** Somebody who speaks, by the names that the three rooms show. */
export interface Speaker {
  readonly home: RoomName;
  readonly names: Readonly<Record<RoomName, string>>;
}

/** What an act adds to a room and takes away from it. */
export interface Change {
  readonly adds: readonly string[];
  readonly removes?: readonly string[];
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
  readonly from: RoomName;
  readonly to: RoomName;
  /** What stands in the first room. */
  readonly done: string;
  /** What shall stand in the other. */
  readonly expected: string;
  /** null: it did not in time. */
  readonly tookMs: Milliseconds | null;
}

/** What a room holds now. */
type Look = (room: RoomName) => Promise<Held>;

export class ThreeStage {
  readonly #look: Look;
  readonly #expected = new Map<RoomName, string[]>(ROOM_NAMES.map((room) => [room, []]));
  readonly #crossings: Crossing[] = [];
  readonly #undone: string[] = [];
  /** What the gateway had said before. */
  readonly #wordsBefore: ReadonlyMap<RoomName, number>;

  readonly #patience: Milliseconds;

  private constructor(look: Look, wordsBefore: ReadonlyMap<RoomName, number>, patience: Milliseconds) {
    this.#look = look;
    this.#wordsBefore = wordsBefore;
    this.#patience = patience;
  }

  /** `patience`: how long something may take before it counts as missing, while nothing is missing yet. */
  static async set(look: Look, patience: Milliseconds = PATIENCE): Promise<ThreeStage> {
    const before = new Map<RoomName, number>();
    for (const room of ROOM_NAMES) before.set(room, (await look(room)).words.length);
    return new ThreeStage(look, before, patience);
  }

  get crossings(): readonly Crossing[] {
    return this.#crossings;
  }

  /** Resolves when it stands in all rooms, or would have to. What can't be done, as after something is missing, is missing. */
  async show({ feature, by, act, change }: Scene): Promise<void> {
    const startedAt = Date.now();
    await act().catch((thrown: unknown) => this.#undone.push(`${feature}: ${asGatewayError(thrown).detail}`));
    const changes = new Map(ROOM_NAMES.map((room) => [room, change(room, by.names[room])]));
    const done = textOf(changes.get(by.home));
    await Promise.all(
      [...changes].map(async ([room, one]) => {
        this.#expect(room, one);
        const tookMs = await this.#arrival(room, one, startedAt);
        if (room === by.home && tookMs !== null) return;
        this.#crossings.push({ feature, from: by.home, to: room, done, expected: textOf(one), tookMs });
      }),
    );
  }

  /** What is wrong with what the rooms hold now, a sentence each; empty where all is well. */
  async faults(): Promise<string[]> {
    const faults = [...this.#undone];
    for (const room of ROOM_NAMES) {
      const { lines, words } = await this.#look(room);
      const expected = this.#expected.get(room) ?? [];
      for (const line of new Set([...expected, ...lines])) {
        const [there, wanted] = [count(lines, line), count(expected, line)];
        if (there === wanted) continue;
        const what =
          there === 0 ? "missing in" : wanted === 0 ? "nobody expects this in" : `${there} times in`;
        faults.push(`${what} ${ROOM_TITLES[room]}: ${line}`);
      }
      for (const word of words.slice(this.#wordsBefore.get(room)))
        faults.push(`the gateway said in ${ROOM_TITLES[room]}: ${word}`);
    }
    return faults;
  }

  #expect(room: RoomName, { adds, removes = [] }: Change): void {
    const expected = this.#expected.get(room) ?? [];
    for (const line of removes) expected.splice(expected.indexOf(line), 1);
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
  const { adds = [], removes = [] } = change ?? {};
  return adds[0] ?? `gone: ${removes[0] ?? ""}`;
};

const count = (list: readonly string[], line: string): number => list.filter((one) => one === line).length;
