/** The workspace's own emoji (emoji.list), kept at hand until Slack says that they have changed. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Logger } from "../../core/log.ts";
import { emojiOf } from "../../mappings/emoji/names.ts";
import type { Arguments } from "./api.ts";
import { asGatewayFault } from "./refusal.ts";

/** What can't be read is asked for again only after this. */
const AGAIN_AFTER_MS: Milliseconds = 10 * 60_000;
/** An alias may stand for an alias. */
const MOST_ALIASES = 5;
const ALIAS = "alias:";

const answerForm = z.object({ emoji: z.record(z.string(), z.string()) });
/** Short names where messages and reactions have them. */
const NAMED = /"(?:name|reaction)":"([^"\s:]{1,100})"|:([^":\s]{1,100}):/g;

export class CustomEmoji {
  readonly #call: (method: string, args: Arguments) => Promise<unknown>;
  readonly #log: Logger;
  #emoji: ReadonlyMap<string, string> = new Map();
  #reading: Promise<void> | null = null;
  #again: Milliseconds = 0;
  #changes = 0;
  #known = false;

  constructor(call: (method: string, args: Arguments) => Promise<unknown>, log: Logger) {
    this.#call = call;
    this.#log = log;
  }

  /** Resolves when those are at hand that an event may name. Never rejects: without them names stay between colons. */
  async namedIn(raw: string): Promise<void> {
    for (const [, name, colons] of raw.matchAll(NAMED)) {
      if (emojiOf(name ?? colons ?? "") === null) return this.load();
    }
  }

  /** Reads them, unless they are at hand. Never rejects. */
  load(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** They are others now, and are read again. */
  changed(): void {
    this.#changes += 1;
    this.#reading = null;
    this.#again = 0;
    void this.load();
  }

  /** Whether Slack has said which there are, or that it does not say. */
  get known(): boolean {
    return this.#known;
  }

  has(name: string): boolean {
    return this.#emoji.has(name);
  }

  /** Where its picture is; null: there is no such picture. */
  picture(name: string): string | null {
    const source = this.#emoji.get(this.#named(name)) ?? "";
    return source.startsWith("https://") ? source : null;
  }

  /** The standard emoji's name that it stands for; null: for none. */
  alias(name: string): string | null {
    const stands = this.#named(name);
    return stands !== name && emojiOf(stands) !== null ? stands : null;
  }

  #named(name: string): string {
    let at = name;
    for (let steps = 0; steps < MOST_ALIASES; steps++) {
      const source = this.#emoji.get(at);
      if (source === undefined || !source.startsWith(ALIAS)) return at;
      at = source.slice(ALIAS.length);
    }
    return name;
  }

  async #read(): Promise<void> {
    if (Date.now() < this.#again) return;
    const change = this.#changes;
    try {
      const { emoji } = answerForm.parse(await this.#call("emoji.list", {}));
      // They have changed again: those that are read now are the latest.
      if (change === this.#changes) this.#emoji = new Map(Object.entries(emoji));
    } catch (thrown) {
      const err = asGatewayFault(thrown, "emoji.list");
      this.#log.warn({ err }, "the workspace's own emoji can't be read");
      this.#again = Date.now() + AGAIN_AFTER_MS;
      this.#reading = null;
    } finally {
      this.#known = true;
    }
  }
}
