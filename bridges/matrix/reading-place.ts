/** How far a room was read, and what was missed from there on. */
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { caughtUp } from "./catch-up.ts";
import type { End, History } from "./history.ts";
import type { Told } from "./kept-event.ts";
import { markOf, placeOf } from "./names.ts";

export interface ReadingPlaceContext {
  readonly history: Pick<History, "end" | "after" | "beginning">;
  readonly host: Pick<BridgeHost, "accept">;
  readonly log: Logger;
  /** What is kept of what is read. */
  readonly kept: (told: readonly Told[]) => readonly Told[];
}

export class ReadingPlace {
  readonly #room: NativeRoom;
  readonly #context: ReadingPlaceContext;
  /** The last event that was read; empty: none of those that there are; null: it is not known from where on. */
  #place: string | null = null;
  /** Events from before the room was linked, which the homeserver may hand over late. */
  #before: ReadonlySet<string> = new Set();

  constructor(room: NativeRoom, context: ReadingPlaceContext) {
    this.#room = room;
    this.#context = context;
  }

  get mark(): ArchiveMark | null {
    return this.#place === null ? null : markOf(this.#room, this.#place);
  }

  /** Reads from a mark on; null: from when the room is entered. */
  setTo(since: ArchiveMark | null): void {
    this.#place = since === null ? null : (placeOf(since, this.#room) ?? "");
  }

  /** All up to this event was read. */
  movedTo(event: string): void {
    this.#place = event;
  }

  /** Those that were not there already when the room was linked. */
  news(told: readonly Told[]): readonly Told[] {
    return told.filter(({ id }) => !this.#before.has(id));
  }

  /** The end of what the room shows now, before which nothing is news. Rejects as look-ups do. */
  async end(): Promise<End> {
    const end = await this.#context.history.end(this.#room);
    this.#before = end.before;
    return end;
  }

  /** As `caughtUp`. */
  catchUp(since: ArchiveMark): AsyncGenerator<AcceptBatch> {
    return caughtUp(this.#room, since, this.#context);
  }

  /** Hands over what was missed, as long as that is wanted. Rejects as look-ups and the store do. */
  async readOn(isWanted: () => boolean): Promise<void> {
    const since = this.mark;
    if (since === null) return this.#begin();
    const { host, log } = this.#context;
    try {
      for await (const batch of this.catchUp(since)) {
        if (!isWanted()) return;
        await host.accept(batch);
        if (batch.mark !== null) this.#place = placeOf(batch.mark, this.#room);
      }
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (error.code !== "event_unknown") throw error;
      // It was purged: what the homeserver still hands over is all there is.
      log.warn(
        { room: this.#room, err: error },
        "what was said while nobody listened can't be read from the room",
      );
      await this.#begin();
    }
  }

  async #begin(): Promise<void> {
    this.#place = (await this.end()).id;
    await this.#context.host.accept({ room: this.#room, raws: [], mark: this.mark });
  }
}
