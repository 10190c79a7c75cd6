/** Ghosts made to look as those do for whom they stand, when nothing is said. */
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { Logger } from "../../core/log.ts";
import type { GhostPictures } from "./ghost-pictures.ts";
import type { Ghosts } from "./ghosts.ts";

export interface GhostLooksOptions {
  readonly ghosts: Pick<Ghosts, "of">;
  readonly pictures: Pick<GhostPictures, "wear">;
  readonly log: Logger;
}

/** Gives a speaker's ghost his name and picture of now. Not waited for: else it has them when he next says something. */
export const ghostLooks =
  ({ ghosts, pictures, log }: GhostLooksOptions) =>
  (speaker: Speaker): void => {
    ghosts
      .of(speaker)
      .then(({ id }) => pictures.wear(id, speaker.avatar ?? null))
      .catch((thrown: unknown) => {
        log.debug({ err: thrown }, "a ghost is called otherwise when it next says something");
      });
  };
