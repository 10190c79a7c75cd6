/** Up to where people in rooms of ours have read: gathered for a moment, since only the latest counts, then noted and shown. */
import type { UserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { MessageName } from "../bridge/inbound.ts";
import { asGatewayError } from "../errors.ts";
import type { GroupId } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { BindingRow } from "../store/units/bindings.ts";
import type { MovedMarker, NotedMarkers, Reader } from "../store/units/markers.ts";

/** How long what is read is gathered: one write for a room whose people all read the same message. */
const GATHERED_FOR: Milliseconds = 1_000;

export interface MarkersOptions {
  readonly store: Pick<Store, "write">;
  readonly log: Logger;
  readonly now: () => Milliseconds;
  /** Shows one in the group's other rooms. */
  readonly show: (group: GroupId, moved: MovedMarker) => Promise<void>;
  /** Told after the commit that markers of a group were moved here. */
  readonly moved: (group: GroupId, noted: NotedMarkers) => void;
}

export class Markers {
  readonly #options: MarkersOptions;
  /** By group, then by room and user. */
  #gathered = new Map<GroupId, Map<string, Reader>>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: MarkersOptions) {
    this.#options = options;
  }

  /** Somebody in a room has read up to the message of which these are the names. */
  read(from: BindingRow, uri: UserUri, names: readonly MessageName[]): void {
    if (this.#closed) return;
    const readers = this.#gathered.get(from.group) ?? new Map<string, Reader>();
    const reader = { binding: from.id, uri, kind: "read", names, at: this.#options.now() } as const;
    this.#gathered.set(from.group, readers.set(`${from.id} ${uri}`, reader));
    this.#timer ??= setTimeout(() => this.#flush(), GATHERED_FOR);
  }

  /** Resolves when what was gathered is written; nothing is taken any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#writing = this.#writing.then(() => this.#note(gathered));
  }

  async #note(gathered: ReadonlyMap<GroupId, ReadonlyMap<string, Reader>>): Promise<void> {
    const { store, log, show, moved } = this.#options;
    for (const [group, readers] of gathered) {
      try {
        const noted = await store.write("noteMarkers", { group, readers: [...readers.values()] });
        if (noted.moved.length === 0) continue;
        moved(group, noted);
        for (const marker of noted.moved) await show(group, marker);
      } catch (thrown) {
        // The next message that they read brings a later one.
        log.warn({ group, err: asGatewayError(thrown) }, "what was read in a room could not be noted");
      }
    }
  }
}
