/**
 * Which changes this process has read last. Slack promises no order: what comes behind a later change of the same thing
 * undoes nothing. What is asked of one event is answered the same however often it is read.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { compareTimestamps, laterOf } from "./names.ts";
import { Recent } from "./recent.ts";

/** A change of a message: when its author edited it, in whole seconds, and when Slack told of it; null: it does not say. */
export interface TakenEdit {
  readonly edited: string | null;
  readonly told: string | null;
}

export class Taken {
  readonly #reactions = new Recent<string>();
  readonly #settled = new Recent<string>();
  readonly #edits = new Recent<TakenEdit>();
  readonly #gone = new Recent<true>();
  readonly #read = new Recent<string>();
  readonly #doubts = new Recent<Milliseconds>();

  /** Whether a later change of this reaction was read, or the message as it stood after it; else notes this one. */
  reactionIsLate(
    room: NativeRoom,
    { ts, user, name }: { readonly ts: string; readonly user: string; readonly name: string },
    at: string,
  ): boolean {
    const key = `${room} ${ts} ${user} ${name}`;
    const last = this.#reactions.get(key) ?? at;
    const settled = this.#settled.get(`${room} ${ts}`);
    if (compareTimestamps(at, last) < 0) return true;
    if (settled !== undefined && compareTimestamps(at, settled) <= 0) return true;
    this.#reactions.set(key, at);
    return false;
  }

  /** All reactions of a message were read as they stood, at the earliest then. */
  settle(room: NativeRoom, ts: string, at: string): void {
    const key = `${room} ${ts}`;
    this.#settled.set(key, laterOf(this.#settled.get(key) ?? at, at));
  }

  /** Whether a later edit of the message was read; else notes this one. */
  editIsLate(room: NativeRoom, ts: string, edit: TakenEdit): boolean {
    const key = `${room} ${ts}`;
    const last = this.#edits.get(key);
    if (last && isBefore(edit, last)) return true;
    this.#edits.set(key, edit);
    return false;
  }

  /** The message was deleted, which may be told before it is told that it was said. */
  went(room: NativeRoom, ts: string): void {
    this.#gone.set(`${room} ${ts}`, true);
  }

  isGone(room: NativeRoom, ts: string): boolean {
    return this.#gone.get(`${room} ${ts}`) ?? false;
  }

  /** What happened then is not shown by Slack, and may be until this time of the gateway's clock. */
  doubt(room: NativeRoom, at: string, until: Milliseconds): void {
    this.#doubts.set(`${room} ${at}`, until);
  }

  doubtedUntil(room: NativeRoom, at: string): Milliseconds {
    return this.#doubts.get(`${room} ${at}`) ?? 0;
  }

  /** Everything that stands in the channel up to this `ts` was read. */
  readTo(room: NativeRoom, ts: string): void {
    this.#read.set(room, laterOf(this.#read.get(room) ?? ts, ts));
  }

  /** Whether the channel was read beyond this `ts`: a message that is news all the same may have been deleted by then. */
  wasRead(room: NativeRoom, ts: string): boolean {
    const to = this.#read.get(room);
    return to !== undefined && compareTimestamps(ts, to) < 0;
  }
}

/** Edits of one second are told apart by when Slack told of them; history does not say that. */
function isBefore(edit: TakenEdit, last: TakenEdit): boolean {
  if (edit.edited !== null && last.edited !== null) {
    const order = compareTimestamps(edit.edited, last.edited);
    if (order !== 0) return order < 0;
  }
  return edit.told !== null && last.told !== null && compareTimestamps(edit.told, last.told) < 0;
}
