/**
 * Hands what a room said to the core, and keeps the mark up to which the room has been read: a mark is written only
 * together with, or after, everything before it.
 */
import type { Raw } from "../../core/bridge/inbound.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";

/** How often the mark is written where only our own messages move it. */
const MARK_EVERY_MS = 1_000;

export interface IntakeOptions {
  readonly room: NativeRoom;
  readonly host: BridgeHost;
  readonly log: Logger;
  /** Called with +1 for something handed to the core, with -1 when it is written. */
  readonly pending: (change: 1 | -1) => void;
}

export class Intake {
  /** Up to where the room was heard, our own messages included. */
  mark: ArchiveMark | null = null;
  readonly #options: IntakeOptions;
  #written: ArchiveMark | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Begins at a mark that is written. */
  begin(mark: ArchiveMark | null): void {
    this.stop();
    this.mark = this.#written = mark;
  }

  /** What was heard and is not written is forgotten; it is read again from the archive. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.mark = this.#written;
  }

  /** What was read from the archive: resolves after the write. */
  async page(raws: readonly Raw[], mark: ArchiveMark | null): Promise<void> {
    await this.#options.host.accept({ room: this.#options.room, raws, mark });
    this.mark = this.#written = mark ?? this.mark;
  }

  /** What was heard live. */
  heard(raw: Raw): void {
    const { room, host, pending } = this.#options;
    const { mark } = this;
    pending(1);
    void this.#safely(
      host
        .accept({ room, raws: [raw], mark })
        .then(() => this.#wrote(mark))
        .finally(() => pending(-1)),
    );
  }

  /** A message of ours moved the mark. */
  heardOwn(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const { room, host } = this.#options;
      const { mark } = this;
      if (mark === this.#written) return;
      void this.#safely(host.accept({ room, raws: [], mark }).then(() => this.#wrote(mark)));
    }, MARK_EVERY_MS);
  }

  #wrote(mark: ArchiveMark | null): void {
    this.#written = mark;
  }

  async #safely(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (thrown) {
      const error = asGatewayError(thrown);
      // The account is being let go: whoever holds it next reads this again from the archive.
      if (error.code === "lane_lost") return;
      this.#options.log.error({ room: this.#options.room, err: error }, "what a room said was not taken in");
    }
  }
}
