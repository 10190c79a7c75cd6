/** Lets people use features in one room, and looks what the other room then holds. */
import type { Element } from "@xmpp/xml";
import type { Milliseconds } from "../../core/time.ts";
import type { GroupMessage } from "../clients/xmpp-messages.ts";
import type { XmppUser } from "../clients/xmpp-user.ts";
import type { Showing } from "./feature-table.ts";
import type { Pair, Side } from "./service.ts";
import { readMessage } from "./reading.ts";

/** How long something may take before it counts as missing, while nothing is missing yet. */
const PATIENCE: Milliseconds = 10_000;

/** How a feature is shown that does not look alike in both rooms, or is more than its message. */
export interface Special {
  /** What the other room shall hold. By default the same as the first. */
  readonly expected?: string;
  /** Whether what the message names is as it was. */
  readonly sound?: (copy: GroupMessage) => Promise<boolean>;
}

/** A message in the room where it was said, and in the other; null: it is missing there. */
export interface Shown {
  readonly own: GroupMessage;
  readonly copy: GroupMessage | null;
}

/** What is done in a room. Resolves with the room's own message of it. */
type Act = (user: XmppUser, room: string) => Promise<GroupMessage>;

interface Scene extends Omit<Showing, "times"> {
  readonly from: Side;
  readonly to: Side;
  /** What stands in the first room. */
  readonly expected: string;
}

export class Stage {
  readonly #sides: Pair;
  readonly #scenes: Scene[] = [];
  /** How many messages each side had seen before. */
  readonly #before: ReadonlyMap<Side, number>;

  constructor(sides: Pair) {
    this.#sides = sides;
    this.#before = new Map(sides.map((side) => [side, watched(side).length]));
  }

  /** How long to wait for what comes next: half as long for each that is missing, so that all ends in time. */
  get patience(): Milliseconds {
    return PATIENCE / 2 ** this.#scenes.filter(({ held }) => held === null).length;
  }

  /** Sends a message with these elements. `name`: one of the people's. */
  async send(feature: string, name: string, elements: readonly Element[], special?: Special): Promise<Shown> {
    return this.#play(feature, name, async (user, room) => user.send(room, ...elements), special);
  }

  /** Sends what the room does not keep. */
  async signal(feature: string, name: string, element: Element): Promise<Shown> {
    return this.#play(feature, name, async (user, room) => {
      const before = user.messages(room).length;
      await user.signal(room, element);
      return user.waitFor(`${element.name} in ${room}`, () =>
        user
          .messages(room)
          .slice(before)
          .find(({ nick, stanza }) => nick === name && stanza.getChild(element.name, element.getNS())),
      );
    });
  }

  async setTopic(feature: string, name: string, topic: string): Promise<Shown> {
    return this.#play(feature, name, async (user, room) => user.setSubject(room, topic));
  }

  async #play(feature: string, name: string, act: Act, special: Special = {}): Promise<Shown> {
    const { from, to, user } = this.#find(name);
    const before = watched(to).length;
    const startedAt = Date.now();
    const own = await act(user, from.room);
    const done = readMessage(own, user.messages(from.room)) ?? "nothing to read";
    const expected = special.expected ?? done;
    const copy = await this.#arrival(to, before, expected);
    const sound = copy === null || special.sound === undefined || (await special.sound(copy));
    const tookMs = copy && Math.max(0, copy.at - startedAt);
    this.#scenes.push({ feature, done, held: copy && expected, sound, tookMs, from, to, expected });
    return { own, copy };
  }

  async #arrival(side: Side, before: number, line: string): Promise<GroupMessage | null> {
    const { user } = side.people[1];
    const arrived = user.waitFor(
      `${line} in ${side.room}`,
      () =>
        watched(side)
          .slice(before)
          .find((message) => readMessage(message, watched(side)) === line),
      this.patience,
    );
    return arrived.catch(() => null);
  }

  #find(name: string): { readonly from: Side; readonly to: Side; readonly user: XmppUser } {
    const [left, right] = this.#sides;
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      const person = from.people.find((one) => one.name === name);
      if (person) return { from, to, user: person.user };
    }
    throw new Error(`nobody is called ${name}`);
  }

  /** What was shown, in order, each with how often it stands in the other room by now. */
  showings(): Showing[] {
    return this.#scenes.map((scene) => {
      const times = this.#read(scene.to).filter((line) => line === scene.expected).length;
      return { ...scene, times };
    });
  }

  /** What stands in the rooms or was told to people and is none of the features, a sentence each. */
  surprises(): string[] {
    const strange = this.#sides.flatMap((side) => {
      const known = this.#scenes.map(({ from, done, expected }) => (from === side ? done : expected));
      const lines = this.#read(side).filter((line) => !known.includes(line));
      return lines.map((line) => `nobody expects this in ${side.room}: ${line}`);
    });
    const echoes = this.#scenes.flatMap(({ from, done }) => {
      const times = this.#read(from).filter((line) => line === done).length;
      return times === 1 ? [] : [`${times} times in ${from.room}, where it was said: ${done}`];
    });
    const told = this.#sides.flatMap(({ people }) =>
      people.flatMap(({ name, user }) => user.privateMessages.map(({ body }) => `${name} was told: ${body}`)),
    );
    return [...strange, ...echoes, ...told];
  }

  /** What a side's watcher has read since the beginning. */
  #read(side: Side): string[] {
    return watched(side)
      .slice(this.#before.get(side))
      .flatMap((message) => readMessage(message, watched(side)) ?? []);
  }
}

/** What the second person of a side has seen of its room. */
const watched = ({ room, people }: Side): readonly GroupMessage[] => people[1].user.messages(room);
