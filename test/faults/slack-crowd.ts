/**
 * The people of a channel and of the MUC that it is linked with: in each pair one on either side, who goes through the
 * script in his room and hears there what the other one says. Nothing is done twice, whatever becomes of it.
 */
import { setTimeout as pause } from "node:timers/promises";
import { xml } from "@xmpp/client";
import type { Milliseconds } from "../../core/time.ts";
import type { GroupMessage } from "../../deploy/clients/xmpp-messages.ts";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { body, correction, reactions, retraction } from "../../deploy/demo/stanzas.ts";
import type { Prosody } from "../../deploy/servers/prosody.ts";
import type { WorkspaceSide } from "../slack/workspace-side.ts";
import type { Talkers } from "./scene.ts";
import { Script } from "./slack-script.ts";
import { until } from "./until.ts";

export const PASSWORD = "pass";
const AGAIN_AFTER: Milliseconds = 100;
const SPARE: Milliseconds = 60_000;
const EMOJI = "🎉";
const EMOJI_NAME = "tada";

export interface Pair {
  /** Ids of Slack. */
  readonly channel: string;
  readonly user: string;
  /** The MUC's address. */
  readonly room: string;
  /** By these names their texts begin. */
  readonly speakers: { readonly slack: string; readonly xmpp: string };
}

export interface SlackCrowdOptions {
  readonly pairs: readonly Pair[];
  readonly slack: WorkspaceSide;
  readonly prosody: Prosody;
  /** How often each person does something. Slack takes one post a second and few edits of an app: fewer come from XMPP. */
  readonly every: { readonly slack: Milliseconds; readonly xmpp: Milliseconds };
}

/** One person's texts, until they have arrived. */
class Said {
  readonly speaker: string;
  count = 0;
  /** The latest time at which something was said that has arrived. */
  arrivedUpTo: Milliseconds = 0;
  readonly #open = new Map<string, Milliseconds>();

  constructor(speaker: string) {
    this.speaker = speaker;
  }

  text(): string {
    this.count += 1;
    return `${this.speaker} ${this.count}`;
  }

  stands(text: string): void {
    this.#open.set(text, Date.now());
  }

  arrived(text: string): void {
    const at = this.#open.get(text);
    if (at === undefined) return;
    this.#open.delete(text);
    this.arrivedUpTo = Math.max(this.arrivedUpTo, at);
  }
}

interface Couple {
  readonly pair: Pair;
  readonly here: Said;
  readonly there: Said;
  user: XmppUser | null;
}

export class SlackCrowd implements Talkers {
  readonly #options: SlackCrowdOptions;
  readonly #couples: readonly Couple[];
  #talking: Promise<void>[] = [];
  #quiet = false;

  constructor(options: SlackCrowdOptions) {
    this.#options = options;
    this.#couples = options.pairs.map((pair) => ({
      pair,
      here: new Said(pair.speakers.slack),
      there: new Said(pair.speakers.xmpp),
      user: null,
    }));
  }

  /** How many texts were said. */
  get said(): number {
    return this.#couples.reduce((sum, { here, there }) => sum + here.count + there.count, 0);
  }

  /** Everybody is in his room. */
  async gather(): Promise<void> {
    await Promise.all(this.#couples.map(async (couple) => this.#connect(couple)));
  }

  /** Everybody goes through the script until `hush`. */
  talk(): void {
    const { every } = this.#options;
    this.#quiet = false;
    this.#talking = this.#couples.flatMap((couple) => [
      this.#keepOn(every.slack, this.#onSlack(couple)),
      this.#keepOn(every.xmpp, this.#onXmpp(couple)),
    ]);
  }

  /** Resolves when that many texts were said. */
  async untilSaid(count: number): Promise<void> {
    await until(`${count} messages`, SPARE, () => this.said >= count);
  }

  async hush(): Promise<void> {
    this.#quiet = true;
    await Promise.all(this.#talking);
  }

  async leave(): Promise<void> {
    await Promise.all(this.#couples.map(async ({ user }) => user?.disconnect().catch(() => undefined)));
  }

  flowsSince(time: Milliseconds): boolean {
    for (const { pair, here, there, user } of this.#couples) {
      for (const { body: text } of user?.messages(pair.room) ?? []) here.arrived(text ?? "");
      for (const { text } of this.#options.slack.messages(pair.channel)) there.arrived(text);
    }
    return this.#couples.every(({ here, there }) => Math.min(here.arrivedUpTo, there.arrivedUpTo) >= time);
  }

  async #keepOn(every: Milliseconds, act: () => Promise<void>): Promise<void> {
    while (!this.#quiet) {
      await pause(every);
      await act();
    }
  }

  #onSlack({ pair: { channel, user }, here }: Couple): () => Promise<void> {
    const { people } = this.#options.slack;
    const script = new Script<string>();
    return () => {
      const { deed, of: ts, done } = script.next();
      const text = deed === "say" || deed === "edit" ? here.text() : "";
      if (deed === "say") done(people.post(channel, user, text));
      if (ts !== null) {
        if (deed === "edit") people.edit(channel, ts, text);
        if (deed === "delete") people.delete(channel, ts);
        if (deed === "react") people.react(channel, ts, user, EMOJI_NAME);
        if (deed === "unreact") people.unreact(channel, ts, user, EMOJI_NAME);
      }
      if (text !== "") here.stands(text);
      return Promise.resolve();
    };
  }

  #onXmpp(couple: Couple): () => Promise<void> {
    const { pair, there } = couple;
    const script = new Script<GroupMessage>();
    const store = xml("store", { xmlns: "urn:xmpp:hints" });
    return async () => {
      const { deed, of, done } = script.next();
      const text = deed === "say" || deed === "edit" ? there.text() : "";
      const stanzas = {
        say: () => [body(text)],
        edit: () => correction(of, text),
        delete: () => retraction(of),
        react: () => [...reactions(of, EMOJI), store],
        unreact: () => [...reactions(of), store],
      };
      try {
        if (couple.user === null) throw new Error("not connected");
        const reflected = await couple.user.send(pair.room, ...stanzas[deed]());
        if (text !== "") there.stands(text);
        done(reflected);
      } catch {
        // It may stand in the room or not: the archive will tell, and it is not done again.
        done(null);
        await this.#connect(couple);
      }
    };
  }

  async #connect(couple: Couple): Promise<void> {
    const { domain, ports } = this.#options.prosody;
    const { pair } = couple;
    await couple.user?.disconnect().catch(() => undefined);
    couple.user = null;
    while (!this.#quiet) {
      try {
        const login = { domain, port: ports.c2s, name: pair.speakers.xmpp, password: PASSWORD };
        const user = await XmppUser.connect(login);
        await user.join(pair.room, pair.speakers.xmpp);
        couple.user = user;
        return;
      } catch {
        await pause(AGAIN_AFTER);
      }
    }
  }
}
