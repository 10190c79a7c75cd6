/** The people of a workspace, as users.info and bots.info name them; remembered for an hour. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Arguments } from "./api.ts";
import { asGatewayFault, refusalOf } from "./refusal.ts";

const REMEMBERED_FOR_MS: Milliseconds = 60 * 60 * 1_000;
const MOST_REMEMBERED = 20_000;
/** Slack does not tell everything of people of other workspaces (Slack Connect). */
const STRANGERS = new Set(["user_not_found", "user_not_visible", "users_not_found", "bot_not_found"]);

const words = z.string().nullish();
const userForm = z.object({
  user: z.object({
    name: words,
    is_bot: z.boolean().nullish(),
    profile: z.looseObject({ display_name: words, real_name: words }).nullish(),
  }),
});
const iconForm = z.record(z.string(), z.unknown()).nullish();
const botForm = z.object({ bot: z.object({ name: words, icons: iconForm }) });
/** The first that is there; none is so large that it would not be taken as an avatar, as the original might be. */
const PICTURES = ["image_192", "image_512", "image_72"];
const ICONS = ["image_72", "image_48", "image_36"];
/** Longest address of a picture that other gateways take. */
const LONGEST_URL = 2_048;

export interface Person {
  readonly name: string;
  /** Whether it is an app, whom nobody can tell anything. */
  readonly isApp: boolean;
  /** Where his picture is, for everybody; null: he has none. */
  readonly avatar: string | null;
}

export class People {
  readonly #call: (method: string, args: Arguments) => Promise<unknown>;
  readonly #api: URL;
  readonly #known = new Map<string, { readonly person: Person | null; readonly until: Milliseconds }>();

  /** `api`: where the Web API is. */
  constructor(call: (method: string, args: Arguments) => Promise<unknown>, api: string) {
    this.#call = call;
    this.#api = new URL(api);
  }

  /** null: Slack does not say who that is. Rejects with request_timeout where it can't be asked now. */
  async find(id: string): Promise<Person | null> {
    const known = this.#known.get(id);
    if (known && known.until > performance.now()) return known.person;
    const person = await this.#ask(id);
    this.#remember(id, person);
    return person;
  }

  /** Takes a person as an event tells of him (`user_change`); null: it does not say who that is now. */
  changed(id: string, user: unknown): Person | null {
    this.#known.delete(id);
    const person = this.#userOf({ user });
    if (person !== null) this.#remember(id, person);
    return person;
  }

  #remember(id: string, person: Person | null): void {
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(id, { person, until: performance.now() + REMEMBERED_FOR_MS });
  }

  async #ask(id: string): Promise<Person | null> {
    const bot = id.startsWith("B");
    const method = bot ? "bots.info" : "users.info";
    try {
      const answer = await this.#call(method, bot ? { bot: id } : { user: id });
      return bot ? this.#botOf(answer) : this.#userOf(answer);
    } catch (thrown) {
      if (STRANGERS.has(refusalOf(thrown) ?? "")) return null;
      throw asGatewayFault(thrown, method);
    }
  }

  #userOf(answer: unknown): Person | null {
    const { data } = userForm.safeParse(answer);
    if (!data) return null;
    const { name, profile, is_bot: bot } = data.user;
    const shown = profile?.display_name || profile?.real_name || name;
    const avatar = this.#picture(profile, PICTURES);
    return shown ? { name: shown, isApp: bot === true, avatar } : null;
  }

  #botOf(answer: unknown): Person | null {
    const { data } = botForm.safeParse(answer);
    if (!data?.bot.name) return null;
    return { name: data.bot.name, isApp: true, avatar: this.#picture(data.bot.icons, ICONS) };
  }

  /** Pictures are on hosts for everybody (avatars.slack-edge.com), which https alone is asked of; a simulator has its own. */
  #picture(
    from: Readonly<Record<string, unknown>> | null | undefined,
    sizes: readonly string[],
  ): string | null {
    for (const size of sizes) {
      const text = from?.[size];
      if (typeof text !== "string" || text.length > LONGEST_URL) continue;
      const url = URL.parse(text);
      if (url === null) continue;
      const { protocol, hostname } = this.#api;
      if (url.protocol === "https:" || (url.protocol === protocol && url.hostname === hostname)) return text;
    }
    return null;
  }
}
