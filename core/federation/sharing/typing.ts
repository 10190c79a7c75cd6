/**
 * Who types, across gateways: shown at once or never (docs/mtp.md, Latest values). What is on and not repeated goes off by
 * itself; nobody is heard more than once a second.
 */
import type { Speaker, Transient } from "../../bridge/outbound.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import type { TransientRow } from "../wire/value-rows.ts";

/** How long somebody types whose gateway says no more. */
export const TYPES_FOR: Milliseconds = 10_000;
/** Before it is forgotten elsewhere it is said again, but not for ever. */
const AGAIN_AFTER: Milliseconds = 8_000;
const REPEATS = 5;
/** How often the same is passed on of one user. */
export const TYPING_EVERY: Milliseconds = 1_000;

/** Time, which a test moves by itself. */
export interface Clock {
  readonly now: () => Milliseconds;
  /** Calls once after that time, unless what it returns was called before. */
  readonly after: (wait: Milliseconds, act: () => void) => () => void;
}

export interface TypingOptions {
  readonly clock: Clock;
  /** Gives it to the gateways that share the group. */
  readonly give: (group: GroupId, row: TransientRow, from: PeerId | null) => void;
  /** Shows it in the group's rooms here. */
  readonly show: (group: GroupId, speaker: Speaker, what: Transient) => void;
}

/** Somebody of another gateway, and what was said of him. */
export interface HeardTyping {
  readonly speaker: Speaker;
  readonly on: boolean;
}

interface Typist {
  readonly since: Milliseconds;
  readonly forget: () => void;
}

export class Typing {
  readonly #options: TypingOptions;
  /** Those who type now, by group and user. */
  readonly #typists = new Map<string, Typist>();
  /** Those of ours who have just ceased: what forgets to say so again. */
  readonly #ended = new Map<string, () => void>();

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  /**
   * Somebody in a room of ours types, or ceases to. Platforms say so once, and other gateways forget it: it is said again until he
   * ceases, or for so long that he must have gone.
   */
  said(group: GroupId, user: Speaker["uri"], on: boolean): void {
    const key = `${group} ${user}`;
    const again = (left: number): void => {
      if (left === 0) return;
      this.#options.give(group, { user, kind: "typing", on: true }, null);
      this.#begin(key, AGAIN_AFTER, () => again(left - 1));
    };
    if (!this.#passes(key, on, () => again(REPEATS), AGAIN_AFTER)) return;
    this.#options.give(group, { user, kind: "typing", on }, null);
    this.#ended.get(key)?.();
    this.#ended.delete(key);
    if (!on) this.#endAgain(key, () => this.#options.give(group, { user, kind: "typing", on }, null));
  }

  /** A peer that was between two requests has not heard it. */
  #endAgain(key: string, give: () => void): void {
    const forget = this.#options.clock.after(TYPING_EVERY, () => {
      this.#ended.delete(key);
      give();
    });
    this.#ended.set(key, forget);
  }

  /** A peer says so of somebody, who was found to be one that it may speak of. `onward`: other guests are told. */
  heard(group: GroupId, from: PeerId, { speaker, on }: HeardTyping, onward: boolean): void {
    const { give, show } = this.#options;
    const off = (): void => show(group, speaker, { kind: "typing", typing: false });
    if (!this.#passes(`${group} ${speaker.uri}`, on, off)) return;
    show(group, speaker, { kind: "typing", typing: on });
    if (onward) give(group, { user: speaker.uri, kind: "typing", on }, from);
  }

  /** Forgets everybody; nothing is shown any more. */
  close(): void {
    for (const { forget } of this.#typists.values()) forget();
    for (const forget of this.#ended.values()) forget();
    this.#typists.clear();
    this.#ended.clear();
  }

  /** Whether it is news; `expired` is called where it is on and nothing is said of it for that time. */
  #passes(key: string, on: boolean, expired: () => void, time = TYPES_FOR): boolean {
    const { now } = this.#options.clock;
    const typist = this.#typists.get(key);
    if (!on) {
      typist?.forget();
      return this.#typists.delete(key);
    }
    if (typist && now() - typist.since < TYPING_EVERY) return false;
    typist?.forget();
    this.#begin(key, time, expired);
    return true;
  }

  #begin(key: string, time: Milliseconds, expired: () => void): void {
    const { now, after } = this.#options.clock;
    const forget = after(time, () => {
      this.#typists.delete(key);
      expired();
    });
    this.#typists.set(key, { since: now(), forget });
  }
}

/** The time of this process. */
export const processClock: Clock = {
  now: () => performance.now(),
  after: (wait, act) => {
    const timer = setTimeout(act, wait);
    return () => clearTimeout(timer);
  },
};
