/** How soon a peer is asked again: backoff after failures, the waits that it asks for, a spread after our start (M136 to M138). */
import type { Milliseconds } from "../../time.ts";
import { FederationError } from "../wire/federation-error.ts";

export interface PeerPaceOptions {
  readonly now: () => Milliseconds;
  /** From 0 to 1, by chance. */
  readonly random: () => number;
  /** Resolves when the time is over or the signal is aborted, whichever comes first. */
  readonly pause: (ms: Milliseconds, signal: AbortSignal) => Promise<void>;
  /** The first request waits for a part of this, by chance. */
  readonly spreadMs: Milliseconds;
}

const FIRST: Milliseconds = 1_000;
const LONGEST: Milliseconds = 300_000;
const KEY_UNKNOWN_WAIT: Milliseconds = 5_000;
/** After a refusal that asking again does not mend: until a hint, an operator's doing, or this. */
const REFUSED_WAIT: Milliseconds = 3_600_000;
const DOUBLINGS = 9;
/** The peer wants nothing of us, or the request itself is at fault. */
const LASTING: readonly string[] = [
  "unknown_peer",
  "blocked",
  "malformed",
  "unsigned",
  "bad_signature",
  "media_type",
  "header_too_large",
];

export class PeerPace {
  readonly #options: PeerPaceOptions;
  #failures = 0;
  /** Our own wait, which a hint ends. */
  #until: Milliseconds;
  /** When a request last failed. */
  #failedAt: Milliseconds = Number.NEGATIVE_INFINITY;
  /** The peer's, which nothing ends. */
  #asked: Milliseconds = 0;
  #changed = new AbortController();

  constructor(options: PeerPaceOptions) {
    this.#options = options;
    this.#until = options.now() + Math.floor(options.random() * options.spreadMs);
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Resolves when a request may be made, or the signal is aborted. */
  async ready(signal: AbortSignal): Promise<void> {
    const { pause } = this.#options;
    while (!signal.aborted) {
      const wait = this.#left();
      if (wait <= 0) return;
      await pause(wait, AbortSignal.any([signal, this.#changed.signal]));
    }
  }

  /** The peer has answered as it should. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Nothing is asked for so long, which is no failure. */
  rest(ms: Milliseconds): void {
    this.#until = Math.max(this.#until, this.#options.now() + ms);
  }

  /** What `failed` is to be told of a request that is made now. */
  begin(): Milliseconds {
    return this.#options.now();
  }

  /**
   * A request has failed; how long nothing is asked now. Several that were under way together when the peer went away are one
   * failure. `begun`: what `begin` gave.
   */
  failed(error: unknown, begun: Milliseconds): Milliseconds {
    const { now, random } = this.#options;
    if (begun < this.#failedAt) return this.#left();
    this.#failures++;
    this.#failedAt = now();
    const known = error instanceof FederationError ? error : null;
    if (known?.retryAfterMs !== null && known?.retryAfterMs !== undefined)
      this.#asked = Math.max(this.#asked, now() + known.retryAfterMs);
    let wait: Milliseconds;
    if (known?.problem === "key_unknown" && this.#failures === 1) wait = KEY_UNKNOWN_WAIT;
    else if (known !== null && known.problem !== null && LASTING.includes(known.problem)) wait = REFUSED_WAIT;
    else {
      const most = Math.min(LONGEST, FIRST * 2 ** Math.min(this.#failures - 1, DOUBLINGS));
      wait = Math.ceil(most / 2 + (random() * most) / 2);
    }
    this.#until = Math.max(this.#until, now() + wait);
    return this.#left();
  }

  #left(): Milliseconds {
    return Math.max(0, Math.max(this.#until, this.#asked) - this.#options.now());
  }

  /** A hint, or an operator: the backoff begins anew. What the peer has asked for stays. */
  hurry(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#changed.abort();
    this.#changed = new AbortController();
  }
}
