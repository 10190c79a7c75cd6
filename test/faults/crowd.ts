/**
 * The people: in each of a number of pairs of rooms one on either side, who speaks in his room and hears there what the
 * other one says. A text is said once, whatever becomes of it; where the connection ends a new one is made.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { Prosody } from "../../deploy/servers/prosody.ts";
import { xml } from "@xmpp/client";
import type { GroupMessage } from "../../deploy/clients/xmpp-messages.ts";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { until } from "./until.ts";

const PASSWORD = "pass";
const AGAIN_AFTER: Milliseconds = 100;
const CORRECTED_EVERY = 4;
const SPARE: Milliseconds = 30_000;

/** The people's accounts for that many pairs. */
export function accounts(pairs: number): { name: string; password: string }[] {
  return directions(pairs).map(({ speaker }) => ({ name: speaker, password: PASSWORD }));
}

/** Each direction's source, target and person; the two of a pair stand beside each other. */
export function directions(pairs: number) {
  return Array.from({ length: pairs }, (_, i) => i + 1).flatMap((pair) => [
    { speaker: `anna${pair}`, from: `north${pair}`, to: `south${pair}` },
    { speaker: `otto${pair}`, from: `south${pair}`, to: `north${pair}` },
  ]);
}

/** The two ends of a pair of rooms. */
export type End = "north" | "south";

/** At which end a room lies, by its name. */
export const endOf = (room: string): End => (room.startsWith("north") ? "north" : "south");

export interface CrowdOptions {
  readonly prosodys: Readonly<Record<End, Prosody>>;
  readonly pairs: number;
  /** Messages in a second, of all together. */
  readonly rate: number;
}

interface Person {
  readonly name: string;
  readonly prosody: Prosody;
  readonly room: string;
  readonly hearsIn: string;
  user: XmppUser | null;
  /** What he has said last on this connection, where that was no correction. */
  last: GroupMessage | null;
  said: number;
  /** How much of it the room has given back. */
  reflected: number;
  /** When what was said came back, by its text, until it has arrived on the other side. */
  readonly open: Map<string, Milliseconds>;
  /** The latest time at which something was said that has arrived. */
  arrivedUpTo: Milliseconds;
  heard: { user: XmppUser | null; count: number };
}

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #people: readonly Person[];
  #talking: Promise<void>[] = [];
  #quiet = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    const { prosodys } = options;
    const address = (room: string) => `${room}@${prosodys[endOf(room)].rooms}`;
    this.#people = directions(options.pairs).map(({ speaker, from, to }) => ({
      name: speaker,
      prosody: prosodys[endOf(from)],
      room: address(from),
      hearsIn: address(to),
      user: null,
      last: null,
      said: 0,
      reflected: 0,
      open: new Map<string, Milliseconds>(),
      arrivedUpTo: 0,
      heard: { user: null, count: 0 },
    }));
  }

  /** How many texts their rooms have taken for certain. */
  get said(): number {
    return this.#people.reduce((sum, { reflected }) => sum + reflected, 0);
  }

  /** Everybody connects and joins his room. */
  async gather(): Promise<void> {
    await Promise.all(this.#people.map(async (person) => this.#connect(person)));
  }

  /** Everybody speaks until `hush`. */
  talk(): void {
    const every = (1000 * this.#people.length) / this.#options.rate;
    this.#quiet = false;
    this.#talking = this.#people.map(async (person, i) =>
      this.#talk(person, every, (every * i) / this.#people.length),
    );
  }

  /** Resolves when that many texts were said. */
  async untilSaid(count: number): Promise<void> {
    await until(`${count} messages`, (1000 * count) / this.#options.rate + SPARE, () => this.said >= count);
  }

  /** Nobody says anything more, and what was begun has been said. */
  async hush(): Promise<void> {
    this.#quiet = true;
    await Promise.all(this.#talking);
  }

  async leave(): Promise<void> {
    await Promise.all(this.#people.map(async ({ user }) => user?.disconnect().catch(() => undefined)));
  }

  /** Whether in every direction something has arrived that was said after this time. */
  flowsSince(time: Milliseconds): boolean {
    for (const [i, person] of this.#people.entries()) this.#look(person, this.#people[i ^ 1]);
    return this.#people.every(({ arrivedUpTo }) => arrivedUpTo >= time);
  }

  /** Takes note of what has arrived where the other one of the pair sits. */
  #look(person: Person, other: Person | undefined): void {
    const user = other?.user ?? null;
    if (user === null) return;
    if (person.heard.user !== user) person.heard = { user, count: 0 };
    const messages = user.messages(person.hearsIn);
    for (; person.heard.count < messages.length; person.heard.count++) {
      const text = messages[person.heard.count]?.body ?? "";
      const at = person.open.get(text);
      if (at === undefined) continue;
      person.open.delete(text);
      person.arrivedUpTo = Math.max(person.arrivedUpTo, at);
    }
  }

  async #talk(person: Person, every: Milliseconds, first: Milliseconds): Promise<void> {
    await pause(first);
    let next = performance.now();
    while (!this.#quiet) {
      person.said += 1;
      const text = `${person.name} ${person.said}`;
      try {
        const reflection = await this.#say(person, text);
        if (reflection) {
          person.reflected += 1;
          person.open.set(text, reflection.at);
        }
      } catch {
        // It may stand in the room or not: the archive will tell, and it is not said again.
        await this.#connect(person);
      }
      next = Math.max(next + every, performance.now() - every);
      await pause(Math.max(0, next - performance.now()));
    }
  }

  /** Says it, every fourth time as a correction of what was said just before. */
  async #say(person: Person, text: string): Promise<GroupMessage | undefined> {
    const { user, room, last } = person;
    person.last = null;
    if (last === null || person.said % CORRECTED_EVERY !== 0) {
      const reflection = await user?.say(room, text);
      person.last = reflection ?? null;
      return reflection;
    }
    const replace = xml("replace", { xmlns: "urn:xmpp:message-correct:0", id: last.id ?? "" });
    return user?.send(room, xml("body", {}, text), replace);
  }

  async #connect(person: Person): Promise<void> {
    const { prosody } = person;
    person.last = null;
    await person.user?.disconnect().catch(() => undefined);
    while (!this.#quiet) {
      const login = {
        domain: prosody.domain,
        port: prosody.ports.c2s,
        name: person.name,
        password: PASSWORD,
      };
      try {
        const user = await XmppUser.connect(login);
        await user.join(person.room, person.name);
        person.user = user;
        return;
      } catch {
        await pause(AGAIN_AFTER);
      }
    }
  }
}
