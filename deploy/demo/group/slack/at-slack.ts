/** The people of the channel, on the stage. */
import type { PostOptions, SlackPeople } from "../../../clients/slack-people.ts";
import type { GroupStage, Scene } from "../group-stage.ts";
import { alike, HELLO, MORNING, speaker } from "../lines.ts";
import { SLACK_NAMES, type SlackRoom } from "./workspace.ts";

export interface SlackPerson {
  readonly id: string;
  readonly name: string;
}

export class AtSlack {
  readonly people: SlackPeople;
  readonly alice: SlackPerson = personOf("U0ALICE");
  readonly bob: SlackPerson = personOf("U0BOB");
  readonly #stage: GroupStage;
  /** The `ts` of messages, by their texts. */
  readonly #said = new Map<string, string>();

  constructor(stage: GroupStage, { people }: SlackRoom) {
    this.#stage = stage;
    this.people = people;
  }

  async greet(): Promise<void> {
    await this.say(this.alice, HELLO.channel);
    await this.say(this.bob, MORNING.channel);
  }

  async show(
    feature: string,
    { name }: SlackPerson,
    act: () => Promise<unknown>,
    change: Scene["change"],
  ): Promise<void> {
    const by = speaker("channel", name, null);
    await this.#stage.show({ feature, by, act: async () => void (await act()), change });
  }

  async say(by: SlackPerson, text: string): Promise<void> {
    await this.post("text", by, text, {}, alike(text));
  }

  /** `text` in Slack's escaped form; what is posted is found again by it. */
  async post(
    feature: string,
    by: SlackPerson,
    text: string,
    options: PostOptions,
    change: Scene["change"],
  ): Promise<void> {
    const act = async (): Promise<void> => {
      this.#said.set(text, await this.people.post(by.id, text, options));
    };
    await this.show(feature, by, act, change);
  }

  /** Of what was posted; empty where it could not be, and then nothing can be done about it. */
  tsOf(text: string): string {
    return this.#said.get(text) ?? "";
  }

  /** Of a copy of what was said elsewhere. Throws where there is none. */
  async find(text: string): Promise<string> {
    const found = (await this.people.messages()).find((message) => message.text === text);
    if (!found) throw new Error(`${text}: nobody has said that in the channel`);
    return found.ts;
  }
}

function personOf(id: string): SlackPerson {
  return { id, name: SLACK_NAMES.get(id) ?? id };
}
