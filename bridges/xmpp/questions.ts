/** Everything that others ask of the gateway and its ghosts by an iq, and the answers. */
import type { NativeRoom } from "../../core/ids.ts";
import { ASK_OUTSIDE, commandAnswer, isCommand } from "./ad-hoc-commands.ts";
import type { DirectMessages } from "./direct-messages.ts";
import type { GhostPictures } from "./ghost-pictures.ts";
import { answer } from "./iq-answers.ts";
import { bare, isGateway } from "./names.ts";
import { attribute, type Element } from "./xml.ts";

export interface QuestionsOptions {
  /** The component's. */
  readonly domain: string;
  readonly direct: Pick<DirectMessages, "run">;
  readonly pictures: Pick<GhostPictures, "vcard">;
  /** Whether it is one of the rooms that the gateway knows. */
  readonly isRoom: (jid: NativeRoom) => boolean;
}

export class Questions {
  readonly #options: QuestionsOptions;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** null: it is none, or a late answer to a question of ours. Never rejects. */
  async answer(iq: Element): Promise<Element | null> {
    const { domain, direct, pictures, isRoom } = this.#options;
    if (!isGateway(attribute(iq, "to") ?? domain, domain))
      return (await pictures.vcard(iq)) ?? answer(iq, domain);
    if (!isCommand(iq)) return answer(iq, domain);
    const from = attribute(iq, "from") ?? "";
    // A room vouches for a nick only.
    const run = async (text: string): Promise<string> =>
      isRoom(bare(from) as NativeRoom) ? ASK_OUTSIDE : direct.run(from, text);
    return commandAnswer(iq, run);
  }
}
