/**
 * Ghosts made to look as those do for whom they stand. A homeserver tells of a new name or picture beside what people say, sooner
 * or later than that: what is about to be said may still name the earlier look.
 */
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { GhostPictures } from "./ghost-pictures.ts";
import type { Ghosts } from "./ghosts.ts";

/** How long a look that was told counts more than that of what is said: all that is under way then is said by then. */
const TOLD_MS: Milliseconds = 60_000;
const MOST_TOLD = 2_000;

export interface GhostLooksOptions {
  readonly ghosts: Pick<Ghosts, "of">;
  readonly pictures: Pick<GhostPictures, "wear">;
  readonly log: Logger;
  /** For tests. */
  readonly now?: () => Milliseconds;
}

export class GhostLooks {
  readonly #options: GhostLooksOptions;
  readonly #told = new Map<string, { readonly speaker: Speaker; readonly until: Milliseconds }>();

  constructor(options: GhostLooksOptions) {
    this.#options = options;
  }

  /** Takes over how somebody looks in a room from now on. */
  take(room: NativeRoom, speaker: Speaker): void {
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.set(keyOf(room, speaker), { speaker, until: this.#now() + TOLD_MS });
  }

  /** The speaker as he looks in a room now. */
  latest(room: NativeRoom, speaker: Speaker): Speaker {
    const told = this.#told.get(keyOf(room, speaker));
    return told !== undefined && told.until > this.#now() ? told.speaker : speaker;
  }

  /** Gives a speaker's ghost his name and picture of now. Not waited for: else it has them when he next says something. */
  wear(room: NativeRoom, speaker: Speaker): void {
    const { ghosts, pictures, log } = this.#options;
    const latest = this.latest(room, speaker);
    ghosts
      .of(latest)
      .then(({ id }) => pictures.wear(id, latest.avatar ?? null))
      .catch((thrown: unknown) => {
        log.debug({ err: thrown }, "a ghost is called otherwise when it next says something");
      });
  }

  #now(): Milliseconds {
    return this.#options.now?.() ?? performance.now();
  }
}

const keyOf = (room: NativeRoom, { uri }: Speaker): string => `${room} ${uri}`;
