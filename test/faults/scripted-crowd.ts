/**
 * The people of rooms that are linked: in each room one, who goes through the script and hears there what the others of his
 * group say. Nothing is done twice, whatever becomes of it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { Said } from "./said.ts";
import type { Talkers } from "./scene.ts";
import { until } from "./until.ts";

export interface Person {
  readonly said: Said;
  /** How often he does something. */
  readonly every: Milliseconds;
  /** He is in his room. `wanted`: false as soon as nobody needs him there any more. */
  enter(wanted: () => boolean): Promise<void>;
  /** He does what comes next. Never rejects: what can't be done is left out. */
  act(wanted: () => boolean): Promise<void>;
  /** Texts that he has read in his room, of whomever. */
  heard(): readonly string[];
  leave(): Promise<void>;
}

const SPARE: Milliseconds = 60_000;

export class ScriptedCrowd implements Talkers {
  readonly #circles: readonly (readonly Person[])[];
  #talking: Promise<void>[] = [];
  #quiet = false;

  /** `circles`: who hears whom. */
  constructor(circles: readonly (readonly Person[])[]) {
    this.#circles = circles;
  }

  /** How many texts were said. */
  get said(): number {
    return this.#people.reduce((sum, { said }) => sum + said.count, 0);
  }

  /** Everybody is in his room. */
  async gather(): Promise<void> {
    await Promise.all(this.#people.map((person) => person.enter(this.#wanted)));
  }

  /** Everybody goes through the script until `hush`. */
  talk(): void {
    this.#quiet = false;
    this.#talking = this.#people.map((person) => this.#keepOn(person));
  }

  /** Resolves when that many texts were said. */
  async untilSaid(count: number): Promise<void> {
    await until(`${count} messages`, SPARE, () => this.said >= count);
  }

  async hush(): Promise<void> {
    this.#quiet = true;
    await Promise.all(this.#talking);
  }

  async leave(): Promise<void> {
    await Promise.all(this.#people.map((person) => person.leave()));
  }

  flowsSince(time: Milliseconds): boolean {
    const latest = this.#circles.flatMap((circle) => {
      const all = circle.map((person) => ({ name: person.said.speaker, heard: person.heard() }));
      return circle.flatMap(({ said }) =>
        all.filter(({ name }) => name !== said.speaker).map(({ name, heard }) => said.heardBy(name, heard)),
      );
    });
    return latest.every((at) => at >= time);
  }

  get #people(): readonly Person[] {
    return this.#circles.flat();
  }

  readonly #wanted = (): boolean => !this.#quiet;

  async #keepOn(person: Person): Promise<void> {
    while (!this.#quiet) {
      await pause(person.every);
      await person.act(this.#wanted);
    }
  }
}
