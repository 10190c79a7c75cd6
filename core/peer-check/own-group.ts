/** A throw-away group of the checker's, and what its guest has done with it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Milliseconds } from "../time.ts";
import { encodeMember } from "../../mappings/event-content.ts";
import { groupUri } from "../../mappings/ids.ts";
import type { Identity } from "./identity.ts";
import { makeEvent, makeMessage, newSalt, type OwnEvent } from "./own-events.ts";

/** An event of the log as it is served, which need not be of the form that the page has. */
export type ServedEvent = Readonly<Record<string, unknown>>;

export interface Reading {
  readonly at: Milliseconds;
  /** The cursor that was sent, and the seq that it stands for; null: it is none of ours. */
  readonly after: string | undefined;
  readonly seq: number | null;
}

const REVISION = 1;

export class OwnGroup {
  readonly id: string;
  readonly uri: string;
  readonly #me: Identity;
  readonly #log: ServedEvent[] = [];
  #lastAt: Milliseconds = 0;
  /** Each time that the guest asked for it. */
  readonly readings: Reading[] = [];
  readonly snapshotReads: Milliseconds[] = [];
  /** Who redeemed its code; null: nobody yet. */
  guest: string | null = null;
  /** Cursors before this seq are answered with cursor_gone. */
  keptFrom = 0;

  constructor(me: Identity, id: string) {
    this.#me = me;
    this.id = id;
    this.uri = groupUri(me.base, id);
  }

  get head(): number {
    return this.#log.length;
  }

  get author(): string {
    return `mimi://${this.#me.base}/u/checker`;
  }

  cursorOf(seq: number): string {
    return `${this.id}.${REVISION}.${seq}`;
  }

  /** Puts an event into the log; `change` is what is said otherwise than is right. Returns its seq. */
  append(event: OwnEvent, change: ServedEvent = {}): number {
    this.#lastAt = Math.max(Date.now(), this.#lastAt);
    const seq = this.#log.length + 1;
    const { proof: _proof, ...plain } = event;
    this.#log.push({ ...plain, seq, at: this.#lastAt, ...change });
    return seq;
  }

  /** A message of the checker's user, who is a member by the event before. */
  say(text: string, change: ServedEvent = {}): number {
    return this.append(makeMessage(this.#me, this.uri, this.author, text), change);
  }

  join(who: string): number {
    const content = encodeMember({ user: who, change: "join" }, newSalt());
    const sender = who === this.author ? who : null;
    return this.append(makeEvent(this.#me, this.uri, sender, "member", content));
  }

  /** The last event once more, as if it stood at a second place. */
  repeat(): number {
    return this.#log.push({ ...this.#log.at(-1), seq: this.#log.length + 1 });
  }

  /** Notes that it was asked for, when that came. */
  note(after: string | undefined): void {
    this.readings.push({ at: Date.now(), after, seq: after === undefined ? 0 : this.#seqOf(after) });
  }

  /** What one answer has for this group, or the code of the problem. */
  read(after: string | undefined): { readonly page: ServedEvent } | { readonly code: string } {
    const seq = after === undefined ? 0 : this.#seqOf(after);
    if (seq === null) return { code: "cursor_malformed" };
    if (seq < this.keptFrom) return { code: "cursor_gone" };
    const events = this.#log.slice(seq);
    return { page: { events, cursor: this.cursorOf(this.head), head: this.head, more: false } };
  }

  hasMore(after: string | undefined): boolean {
    const seq = after === undefined ? 0 : this.#seqOf(after);
    return seq === null || seq < this.head || seq < this.keptFrom;
  }

  snapshot(): ServedEvent {
    this.snapshotReads.push(Date.now());
    const policy = { history: "none", join: "asserted", retention_days: 30 };
    const place = { cursor: this.cursorOf(this.head), seq: this.head, rev: REVISION };
    return {
      group: this.uri,
      ...place,
      state: "open",
      visible_from: 1,
      properties: [],
      roles: [],
      policy,
      members: 2,
    };
  }

  members(): ServedEvent {
    const who = [this.author, `mimi://${this.guest ?? this.#me.base}`];
    return { members: who.map((user) => ({ user, state: "joined", role: 2, version: 1 })) };
  }

  #seqOf(cursor: string): number | null {
    const [id, revision, seq] = cursor.split(".");
    return id === this.id && revision === String(REVISION) && /^\d+$/.test(seq ?? "") ? Number(seq) : null;
  }
}

/** Longer than a request is held, and than a group with a problem is left out (M78). */
export const SOON: Milliseconds = 75_000;
export const LOOK_EVERY: Milliseconds = 100;

/** Whether the guest has come so far within this time: it asks for what follows this seq. */
export async function reaches(group: OwnGroup, seq: number, most: Milliseconds = SOON): Promise<boolean> {
  const end = Date.now() + most;
  while (Date.now() < end) {
    if (group.readings.some((reading) => (reading.seq ?? -1) >= seq)) return true;
    await sleep(LOOK_EVERY);
  }
  return false;
}
