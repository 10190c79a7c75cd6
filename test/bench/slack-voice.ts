/** The floor of what reaches Slack: an app that posts by one bare call of the Web API, and nothing else. */
import { BareCalls } from "./bare-call.ts";
import { InOrder } from "./in-order.ts";
import { textOf } from "./matrix-job.ts";

export class SlackVoice {
  readonly #url: string;
  readonly #calls: BareCalls;
  readonly #inOrder = new InOrder();

  /** `api`: ends with a slash. */
  constructor(api: string, token: string) {
    this.#url = `${api}chat.postMessage`;
    this.#calls = new BareCalls(token);
  }

  /** Slack orders posts by when they come: the next in a channel leaves when the last has its answer. */
  say(channel: string, line: string, number: number): void {
    const body = JSON.stringify({ channel, text: textOf(line, number) });
    this.#inOrder.add(channel, async () => {
      const told = await this.#calls.call("POST", this.#url, body);
      if (!told.startsWith(`{"ok":true`)) throw new Error(`a message of the bench was refused: ${told}`);
    });
  }

  close(): void {
    this.#calls.close();
  }
}
