/** People of a simulated Slack workspace: what they do in a channel, and what it then holds. */
import { z } from "zod";

const elementForm = z.looseObject({ type: z.string() });

const messageForm = z.object({
  ts: z.string(),
  /** The `ts` of the thread's first message, which bears its own once it has replies. */
  thread: z.string().nullable(),
  subtype: z.string().nullable(),
  /** Id of a person; null: an app said it under another name. */
  user: z.string().nullable(),
  app: z.boolean(),
  username: z.string().nullable(),
  text: z.string(),
  blocks: z.array(elementForm),
  edited: z.boolean(),
  reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()) })),
  files: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Whether the gateway says that it is a copy of an event; lines of its own are not. */
  copy: z.boolean(),
});
const channelForm = z.object({
  name: z.string(),
  topic: z.string(),
  /** The `ts` of each. */
  pinned: z.array(z.string()),
  messages: z.array(messageForm),
});
const whispersForm = z.array(z.object({ channel: z.string(), user: z.string(), text: z.string() }));
const actedForm = z.object({ ts: z.string().optional() });

export type SlackMessage = Readonly<z.output<typeof messageForm>>;
export type SlackChannel = Readonly<z.output<typeof channelForm>>;
export type SlackElement = Readonly<z.output<typeof elementForm>>;
/** What one person alone was shown. */
export type Whisper = Readonly<z.output<typeof whispersForm>[number]>;

export interface PostOptions {
  /** Instead of what Slack's programs make of the text. */
  readonly blocks?: readonly SlackElement[];
  /** The `ts` of the message that it replies to. */
  readonly thread?: string;
  /** Whether the channel is to see a reply as well. */
  readonly broadcast?: boolean;
  /** As `/me` makes it. */
  readonly me?: boolean;
}

/** One channel, by the simulator's address for people. */
export class SlackPeople {
  readonly channel: string;
  /** Of the simulator for people; ends with a slash. */
  readonly url: string;
  readonly #files = new Map<string, Uint8Array>();

  constructor(url: string, channel: string) {
    this.url = url;
    this.channel = channel;
  }

  /** Resolves with the message's `ts`. */
  async post(user: string, text: string, options: PostOptions = {}): Promise<string> {
    return this.#act({ act: "post", user, text, ...options });
  }

  async edit(user: string, ts: string, text: string): Promise<void> {
    await this.#act({ act: "edit", user, ts, text });
  }

  async delete(user: string, ts: string): Promise<void> {
    await this.#act({ act: "delete", user, ts });
  }

  /** `name`: as Slack calls the emoji, without colons. */
  async react(user: string, ts: string, name: string): Promise<void> {
    await this.#act({ act: "react", user, ts, name });
  }

  async unreact(user: string, ts: string, name: string): Promise<void> {
    await this.#act({ act: "unreact", user, ts, name });
  }

  /** `text`: what is said with the file. Resolves with the message's `ts`. */
  async upload(user: string, name: string, content: Uint8Array, text = ""): Promise<string> {
    const encoded = Buffer.from(content).toString("base64");
    return this.#act({ act: "upload", user, name, content: encoded, text });
  }

  /** `button`: its action_id. */
  async press(user: string, ts: string, button: string): Promise<void> {
    await this.#act({ act: "press", user, ts, button });
  }

  async pin(user: string, ts: string): Promise<void> {
    await this.#act({ act: "pin", user, ts });
  }

  async unpin(user: string, ts: string): Promise<void> {
    await this.#act({ act: "unpin", user, ts });
  }

  async setTopic(user: string, text: string): Promise<void> {
    await this.#act({ act: "topic", user, text });
  }

  async rename(user: string, name: string): Promise<void> {
    await this.#act({ act: "rename", user, name });
  }

  /** What the channel shows: messages with replies in threads included, oldest first. */
  async shown(): Promise<SlackChannel> {
    return channelForm.parse(await this.#get(`channels/${this.channel}`));
  }

  async messages(): Promise<readonly SlackMessage[]> {
    return (await this.shown()).messages;
  }

  async whispers(): Promise<readonly Whisper[]> {
    return whispersForm.parse(await this.#get("whispers"));
  }

  /** The bytes of a file. */
  async file(id: string): Promise<Uint8Array> {
    const known = this.#files.get(id);
    if (known) return known;
    const answer = await fetch(`${this.url}files/${id}`);
    if (!answer.ok) throw new Error(`the Slack simulator has no file ${id}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    this.#files.set(id, bytes);
    return bytes;
  }

  async #act(what: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await fetch(`${this.url}act`, {
      method: "POST",
      body: JSON.stringify({ channel: this.channel, ...what }),
    });
    if (!answer.ok) throw new Error(`the Slack simulator refuses: ${await answer.text()}`);
    return actedForm.parse(await answer.json()).ts ?? "";
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`the Slack simulator answered ${answer.status} to ${path}`);
    return answer.json();
  }
}
