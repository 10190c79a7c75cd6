/**
 * The picture of a room (client-server API, section 11.2.1, m.room.avatar), set by the gateway's own user: a copy at the
 * homeserver of the one that a room elsewhere has.
 */
import type { DeliveryContext, Receipt, Step } from "../../core/bridge/outbound.ts";
import { DeliveryError, textArg } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { textAt } from "../../mappings/matrix/event.ts";
import { isMxc } from "../../mappings/matrix/mxc.ts";
import type { MatrixApi } from "./api.ts";
import type { Ghosts } from "./ghosts.ts";
import { keyIn } from "./kept-event.ts";
import { MARK } from "./names.ts";
import { stateEventNow, stateEventPath } from "./state-event.ts";
import type { Uploads } from "./uploads.ts";

const AVATAR = "m.room.avatar";

export interface RoomAvatarsOptions {
  readonly api: Pick<MatrixApi, "call">;
  /** This gateway's base domain. */
  readonly gateway: string;
  readonly ghosts: Pick<Ghosts, "bot">;
  readonly uploads: Pick<Uploads, "storePicture">;
  readonly log: Logger;
}

export class RoomAvatars {
  readonly #options: RoomAvatarsOptions;

  constructor(options: RoomAvatarsOptions) {
    this.#options = options;
  }

  /**
   * Makes a step `avatar`. A copy has another address each time, so the mark says which picture stands there: neither a call that
   * is made again nor another gateway in the room takes it for a new one. The room keeps what it has where the picture can't be
   * had: nothing else waits for it. Rejects with the library's errors, or with DeliveryError where the homeserver does not take it now.
   */
  async write(step: Step, { room, key, origin }: DeliveryContext): Promise<Receipt> {
    const { api, gateway, log } = this.#options;
    const now = await stateEventNow(api, room, AVATAR);
    const shown = textAt(now, "url") ?? "";
    const done: Receipt = { native: null, aux: null, at: Date.now(), shown };
    const source = textArg(step, "source");
    if (keyIn(now) === key || source === shown) return done;
    try {
      const url = await this.#addressOf(source, origin);
      const content = { ...(url !== "" && { url }), [MARK]: { gateway, key, ...origin } };
      await api.call({ method: "PUT", path: stateEventPath(room, AVATAR), body: content });
      return { ...done, shown: url };
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || thrown instanceof DeliveryError) throw thrown;
      log.warn({ room, err: thrown }, "a room's picture is not carried");
      return done;
    }
  }

  async #addressOf(source: string, origin: DeliveryContext["origin"]): Promise<string> {
    if (source === "" || isMxc(source)) return source;
    const { id } = await this.#options.ghosts.bot();
    return this.#options.uploads.storePicture(source, origin && { ...origin, sha256: null }, id);
  }
}
