/** Edits that were read since the start: servers that were cut off from one another tell older ones after newer ones. */
import type { NativeRoom } from "../../core/ids.ts";

const MOST_MESSAGES = 10_000;
/** Of one message. */
const MOST_EDITS = 20;

export interface ReadEdit {
  /** Milliseconds since 1970, as its sender's server says. */
  readonly at: number;
  readonly eventId: string;
}

export class EditMemory {
  readonly #edits = new Map<string, ReadEdit[]>();

  /** `target`: the event that was edited. */
  read(room: NativeRoom, target: string, edit: ReadEdit): void {
    const key = `${room} ${target}`;
    if (this.#edits.size >= MOST_MESSAGES) this.#edits.clear();
    const before = (this.#edits.get(key) ?? []).filter(({ eventId }) => eventId !== edit.eventId);
    this.#edits.set(key, [...before, edit].slice(-MOST_EDITS));
  }

  /** The latest edit of an event that is another one than `edit`; null: none was read. */
  latest(room: NativeRoom, target: string, edit: string): ReadEdit | null {
    const others = (this.#edits.get(`${room} ${target}`) ?? []).filter(({ eventId }) => eventId !== edit);
    return others.reduce<ReadEdit | null>(
      (best, one) => (best === null || isLater(one, best) ? one : best),
      null,
    );
  }
}

/** The latest edit counts: by its time, then by its id (client-server API, section 11.5.2). */
export const isLater = (one: ReadEdit, other: ReadEdit): boolean =>
  one.at > other.at || (one.at === other.at && one.eventId > other.eventId);
