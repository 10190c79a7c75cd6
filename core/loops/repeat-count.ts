/**
 * Counts how much of what a room says are repeats of what it was given, and says when that is no chance any more. Each thing
 * that was given stands for one repeat only: whoever says "ok" ten times where it was given once has repeated it once.
 */
import type { Limits } from "../limits.ts";
import type { Milliseconds } from "../time.ts";
import type { SaidText } from "./said-text.ts";

export type LoopLimits = Pick<
  Limits,
  | "loopMs"
  | "loopOfOne"
  | "loopOfAll"
  | "loopFlood"
  | "loopFloodMs"
  | "loopClockMs"
  | "loopCompared"
  | "loopHeard"
>;

/** Something said in the room. */
export interface Heard {
  /** What tells it from all else that the room says: it may be heard again. */
  readonly key: string;
  readonly sender: string;
  readonly text: SaidText | null;
  /** The seq up to which the room had been given the log. */
  readonly upTo: number;
  /** When it was said, by the platform's clock. */
  readonly saidAt: Milliseconds;
  /** When it was heard. */
  readonly at: Milliseconds;
  /** Whether it was said just then: what is read from a room's history comes faster than it was said. */
  readonly live: boolean;
}

/** Something that the room was given. */
export interface Given {
  readonly seq: number;
  readonly text: SaidText;
  /** When it entered the log: no room was given it sooner. */
  readonly at: Milliseconds;
}

/** Why a room goes round: one voice in it, or all together, say again what is carried into it. */
export interface Loop {
  readonly by: "one" | "all" | "flood";
  readonly repeats: number;
  /** Of how many things said. */
  readonly of: number;
}

/** A text that anybody may say by chance counts for this much of a repeat. */
const SHORT = 0.25;
/** The share of repeats in what one voice says; in what all say, and in a flood. */
const OF_ONE = 0.75;
const OF_ALL = 0.5;

interface Noted extends Heard {
  repeats: boolean | null;
  readonly familiar: boolean;
}

class Tally {
  said = 0;
  repeats = 0;
  /** Of the repeats, each as much as it counts. */
  weight = 0;

  repeated(text: SaidText, times: 1 | -1): void {
    this.repeats += times;
    this.weight += times * (text.telling ? 1 : SHORT);
  }
}

export class RepeatCount {
  readonly #limits: LoopLimits;
  /** Oldest first; those before `#first` are too old to count, those from `#open` on are not compared yet. */
  #heard: Noted[] = [];
  #first = 0;
  #open = 0;
  /** The first that is no older than a flood may be; how many from there on were live, and said what had been said before. */
  #recent = 0;
  #live = 0;
  #familiar = 0;
  readonly #keys = new Set<string>();
  readonly #texts = new Map<string, number>();
  readonly #voices = new Map<string, Tally>();
  readonly #all = new Tally();
  /** `takenBy`: the key of what repeats it. */
  #given: (Given & { takenBy: string | null })[] = [];
  /** How often each text stands among them. */
  readonly #prints = new Map<string, number>();
  #givenUpTo = 0;

  constructor(limits: LoopLimits) {
    this.#limits = limits;
  }

  /** The last seq that the room is known to have been given. */
  get givenUpTo(): number {
    return this.#givenUpTo;
  }

  /** Whether enough was said to look at what the room was given. */
  get due(): boolean {
    return this.#all.said >= this.#limits.loopOfOne;
  }

  /** Whether nothing is kept that a later look needs. */
  idle(now: Milliseconds): boolean {
    this.#forget(now);
    return this.#all.said === 0;
  }

  /** What the room was given up to this seq, in order; what is known of it already changes nothing. */
  give(entries: readonly Given[], upTo: number): void {
    for (const one of entries) {
      if (one.seq <= this.#givenUpTo) continue;
      this.#given.push({ ...one, takenBy: null });
      change(this.#prints, one.text.print, 1);
    }
    const most = this.#limits.loopCompared;
    if (this.#given.length > most) {
      for (const { text } of this.#given.slice(0, -most)) change(this.#prints, text.print, -1);
      this.#given = this.#given.slice(-most);
    }
    this.#givenUpTo = Math.max(this.#givenUpTo, upTo);
  }

  /** Notes what was said. False: it was heard before. */
  hear(heard: Heard): boolean {
    this.#forget(heard.at);
    if (this.#keys.has(heard.key)) return false;
    this.#keys.add(heard.key);
    const { sender, text } = heard;
    const familiar = text !== null && (this.#texts.has(text.print) || this.#prints.has(text.print));
    if (text !== null) change(this.#texts, text.print, 1);
    const noted = { ...heard, repeats: null, familiar };
    this.#heard.push(noted);
    this.#flooding(noted, 1);
    this.#all.said += 1;
    this.#voice(sender).said += 1;
    return true;
  }

  /** Compares what was said with what the room was given; null: nothing goes round. */
  judge(): Loop | null {
    let loop: Loop | null = null;
    for (; this.#open < this.#heard.length; this.#open++) {
      const one = this.#heard[this.#open];
      if (one) loop = this.#compare(one) ?? loop;
    }
    return loop ?? this.#flood();
  }

  /** Whether this says again what the room was given before, which is then taken by it. The same for the same key. */
  takes({ key, text, upTo, saidAt }: Pick<Heard, "key" | "text" | "upTo" | "saidAt">): boolean {
    if (text === null || !this.#prints.has(text.print)) return false;
    const latest = saidAt + this.#limits.loopClockMs;
    const given = this.#given.find(
      ({ seq, at, text: { print }, takenBy }) =>
        print === text.print && seq <= upTo && at <= latest && (takenBy === null || takenBy === key),
    );
    if (given) given.takenBy = key;
    return given !== undefined;
  }

  #compare(one: Noted): Loop | null {
    one.repeats = this.takes(one);
    if (!one.repeats || one.text === null) return null;
    const voice = this.#voice(one.sender);
    voice.repeated(one.text, 1);
    this.#all.repeated(one.text, 1);
    const { loopOfOne, loopOfAll } = this.#limits;
    if (voice.weight >= loopOfOne && voice.repeats >= voice.said * OF_ONE)
      return { by: "one", repeats: voice.repeats, of: voice.said };
    const { weight, repeats, said } = this.#all;
    return weight >= loopOfAll && repeats >= said * OF_ALL ? { by: "all", repeats, of: said } : null;
  }

  /** More in a short time than people say, and most of it the same. */
  #flood(): Loop | null {
    const of = this.#live;
    const repeats = this.#familiar;
    return of >= this.#limits.loopFlood && repeats >= of * OF_ALL ? { by: "flood", repeats, of } : null;
  }

  #flooding({ live, familiar }: Noted, times: 1 | -1): void {
    if (!live) return;
    this.#live += times;
    if (familiar) this.#familiar += times;
  }

  /** What is too old, or too much, counts no more. */
  #forget(now: Milliseconds): void {
    const { loopMs, loopFloodMs, loopHeard } = this.#limits;
    const before = (at: number, age: Milliseconds): boolean => (this.#heard[at]?.at ?? now) <= now - age;
    while (this.#first < this.#heard.length && (before(this.#first, loopMs) || this.#all.said >= loopHeard))
      this.#drop();
    this.#recent = Math.max(this.#recent, this.#first);
    this.#open = Math.max(this.#open, this.#first);
    for (; this.#recent < this.#heard.length && before(this.#recent, loopFloodMs); this.#recent++) {
      const one = this.#heard[this.#recent];
      if (one) this.#flooding(one, -1);
    }
    if (this.#first < loopHeard) return;
    this.#heard = this.#heard.slice(this.#first);
    this.#open -= this.#first;
    this.#recent -= this.#first;
    this.#first = 0;
  }

  #drop(): void {
    const one = this.#heard[this.#first];
    if (!one) return;
    if (this.#first >= this.#recent) this.#flooding(one, -1);
    this.#first += 1;
    this.#keys.delete(one.key);
    const { text, sender } = one;
    if (text !== null) change(this.#texts, text.print, -1);
    const voice = this.#voice(sender);
    for (const tally of [voice, this.#all]) {
      tally.said -= 1;
      if (one.repeats && text !== null) tally.repeated(text, -1);
    }
    if (voice.said === 0) this.#voices.delete(sender);
  }

  #voice(sender: string): Tally {
    let voice = this.#voices.get(sender);
    if (!voice) this.#voices.set(sender, (voice = new Tally()));
    return voice;
  }
}

/** What is there no more has no number. */
function change(numbers: Map<string, number>, key: string, by: 1 | -1): void {
  const number = (numbers.get(key) ?? 0) + by;
  if (number > 0) numbers.set(key, number);
  else numbers.delete(key);
}
