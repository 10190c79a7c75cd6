/** The people of one of the two MUCs, on the stage. */
import type { Element } from "@xmpp/xml";
import type { GroupMessage } from "../../../clients/xmpp-messages.ts";
import type { Person, Side } from "../../service.ts";
import { body } from "../../stanzas.ts";
import type { GroupStage, Scene } from "../group-stage.ts";
import { alike, HELLO, MORNING, type MucName, speaker } from "../lines.ts";
import { PROVIDERS } from "../linked-rooms.ts";

/** People of another platform. */
export interface Others {
  readonly room: "channel" | "matrix";
  /** Who spoke there first. */
  readonly author: string;
  /** Whom people of the MUC mention. */
  readonly mentioned: string;
}

export class InMuc {
  readonly home: MucName;
  readonly side: Side;
  readonly #stage: GroupStage;

  constructor(stage: GroupStage, home: MucName, side: Side) {
    this.#stage = stage;
    this.home = home;
    this.side = side;
  }

  async greet(): Promise<void> {
    const [first, second] = this.side.people;
    await this.say(first, HELLO[this.home]);
    await this.say(second, MORNING[this.home]);
  }

  async show(
    feature: string,
    { name }: Person,
    act: () => Promise<void>,
    change: Scene["change"],
  ): Promise<void> {
    await this.#stage.show({ feature, by: speaker(this.home, name, PROVIDERS[this.home]), act, change });
  }

  /** Resolves with the room's own message; null: it could not be sent. */
  async send(
    feature: string,
    by: Person,
    elements: () => readonly Element[] | Promise<readonly Element[]>,
    change: Scene["change"],
  ): Promise<GroupMessage | null> {
    let own: GroupMessage | null = null;
    const act = async (): Promise<void> => {
      own = await by.user.send(this.side.room, ...(await elements()));
    };
    await this.show(feature, by, act, change);
    return own;
  }

  async say(by: Person, text: string): Promise<GroupMessage | null> {
    return this.send("text", by, () => [body(text)], alike(text));
  }
}
