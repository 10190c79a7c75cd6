/**
 * The breaker: pauses a room in which something says again what is carried into it, since with a second one like it elsewhere
 * that would go round for ever. Marks and `via` know what gateways say again; this is for bridges and bots that know of neither.
 */
import type { Translated } from "../bridge/inbound.ts";
import type { MessageMemo } from "../groups/message-memo.ts";
import type { BindingId } from "../ids.ts";
import { outLane } from "../lanes/lane-key.ts";
import type { Wake } from "../lanes/waker.ts";
import type { Limits } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { InboxBinding, InboxRow } from "../store/units/inbox.ts";
import { type GivenMessage, givenToRoom } from "../store/units/given-messages.ts";
import type { Milliseconds } from "../time.ts";
import { ContentError } from "../../mappings/content/content-error.ts";
import { hasPassed, wayTooLong } from "./passed.ts";
import { type Given, type Loop, RepeatCount } from "./repeat-count.ts";
import { type SaidText, saidText } from "./said-text.ts";

export interface LoopBreakerOptions {
  readonly store: Pick<Store, "read" | "write">;
  readonly memo: MessageMemo;
  readonly limits: Limits;
  readonly log: Logger;
  readonly now: () => Milliseconds;
  readonly wake: Wake;
}

/** Why a room is to be paused, in words for people; and the same without anybody's name, which is kept when the room is forgotten. */
export interface LoopFound {
  readonly why: string;
  readonly nameless: string;
}

/** What was said, before it has become anything. */
export type SaidThing = Pick<InboxRow, "n" | "nativeKey" | "originAt">;

interface Ear {
  readonly count: RepeatCount;
  readonly since: Milliseconds;
  /** What showed that it goes round: heard again, it shows so again until the room is paused. */
  found: { readonly key: string; readonly loop: LoopFound } | null;
}

/** Rooms whose counts are kept before those are dropped in which nothing is said. */
const KEPT = 1_000;

export class LoopBreaker {
  readonly #options: LoopBreakerOptions;
  readonly #ears = new Map<BindingId, Ear>();

  constructor(options: LoopBreakerOptions) {
    this.#options = options;
  }

  /**
   * Notes what somebody has said in a room. Not null: it goes round there; then this is not to be carried, and the room to be
   * paused. Rejects as the store does.
   */
  async hears(room: InboxBinding, said: SaidThing, events: readonly Translated[]): Promise<LoopFound | null> {
    this.#warn(room, events);
    // What has come round by its mark is not carried anyway.
    const voice = voiceIn(events.filter((one) => !hasPassed(room.groupUri, one)));
    if (voice === null) return null;
    const ear = this.#ear(room);
    const key = keyOf(said);
    if (ear.found?.key === key) return ear.found.loop;
    const { count } = ear;
    const at = this.#options.now();
    const live = said.originAt > at - this.#options.limits.loopFloodMs;
    const heard = { key, sender: voice.id, text: voice.text, upTo: room.intendedSeq, saidAt: said.originAt };
    count.hear({ ...heard, at, live });
    if (!count.due) return null;
    await this.#give(room, count);
    const loop = count.judge();
    if (loop === null) return null;
    ear.found = { key, loop: { why: reasonOf(loop, voice.name), nameless: reasonOf(loop, "somebody") } };
    return ear.found.loop;
  }

  /**
   * Whether something that waited while the room was paused says again what the room was given, in more than a few words: those
   * people say, too. Rejects as the store does.
   */
  async repeats(room: InboxBinding, said: SaidThing, events: readonly Translated[]): Promise<boolean> {
    this.#warn(room, events);
    const voice = voiceIn(events);
    if (!voice?.text.telling) return false;
    const { count } = this.#ear(room);
    await this.#give(room, count);
    return count.takes({
      key: keyOf(said),
      text: voice.text,
      upTo: room.intendedSeq,
      saidAt: said.originAt,
    });
  }

  /** Carries nothing from or to the room until somebody resumes it. Resolves when that is written; rejects as the store does. */
  async pause({ id: binding, account, native: room }: InboxBinding, found: LoopFound): Promise<void> {
    const { store, now, log, wake } = this.#options;
    const paused = await store.write("pauseRoom", { binding, ...found, at: now() });
    this.#ears.delete(binding);
    if (!paused) return;
    log.error({ room, why: found.nameless }, "a room is paused: what is carried into it is said there again");
    wake(outLane(binding), account, "queued");
  }

  #ear({ id, resumedAt }: InboxBinding): Ear {
    const known = this.#ears.get(id);
    // What was heard before somebody resumed it counts no more, whichever process was told so.
    if (known && known.since >= (resumedAt ?? 0)) return known;
    const { limits, now } = this.#options;
    const since = now();
    if (this.#ears.size >= KEPT)
      for (const [other, { count }] of this.#ears) if (count.idle(since)) this.#ears.delete(other);
    const ear: Ear = { count: new RepeatCount(limits), since, found: null };
    this.#ears.set(id, ear);
    return ear;
  }

  /** What has a mark of too long a way is not carried, and nothing in the log says so. */
  #warn({ native: room }: InboxBinding, events: readonly Translated[]): void {
    for (const one of events) {
      const groups = wayTooLong(one);
      if (groups !== null)
        this.#options.log.warn({ room, groups }, "what has come through too many groups is not carried");
    }
  }

  async #give({ id: binding, group, intendedSeq: upTo }: InboxBinding, count: RepeatCount): Promise<void> {
    const { store, limits } = this.#options;
    if (upTo <= count.givenUpTo) return;
    const question = { binding, group, after: count.givenUpTo, upTo, most: limits.loopCompared };
    const given: Given[] = [];
    for (const one of await store.read(givenToRoom(question))) {
      const text = this.#textOf(one);
      if (text !== null) given.push({ seq: one.seq, text, at: one.at });
    }
    count.give(given, upTo);
  }

  /** null: it has none, or can't be read, which holds up nobody's words. */
  #textOf({ id, content }: GivenMessage): SaidText | null {
    try {
      return content === null ? null : saidText(this.#options.memo.read(id, content));
    } catch (thrown) {
      if (thrown instanceof ContentError) return null;
      throw thrown;
    }
  }
}

const keyOf = ({ nativeKey, n }: SaidThing): string => nativeKey ?? `n${n}`;

interface Voice {
  readonly id: string;
  readonly name: string;
  readonly text: SaidText;
}

/** Who says what; all that another gateway says is said by one voice. null: nothing is said in words. */
function voiceIn(events: readonly Translated[]): Voice | null {
  for (const one of events) {
    const text = one.kind === "message" ? saidText(one.message) : null;
    if (one.kind !== "message" || text === null) continue;
    const { sender, copy } = one;
    if (copy === undefined) return { id: sender.native, name: sender.name, text };
    return { id: `gateway ${copy.gateway}`, name: `the gateway ${copy.gateway}`, text };
  }
  return null;
}

function reasonOf({ by, repeats, of }: Loop, name: string): string {
  switch (by) {
    case "one":
      return `${name} says again what is carried into the room: ${repeats} of the last ${of} messages`;
    case "all":
      return `what is carried into the room is said there again: ${repeats} of the last ${of} messages`;
    case "flood":
      return `more is said there than people say, and most of it is nothing new: ${repeats} of the last ${of} messages`;
  }
}
