/** How ghosts are heard: in rooms that the gateway itself has made moderated, as their group is, and by everybody at once. */
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { objectAt } from "../../mappings/matrix/event.ts";
import { powerLevels, powerOf, VOICE_POWER } from "../../mappings/matrix/power.ts";
import { isForbidden, refusalOf } from "./refusal.ts";
import type { RoomState } from "./room-state.ts";
import type { RoomStateWriter } from "./room-state-writer.ts";

const POWERS = "m.room.power_levels";

export interface VoicesOptions {
  readonly bot: string;
  readonly state: Pick<RoomStateWriter, "givePower">;
  readonly log: Logger;
}

export class Voices {
  readonly #options: VoicesOptions;

  constructor(options: VoicesOptions) {
    this.#options = options;
  }

  /**
   * Lets a ghost speak whom the group lets speak. Only where the powers are as the gateway has set them: what moderators of
   * the room ask of speakers holds for ghosts, too. Rejects with the library's errors.
   */
  async give(room: NativeRoom, state: RoomState, ghost: string): Promise<void> {
    const { bot, state: writer, log } = this.#options;
    const levels = powerLevels(state.powers);
    const needed = levels.eventsDefault;
    if (needed !== levels.usersDefault + VOICE_POWER || state.senderOf(POWERS) !== bot) return;
    if (powerOf(ghost, levels, []) >= needed) return;
    try {
      await writer.givePower(room, ghost, needed);
    } catch (thrown) {
      // What he says is refused then, and its author told.
      const isFull = refusalOf(thrown) === "M_TOO_LARGE";
      if (isFull)
        log.warn({ room, ghost }, "a room's powers name as many as they can: a ghost gets no voice");
      else if (!isForbidden(thrown)) throw thrown;
    }
  }

  /**
   * Whether a content calls everybody in the room, and nobody heeds that of this ghost but of the gateway's own user, who has the
   * power (client-server API, section 11.32, notifications).
   */
  callsInVain(state: RoomState, ghost: string, content: unknown): boolean {
    const mentions = objectAt(objectAt({ content }, "content") ?? {}, "m.mentions");
    if (mentions?.["room"] !== true) return false;
    const levels = powerLevels(state.powers);
    const mayCall = (user: string): boolean => powerOf(user, levels, state.creators) >= levels.notifyRoom;
    return !mayCall(ghost) && mayCall(this.#options.bot);
  }
}
