/** One of the things that go on at a time in the lane of a peer: a request after the other, each begun again when more is to be in it. */
import type { Milliseconds } from "../../time.ts";
import { FederationError } from "../wire/federation-error.ts";
import type { PeerPace } from "../peers/peer-pace.ts";

/** What an arm does next. */
export interface ArmStep {
  /** What the request is about, so that it is seen when there is more to ask about. */
  readonly about: ReadonlySet<string>;
  /** Makes the request and takes its answer; whether there was anything in it. Rejects with FederationError where it failed. */
  run(signal: AbortSignal): Promise<boolean>;
}

export interface ArmOptions {
  readonly pace: PeerPace;
  /** null: there is nothing to do now. */
  readonly plan: () => Promise<ArmStep | null>;
  /** Ends the arm. */
  readonly signal: AbortSignal;
  /** A request failed, which is the peer's or the network's fault; it is made again when the pace says so. */
  readonly failed: (error: FederationError, begun: Milliseconds) => void;
}

const EARLY: Milliseconds = 1_000;

export class LaneArm {
  readonly #options: ArmOptions;
  #under: { readonly about: ReadonlySet<string>; readonly again: AbortController } | null = null;
  #wake: (() => void) | null = null;
  #looked = false;

  constructor(options: ArmOptions) {
    this.#options = options;
  }

  /** Goes on until the signal is aborted. Rejects with what is no failure of a request. */
  async run(): Promise<void> {
    const { pace, plan, signal } = this.#options;
    while (!signal.aborted) {
      this.#looked = false;
      const step = await plan();
      if (step === null) {
        await this.#idle();
        continue;
      }
      await pace.ready(signal);
      // What came while this planned or waited is to be asked about, too.
      if (!signal.aborted && !this.#looked) await this.#once(step);
    }
  }

  /** Something may have changed: begins the present request again where it lacks something, and ends a rest. */
  async look(): Promise<void> {
    this.#looked = true;
    this.#wake?.();
    const under = this.#under;
    if (under === null) return;
    const step = await this.#options.plan();
    // The answer may have come meanwhile, and the next request has been planned with all there is.
    if (this.#under !== under || step === null) return;
    for (const one of step.about) if (!under.about.has(one)) return under.again.abort();
  }

  async #once(step: ArmStep): Promise<void> {
    const { pace, signal, failed } = this.#options;
    const again = new AbortController();
    this.#under = { about: step.about, again };
    const begunAt = pace.begin();
    try {
      const begun = performance.now();
      const something = await step.run(AbortSignal.any([signal, again.signal]));
      pace.succeeded();
      // Who holds nothing, or drains, is not asked without end.
      if (!something && performance.now() - begun < EARLY) pace.rest(EARLY);
    } catch (thrown) {
      if (!(thrown instanceof FederationError)) throw thrown;
      if (!signal.aborted && !again.signal.aborted) failed(thrown, begunAt);
    } finally {
      this.#under = null;
    }
  }

  async #idle(): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted || this.#looked) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const end = (): void => resolve();
    signal.addEventListener("abort", end, { once: true });
    await promise;
    signal.removeEventListener("abort", end);
    this.#wake = null;
  }
}
