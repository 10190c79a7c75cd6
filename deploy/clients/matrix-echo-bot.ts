/** A bot that says again, under its own name and without any mark, everything that it reads in a room. */
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixUser } from "./matrix-user.ts";

const LOOKS_EVERY_MS: Milliseconds = 2_000;

export class MatrixEchoBot {
  readonly #user: MatrixUser;
  readonly #room: string;
  readonly #seen: Set<string>;
  #stopped = false;
  readonly #running: Promise<void>;

  private constructor(user: MatrixUser, room: string, seen: Set<string>) {
    this.#user = user;
    this.#room = room;
    this.#seen = seen;
    this.#running = this.#run();
  }

  /** Resolves when it listens in a room that it is in. */
  static async start(user: MatrixUser, room: string): Promise<MatrixEchoBot> {
    const before = await user.messages(room);
    await user.sync.next(0);
    return new MatrixEchoBot(user, room, new Set(before.map(({ id }) => id)));
  }

  /** Resolves when it says nothing any more. Rejects with what it failed at. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      for (const { id, sender, body } of await this.#user.messages(this.#room)) {
        if (this.#stopped || this.#seen.has(id)) continue;
        this.#seen.add(id);
        if (sender !== this.#user.id) await this.#user.say(this.#room, `${sender}: ${body}`);
      }
      await this.#user.sync.next(LOOKS_EVERY_MS);
    }
  }
}
