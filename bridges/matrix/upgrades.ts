/** Room upgrades (client-server API, section 11.33.3): a room that is closed names the one in which it goes on. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { ClosedRoom } from "./room-context.ts";
import type { RoomDoor } from "./room-door.ts";

export interface UpgradesOptions {
  readonly door: Pick<RoomDoor, "enter">;
  readonly host: Pick<BridgeHost, "moved">;
  /** A room is taken part in no more. */
  readonly forget: (room: NativeRoom) => void;
  /** False: it was unlinked meanwhile, or the account is stopped. */
  readonly isKnown: (room: NativeRoom) => boolean;
  readonly log: Logger;
}

export class Upgrades {
  readonly #options: UpgradesOptions;

  constructor(options: UpgradesOptions) {
    this.#options = options;
  }

  /**
   * Follows a room into the one by which it says that it is replaced. False: it is not to be followed there. Never rejects: what
   * can't be followed now is tried again.
   */
  async replaced(before: ClosedRoom, by: NativeRoom): Promise<boolean> {
    try {
      if (!(await this.#isFollowed(before.id, by, before.known?.replacedVia ?? null))) {
        this.#options.log.warn(
          { room: before.id, by },
          "a room goes on in one that does not say so, or is encrypted; link that by hand",
        );
        return false;
      }
    } catch (thrown) {
      before.putOut(`it goes on in ${by}, which can't be entered: ${asGatewayError(thrown).detail}`);
      return true;
    }
    await this.#move(before, by);
    return true;
  }

  async #move(before: ClosedRoom, by: NativeRoom): Promise<void> {
    const { host, forget, isKnown, log } = this.#options;
    before.stop();
    try {
      await host.moved(before.id, by);
      forget(before.id);
    } catch (thrown) {
      const { detail } = asGatewayError(thrown);
      log.warn(
        { room: before.id, by, err: thrown },
        "a room goes on in another one, and is not followed yet",
      );
      if (isKnown(before.id)) before.tryAgain(`it goes on in ${by}, to which it can't be moved: ${detail}`);
    }
  }

  /** Whether the new room itself names the old one: anybody with the power to close a room could lead a gateway anywhere. */
  async #isFollowed(before: NativeRoom, by: NativeRoom, via: string | null): Promise<boolean> {
    const state = await this.#options.door.enter(by, via);
    return state.predecessor === before && !state.encrypted;
  }
}
