/** What a room tells of itself, handed over as it is found: its name, whether it is moderated, its picture. */
import type { Raw } from "../../core/bridge/inbound.ts";
import { asGatewayError } from "../../core/errors.ts";
import { rawState } from "./kept-stanza.ts";
import type { RoomContext } from "./room-context.ts";
import type { Intake } from "./room-intake.ts";
import { RoomPicture } from "./room-picture.ts";
import type { Stay } from "./stay.ts";

export interface RoomToldOptions extends RoomContext {
  readonly stay: Stay;
  readonly intake: Intake;
  /** Whether the room is in: what it tells counts then. */
  readonly live: () => boolean;
}

export class RoomTold {
  readonly picture: RoomPicture;
  readonly #options: RoomToldOptions;

  constructor(options: RoomToldOptions) {
    this.#options = options;
    this.picture = new RoomPicture({ ...options, heard: (raw) => this.#heard(raw) });
  }

  /** The room is in, and was asked. */
  entered(): void {
    this.#answered();
    this.picture.look("read");
  }

  /** The room's configuration has changed, perhaps its name (XEP-0045, section 10.2.1). Never rejects. */
  async configured(): Promise<void> {
    const { stay, log } = this.#options;
    try {
      await stay.ask();
      this.#answered();
      this.picture.look("changed");
    } catch (thrown) {
      log.warn({ room: stay.room, err: asGatewayError(thrown) }, "a room did not say what has changed in it");
    }
  }

  #answered(): void {
    const { stay, now } = this.#options;
    if (stay.info.answer) this.#heard(rawState(stay.info.answer, now()));
  }

  #heard(raw: Raw): boolean {
    const isIn = this.#options.live();
    if (isIn) this.#options.intake.heard(raw);
    return isIn;
  }
}
