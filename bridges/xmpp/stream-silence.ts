/** Notices a connection that is up but dead: TCP by itself may take many minutes for that. */
import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";

export interface SilenceEvents {
  /** A ping of that id is to be sent. */
  ping(id: string): void;
  /** Nothing came after the ping either. */
  dead(silentMs: number): void;
  /** Whether silence is our own doing. */
  paused(): boolean;
}

export class SilenceWatch {
  readonly #idleMs: number;
  readonly #pongMs: number;
  readonly #events: SilenceEvents;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #lastByteAt = performance.now();
  #ping: { readonly id: string; readonly at: number } | null = null;

  /** Starts to watch. */
  constructor(periods: { readonly idleMs: number; readonly pongMs: number }, events: SilenceEvents) {
    this.#idleMs = periods.idleMs;
    this.#pongMs = periods.pongMs;
    this.#events = events;
    this.#checkAfter(this.#idleMs);
  }

  /** To be called with every byte that comes, and when reading starts again. */
  heard(): void {
    this.#lastByteAt = performance.now();
  }

  /** Whether that is the id of the last ping: then the stanza is its answer, or the ping itself come back. */
  pinged(id: unknown): boolean {
    return this.#ping !== null && this.#ping.id === id;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #checkAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      // After a long turn the timer comes before bytes that have been waiting; let them be read first.
      setImmediate(() => {
        if (!this.#stopped) this.#check();
      });
    }, Math.ceil(ms));
  }

  #check(): void {
    if (this.#events.paused()) this.heard();
    const now = performance.now();
    const silentMs = now - this.#lastByteAt;
    if (this.#ping !== null && this.#lastByteAt < this.#ping.at) {
      this.#events.dead(Math.round(silentMs));
    } else if (silentMs < this.#idleMs) {
      this.#checkAfter(this.#idleMs - silentMs);
    } else {
      const id = randomBytes(16).toString("hex");
      this.#ping = { id, at: now };
      this.#events.ping(id);
      this.#checkAfter(this.#pongMs);
    }
  }
}
