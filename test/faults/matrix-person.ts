/** Somebody in a Matrix room who goes through the script. */
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { textIn } from "./matrix-standing.ts";
import { Said } from "./said.ts";
import { EMOJI, Script } from "./script.ts";
import type { Person } from "./scripted-crowd.ts";

const LOOKS_EVERY: Milliseconds = 300;

export interface MatrixPersonOptions {
  readonly user: MatrixUser;
  readonly room: string;
  /** By which his texts begin. */
  readonly name: string;
  readonly every: Milliseconds;
}

export class MatrixPerson implements Person {
  readonly said: Said;
  readonly every: Milliseconds;
  readonly #options: MatrixPersonOptions;
  readonly #script = new Script<string>();
  #reaction: string | null = null;
  #heard: readonly string[] = [];
  #looking: Promise<void> | null = null;

  constructor(options: MatrixPersonOptions) {
    this.#options = options;
    this.every = options.every;
    this.said = new Said(options.name);
  }

  enter(): Promise<void> {
    return Promise.resolve();
  }

  async act(): Promise<void> {
    const { user, room } = this.#options;
    const { deed, of, done } = this.#script.next();
    const text = deed === "say" || deed === "edit" ? this.said.text() : "";
    try {
      if (deed === "say") done(await user.say(room, text));
      if (of !== null) {
        if (deed === "edit") await user.edit(room, of, text);
        if (deed === "delete") await user.redact(room, of);
        if (deed === "react") this.#reaction = await user.react(room, of, EMOJI);
        if (deed === "unreact" && this.#reaction !== null) await user.redact(room, this.#reaction);
      }
      if (text !== "") this.said.stands(text);
    } catch {
      // It may stand in the room or not: the timeline will tell, and it is not done again.
      if (deed === "react") this.#reaction = null;
      done(null);
      await pause(LOOKS_EVERY);
    }
  }

  /** As of a moment ago: he looks again while he is asked. */
  heard(): readonly string[] {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#heard;
  }

  async leave(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { user, room } = this.#options;
    try {
      this.#heard = (await user.timeline(room)).flatMap(({ content }) => textIn(content) ?? []);
    } catch {
      // The homeserver is away; he looks again.
    }
    await pause(LOOKS_EVERY);
  }
}
