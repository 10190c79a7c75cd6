/** How a room that is linked no more is left. */
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Entrances } from "./entrances.ts";
import type { OwnUsers } from "./names.ts";
import type { Portals } from "./portals.ts";

export interface PartingOptions {
  readonly own: OwnUsers;
  readonly entrances: Pick<Entrances, "leave">;
  readonly portals: Pick<Portals, "close">;
  readonly log: Logger;
}

/**
 * Takes the ghosts of these speakers out, and gives the room's address free where the gateway had made the room for it. The
 * gateway's own user stays: the room may be linked again, and only people can invite it back. Rejects with request_timeout where
 * the homeserver does not answer.
 */
export async function takeLeave(
  { own, entrances, portals, log }: PartingOptions,
  room: NativeRoom,
  speakers: readonly Speaker[],
): Promise<void> {
  for (const { uri } of speakers) {
    const ghost = own.ghostOf(uri);
    try {
      await entrances.leave(room, ghost);
    } catch (thrown) {
      log.warn({ room, ghost, err: thrown }, "a ghost could not be taken out of a room");
    }
  }
  await portals.close(room);
}
