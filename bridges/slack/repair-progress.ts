/** How far the reading of what was missed in a channel is: for the log, and for whoever asks why nothing comes. */
import type { Milliseconds } from "../../core/time.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { timeOf } from "./names.ts";

const SAID_EVERY_MS: Milliseconds = 5_000;
/** What is over sooner nobody needs to know of. */
const SHOWN_AFTER_MS: Milliseconds = 3_000;

export class RepairProgress {
  readonly #room: NativeRoom;
  readonly #log: Logger;
  readonly #now: () => Milliseconds;
  /** null: nothing is read now. */
  #begun: Milliseconds | null = null;
  #said: Milliseconds = 0;
  #pages = 0;
  #messages = 0;
  #handed = 0;
  /** How far behind the channel the last of it is that was handed over. */
  #lag: Milliseconds | null = null;

  constructor(room: NativeRoom, log: Logger, now: () => Milliseconds) {
    this.#room = room;
    this.#log = log;
    this.#now = now;
  }

  /** One sentence while it goes on for long; null: it has just begun, or nothing is read. */
  get text(): string | null {
    if (this.#begun === null || this.#now() - this.#begun < SHOWN_AFTER_MS) return null;
    const lag = this.#lag === null ? "" : `, ${Math.ceil(this.#lag / 60_000)} min behind`;
    return `reading what was missed: ${this.#pages} pages, ${this.#messages} messages, ${this.#handed} taken in${lag}`;
  }

  begin(): void {
    this.#begun = this.#said = this.#now();
    this.#pages = this.#messages = this.#handed = 0;
    this.#lag = null;
  }

  end(): void {
    this.#begun = null;
  }

  read(messages: number): void {
    this.#pages += 1;
    this.#messages += messages;
    this.#say();
  }

  /** What was said before this is too much to be read: it is left out. */
  cut(ts: string): void {
    const earliest = new Date(timeOf(ts)).toISOString();
    this.#log.error(
      { room: this.#room, earliest },
      "too much was missed in a channel: what is older is left out",
    );
  }

  /** So many things were taken in, up to this moment of Slack's. */
  handed(things: number, moment: string | null): void {
    this.#handed += things;
    if (moment !== null) this.#lag = Math.max(0, this.#now() - timeOf(moment));
    this.#say();
  }

  #say(): void {
    if (this.#now() - this.#said < SAID_EVERY_MS) return;
    this.#said = this.#now();
    const progress = { pages: this.#pages, messages: this.#messages, handed: this.#handed, lagMs: this.#lag };
    this.#log.info({ room: this.#room, ...progress }, "reading what was missed in a channel");
  }
}
