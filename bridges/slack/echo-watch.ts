/**
 * Notices that Slack says nothing although it is connected: whatever the gateway posts must be heard again in its
 * channel, as every app of the channel hears it.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { NativeRoom } from "../../core/ids.ts";

const MOST = 1_000;

export interface EchoWatchOptions {
  /** Called once for a silence, and again only after something was heard. */
  readonly silent: (since: Milliseconds) => void;
  /** How long a post may take to be heard. */
  readonly within: Milliseconds;
}

export class EchoWatch {
  readonly #options: EchoWatchOptions;
  /** Posts that were not heard yet, with when they were made. */
  readonly #posts = new Map<string, Milliseconds>();
  /** Posts that were heard before their call was answered. */
  readonly #early = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #silentSince: Milliseconds | null = null;

  constructor(options: EchoWatchOptions) {
    this.#options = options;
  }

  /** When the oldest post was made that is not heard of; null: nothing is missing, or something was heard since. */
  get silentSince(): Milliseconds | null {
    return this.#silentSince;
  }

  /** Slack has answered a post. */
  posted(room: NativeRoom, ts: string): void {
    const post = `${room} ${ts}`;
    if (this.#early.delete(post) || this.#posts.size >= MOST) return;
    this.#posts.set(post, Date.now());
    this.#timer ??= setTimeout(() => this.#look(), this.#within).unref();
  }

  /** A post of the gateway's own was heard. */
  heard(room: NativeRoom, ts: string): void {
    const post = `${room} ${ts}`;
    this.#silentSince = null;
    if (this.#posts.delete(post)) return;
    if (this.#early.size >= MOST) this.#early.clear();
    this.#early.add(post);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#posts.clear();
  }

  get #within(): Milliseconds {
    return this.#options.within;
  }

  #look(): void {
    this.#timer = null;
    const [oldest] = this.#posts.values();
    if (oldest === undefined) return;
    const left = oldest + this.#within - Date.now();
    if (left > 0) {
      this.#timer = setTimeout(() => this.#look(), left).unref();
      return;
    }
    this.#posts.clear();
    this.#silentSince = oldest;
    this.#options.silent(oldest);
  }
}
