/** Invitations: the gateway's own user takes all of them, a ghost those into rooms that are linked, the watcher none. */
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Entrances } from "./entrances.ts";
import type { Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";

const NOT_HERE =
  "The gateway carries what is said in linked rooms; nobody can be reached in private through it.";

export interface InvitationsOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly own: OwnUsers;
  readonly entrances: Pick<Entrances, "leave">;
  readonly linked: (room: NativeRoom) => boolean;
  readonly log: Logger;
}

export class Invitations {
  readonly #options: InvitationsOptions;

  constructor(options: InvitationsOptions) {
    this.#options = options;
  }

  /** Answers an event that invites somebody of the gateway's; others are nothing. Never rejects. */
  async heard(room: NativeRoom, { event }: Told): Promise<void> {
    const { own, api, entrances, linked, log } = this.#options;
    const { type, state: invited, content } = event;
    if (type !== "m.room.member" || invited === null || content["membership"] !== "invite") return;
    if (!own.isOurs(invited) || own.isOurs(event.sender)) return;
    try {
      if (invited === own.bot || (linked(room) && invited !== own.watcher))
        await api.call({ method: "POST", path: path("rooms", room, "join"), as: invited, body: {} });
      else await entrances.leave(room, invited, NOT_HERE);
    } catch (thrown) {
      log.warn({ room, invited, err: thrown }, "an invitation could not be answered");
    }
  }
}
