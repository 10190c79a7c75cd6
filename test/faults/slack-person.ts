/** Somebody in a Slack channel who goes through the script. The simulator does at once whatever he does. */
import type { Milliseconds } from "../../core/time.ts";
import type { WorkspaceSide } from "../slack/workspace-side.ts";
import { Said } from "./said.ts";
import { Script } from "./script.ts";
import type { Person } from "./scripted-crowd.ts";

const EMOJI_NAME = "tada";

export interface SlackPersonOptions {
  readonly slack: WorkspaceSide;
  /** Ids of Slack. */
  readonly channel: string;
  readonly user: string;
  /** By which his texts begin. */
  readonly name: string;
  readonly every: Milliseconds;
}

export class SlackPerson implements Person {
  readonly said: Said;
  readonly every: Milliseconds;
  readonly #options: SlackPersonOptions;
  readonly #script = new Script<string>();

  constructor(options: SlackPersonOptions) {
    this.#options = options;
    this.every = options.every;
    this.said = new Said(options.name);
  }

  enter(): Promise<void> {
    return Promise.resolve();
  }

  act(): Promise<void> {
    const { slack, channel, user } = this.#options;
    const { people } = slack;
    const { deed, of: ts, done } = this.#script.next();
    const text = deed === "say" || deed === "edit" ? this.said.text() : "";
    if (deed === "say") done(people.post(channel, user, text));
    if (ts !== null) {
      if (deed === "edit") people.edit(channel, ts, text);
      if (deed === "delete") people.delete(channel, ts);
      if (deed === "react") people.react(channel, ts, user, EMOJI_NAME);
      if (deed === "unreact") people.unreact(channel, ts, user, EMOJI_NAME);
    }
    if (text !== "") this.said.stands(text);
    return Promise.resolve();
  }

  heard(): readonly string[] {
    return this.#options.slack.messages(this.#options.channel).map(({ text }) => text);
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }
}
