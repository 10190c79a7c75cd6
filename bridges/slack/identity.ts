/** Who the app is in its workspace (auth.test, bots.info). */
import { z } from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import type { SlackApi } from "./api.ts";
import { asGatewayFault } from "./refusal.ts";

const authForm = z.object({ team_id: z.string(), user_id: z.string(), bot_id: z.string(), url: z.string() });
const botForm = z.object({ bot: z.object({ app_id: z.string() }) });

export interface Identity {
  readonly team: string;
  readonly self: SlackSelf;
  /** The workspace's address, with a slash at the end. */
  readonly workspace: string;
}

/** Throws account_refused for a token that is not a bot's or of another workspace, request_timeout where Slack is away. */
export async function askIdentity(api: SlackApi, team: string | null): Promise<Identity> {
  const auth = authForm.safeParse(await ask(api, "auth.test", {})).data;
  if (!auth)
    throw new GatewayError("account_refused", "the token is not a bot's: copy the Bot User OAuth Token");
  if (team !== null && auth.team_id !== team)
    throw new GatewayError("account_refused", `the token is for workspace ${auth.team_id}, not for ${team}`);
  const { bot } = botForm.parse(await ask(api, "bots.info", { bot: auth.bot_id }));
  const self = { user: auth.user_id, bot: auth.bot_id, app: bot.app_id };
  return { team: auth.team_id, self, workspace: auth.url };
}

async function ask(api: SlackApi, method: string, args: Readonly<Record<string, string>>): Promise<unknown> {
  try {
    return await api.call(method, args, true);
  } catch (thrown) {
    throw asGatewayFault(thrown, method);
  }
}
