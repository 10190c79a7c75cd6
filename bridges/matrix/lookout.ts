/**
 * Whether the homeserver hands over all that happens in the rooms. Synapse keeps what waits for its turn in memory alone and
 * loses it when it ends; what it has written down and not handed over at its end, or while it finds its way back to us, it keeps
 * until the next fault. So it is noticed when it goes away, gaps in what it hands over are, and after whatever may have left
 * something behind the ends of the rooms are looked at once it has fallen silent.
 */
import { setTimeout as pause } from "node:timers/promises";
import { asGatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixApi } from "./api.ts";
import type { Ghosts } from "./ghosts.ts";
import type { History } from "./history.ts";
import { type OwnUsers, placeOf } from "./names.ts";
import { Pulse } from "./pulse.ts";
import type { Reachability } from "./reachability.ts";
import { TransactionCount } from "./transaction-count.ts";

const LOOK_EVERY_MS: Milliseconds = 1_000;
/** Behind the last transaction: what was written down comes by then, if it comes. */
const SILENT_MS: Milliseconds = 3_000;
/** Where it does not fall silent. */
const DOUBT_AT_MOST_MS: Milliseconds = 60_000;
/** Without any doubt: homeservers of many processes can lose things that nobody sees. */
const WITHOUT_DOUBT_MS: Milliseconds = 60 * 60_000;
/** What was said in the moment of a look is told by then. */
const JUST_SAID_MS: Milliseconds = 1_500;

/** A room that is taken part in, or was. */
export interface WatchedRoom {
  readonly id: NativeRoom;
  readonly joined: boolean;
  /** Up to where it has been told; null: nowhere. */
  readonly mark: ArchiveMark | null;
  /** Reads again what may have been missed. */
  repair(): void;
}

export interface LookoutOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly ghosts: Pick<Ghosts, "watcher">;
  readonly own: Pick<OwnUsers, "isOurs">;
  readonly history: Pick<History, "after">;
  readonly rooms: () => Iterable<WatchedRoom>;
  readonly reach: Pick<Reachability, "away">;
  /** Asks whether the homeserver answers; if it does so again, the rooms are read again before this resolves. */
  readonly answers: () => Promise<void>;
  readonly log: Logger;
  /** For tests. */
  readonly justSaidMs?: Milliseconds;
}

export class Lookout {
  readonly #options: LookoutOptions;
  readonly #count = new TransactionCount();
  readonly #pulse: Pulse;
  readonly #stopping = new AbortController();
  #last: string | null = null;
  #takenAt: Milliseconds;
  #lookedAt: Milliseconds;
  /** Since when something may have been left behind; null: nothing speaks for that. */
  #doubtSince: Milliseconds | null = null;

  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#pulse = new Pulse(options);
    this.#takenAt = this.#lookedAt = performance.now();
  }

  /** The gateway was away: the homeserver has things to hand over, and finds its way back first. */
  begin(): void {
    this.#doubt();
    void this.#pulse.begin();
    void this.#watch();
  }

  stop(): void {
    this.#stopping.abort();
    this.#pulse.stop();
  }

  /** Before anything of a transaction is taken: what came before it and was not handed over is read first. */
  async taking(transaction: string): Promise<void> {
    const { reach, answers } = this.#options;
    this.#takenAt = performance.now();
    // It was not answered, or not in time: what came meanwhile was kept back.
    if (transaction === this.#last) this.#doubt();
    this.#last = transaction;
    if (reach.away) await answers();
    if (this.#count.skips(transaction))
      this.readAgain("the homeserver has left out a transaction; the rooms are read again");
  }

  readAgain(why: string): void {
    const { rooms, log } = this.#options;
    log.info(why);
    this.#doubt();
    for (const room of rooms()) if (room.joined) room.repair();
  }

  /** Looks at the ends of all rooms, one after the other, and has those read that end with something that nobody told. */
  async look(): Promise<void> {
    const { rooms, log, justSaidMs = JUST_SAID_MS } = this.#options;
    this.#doubtSince = null;
    this.#lookedAt = performance.now();
    try {
      const silent: { readonly room: WatchedRoom; readonly mark: ArchiveMark }[] = [];
      for (const room of rooms()) {
        const { mark } = room;
        if (room.joined && mark !== null && (await this.#hasMore(room.id, mark))) silent.push({ room, mark });
      }
      if (silent.length > 0) await pause(justSaidMs, undefined, { ref: false });
      for (const { room, mark } of silent) {
        if (!room.joined || room.mark !== mark) continue;
        log.warn(
          { room: room.id },
          "the homeserver has not handed over what was said; the room is read again",
        );
        room.repair();
      }
    } catch (thrown) {
      log.debug(
        { err: asGatewayError(thrown) },
        "the ends of the rooms can't be looked at; it is tried again",
      );
      this.#doubt();
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await pause(LOOK_EVERY_MS, undefined, { ref: false });
      if (signal.aborted) return;
      if (this.#isDue()) await this.look();
    }
  }

  #isDue(): boolean {
    const now = performance.now();
    if (this.#doubtSince === null) return now - this.#lookedAt >= WITHOUT_DOUBT_MS;
    return now - this.#takenAt >= SILENT_MS || now - this.#doubtSince >= DOUBT_AT_MOST_MS;
  }

  #doubt(): void {
    this.#doubtSince ??= performance.now();
  }

  /** Whether others have said something behind the mark. */
  async #hasMore(room: NativeRoom, mark: ArchiveMark): Promise<boolean> {
    const { history, own } = this.#options;
    const place = placeOf(mark, room);
    if (place === null) return false;
    try {
      for await (const page of history.after(room, place))
        if (page.some(({ event }) => !own.isOurs(event.sender))) return true;
      return false;
    } catch (thrown) {
      // It was purged, or we were put out: the room itself comes to know of that.
      if (asGatewayError(thrown).code === "request_timeout") throw thrown;
      return false;
    }
  }
}
