/** Who may say what becomes of a channel: admins and owners of the workspace, and where the operator says so who made it. */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import type { Arguments } from "./api.ts";
import { asGatewayFault, refusalOf } from "./refusal.ts";

const flag = z.boolean().nullish();
const userForm = z.object({
  user: z.object({
    team_id: z.string().nullish(),
    enterprise_user: z.object({ teams: z.array(z.string()).nullish() }).nullish(),
    deleted: flag,
    is_bot: flag,
    is_admin: flag,
    is_owner: flag,
    /** Guests of several channels, and of one. */
    is_restricted: flag,
    is_ultra_restricted: flag,
    /** Of a workspace that shares a channel. */
    is_stranger: flag,
  }),
});
const channelForm = z.object({
  channel: z.object({ is_private: flag, creator: z.string().nullish() }),
});
type User = z.infer<typeof userForm>["user"];

/** Slack knows no such user or channel, or none that the app may see. */
const UNKNOWN = new Set(["user_not_found", "user_not_visible", "users_not_found", "channel_not_found"]);

export interface ManagersOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  readonly team: string;
  /** Whether who made a channel manages it, too. */
  readonly creators: boolean;
}

export class Managers {
  readonly #options: ManagersOptions;

  constructor(options: ManagersOptions) {
    this.#options = options;
  }

  /**
   * Asked anew each time: rights that were taken away end at once. `here`: the channel in which he asks, which he is in. Of
   * another one that is private nobody can say so. Rejects with request_timeout or request_refused where Slack can't be asked.
   */
  async manages(user: string, room: NativeRoom, here: NativeRoom | null): Promise<boolean> {
    const person = userForm.safeParse(await this.#ask("users.info", { user })).data?.user;
    if (!person || !this.#isColleague(person)) return false;
    const leads = person.is_admin === true || person.is_owner === true;
    if (leads && room === here) return true;
    if (!leads && !this.#options.creators) return false;
    const channel = channelForm.safeParse(await this.#ask("conversations.info", { channel: room })).data
      ?.channel;
    if (!channel || (channel.is_private === true && room !== here)) return false;
    return leads || channel.creator === user;
  }

  /** Neither a guest, nor an app, nor somebody of another workspace. */
  #isColleague(person: User): boolean {
    const { team } = this.#options;
    const away = [person.deleted, person.is_bot, person.is_restricted, person.is_ultra_restricted];
    if (away.includes(true) || person.is_stranger === true) return false;
    return person.team_id === team || (person.enterprise_user?.teams ?? []).includes(team);
  }

  async #ask(method: string, args: Arguments): Promise<unknown> {
    try {
      return await this.#options.call(method, args);
    } catch (thrown) {
      if (UNKNOWN.has(refusalOf(thrown) ?? "")) return null;
      throw asGatewayFault(thrown, method);
    }
  }
}
