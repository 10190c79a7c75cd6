/** What this process has done and read a moment ago: it tells the gateway's own changes from those of others. */
import type { NativeRoom } from "../../core/ids.ts";
import type { Revision } from "../../mappings/slack/inbound.ts";
import { Recent } from "./recent.ts";
import { Taken } from "./taken.ts";

/** Messages are named by channel and `ts`. */
export class Memory {
  readonly taken = new Taken();
  readonly #deleting = new Recent<true>();
  readonly #closed = new Recent<true>();
  readonly #pinCalls = new Recent<number>();
  readonly #state = new Recent<string>();
  readonly #revisions = new Recent<Revision>();
  readonly #posts = new Recent<string>();
  readonly #uploads = new Recent<readonly string[]>();

  willDelete(room: NativeRoom, ts: string): void {
    this.#deleting.set(`${room} ${ts}`, true);
  }

  deleting(room: NativeRoom, ts: string): boolean {
    return this.#deleting.get(`${room} ${ts}`) ?? false;
  }

  /** A call that pins something or takes it down begins, or has ended. */
  pinCall(room: NativeRoom): void {
    this.#pinCalls.set(room, this.pinCalls(room) + 1);
  }

  /** How many have begun and ended: as long as the number is even and stays the same, none was under way. */
  pinCalls(room: NativeRoom): number {
    return this.#pinCalls.get(room) ?? 0;
  }

  /** Slack refuses to change this message any more. */
  close(room: NativeRoom, ts: string): void {
    this.#closed.set(`${room} ${ts}`, true);
  }

  closed(room: NativeRoom, ts: string): boolean {
    return this.#closed.get(`${room} ${ts}`) ?? false;
  }

  willSet(room: NativeRoom, property: "name" | "topic", value: string): void {
    this.#state.set(`${room} ${property}`, value);
  }

  lastSet(room: NativeRoom, property: "name" | "topic"): string | null {
    return this.#state.get(`${room} ${property}`) ?? null;
  }

  /** A new message that was edited already when it was read. */
  readEdited(room: NativeRoom, ts: string, revision: Revision): void {
    this.#revisions.set(`${room} ${ts}`, revision);
  }

  revision(room: NativeRoom, ts: string): Revision | null {
    return this.#revisions.get(`${room} ${ts}`) ?? null;
  }

  /** The part of an event is there under this `ts`. */
  posted(room: NativeRoom, event: string, part: number, ts: string): void {
    this.#posts.set(`${room} ${event} ${part}`, ts);
  }

  post(room: NativeRoom, event: string, part: number): string | null {
    return this.#posts.get(`${room} ${event} ${part}`) ?? null;
  }

  /** The files of a delivery, which are about to be shared. */
  uploaded(key: string, files: readonly string[]): void {
    this.#uploads.set(key, files);
  }

  uploads(key: string): readonly string[] | null {
    return this.#uploads.get(key) ?? null;
  }
}
