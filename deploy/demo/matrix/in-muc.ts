/** The people of one of the two MUCs, on the stage. */
import type { Element } from "@xmpp/xml";
import type { GroupMessage } from "../../clients/xmpp-messages.ts";
import type { Person, Side } from "../service.ts";
import { body } from "../stanzas.ts";
import type { ThreeStage } from "../three-stage.ts";
import { type Act, alike, HELLO, MORNING, type MucName, type RoomName, speaker } from "./lines.ts";

export class InMuc {
  readonly home: MucName;
  readonly side: Side;
  readonly #stage: ThreeStage<RoomName>;

  constructor(stage: ThreeStage<RoomName>, home: MucName, side: Side) {
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
    change: Act["change"],
  ): Promise<void> {
    await this.#stage.show({ feature, by: speaker(this.home, name), act, change });
  }

  /** Resolves with the room's own message; null: it could not be sent. */
  async send(
    feature: string,
    by: Person,
    elements: () => readonly Element[] | Promise<readonly Element[]>,
    change: Act["change"],
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
