/** The people of a workspace, as users.info and bots.info name them; remembered for an hour. */
import { z } from "zod";
import type { Milliseconds } from "../../core/bridge.ts";
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
    is_admin: z.boolean().nullish(),
    is_owner: z.boolean().nullish(),
    profile: z.object({ display_name: words, real_name: words }).nullish(),
  }),
});
const botForm = z.object({ bot: z.object({ name: words }) });

export interface Person {
  readonly name: string;
  /** Whether he is an admin or owner of the workspace. */
  readonly manages: boolean;
}

export class People {
  readonly #call: (method: string, args: Arguments) => Promise<unknown>;
  readonly #known = new Map<string, { readonly person: Person | null; readonly until: Milliseconds }>();

  constructor(call: (method: string, args: Arguments) => Promise<unknown>) {
    this.#call = call;
  }

  /** null: Slack does not say who that is. Rejects with request_timeout where it can't be asked now. */
  async find(id: string): Promise<Person | null> {
    const known = this.#known.get(id);
    if (known && known.until > performance.now()) return known.person;
    const person = await this.#ask(id);
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(id, { person, until: performance.now() + REMEMBERED_FOR_MS });
    return person;
  }

  /** A profile has changed: the next look asks again. */
  forget(id: string): void {
    this.#known.delete(id);
  }

  async #ask(id: string): Promise<Person | null> {
    const bot = id.startsWith("B");
    const method = bot ? "bots.info" : "users.info";
    try {
      const answer = await this.#call(method, bot ? { bot: id } : { user: id });
      return bot ? botOf(answer) : userOf(answer);
    } catch (thrown) {
      if (STRANGERS.has(refusalOf(thrown) ?? "")) return null;
      throw asGatewayFault(thrown, method);
    }
  }
}

function userOf(answer: unknown): Person | null {
  const { data } = userForm.safeParse(answer);
  if (!data) return null;
  const { name, profile, is_admin: admin, is_owner: owner } = data.user;
  const shown = profile?.display_name || profile?.real_name || name;
  return shown ? { name: shown, manages: admin === true || owner === true } : null;
}

function botOf(answer: unknown): Person | null {
  const name = botForm.safeParse(answer).data?.bot.name;
  return name ? { name, manages: false } : null;
}
