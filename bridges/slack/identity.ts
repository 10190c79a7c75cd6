/** Who the app is in its workspace (auth.test, bots.info). */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { asGatewayError, type ErrorCode, GatewayError } from "../../core/errors.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import type { SlackApi } from "./api.ts";
import { asGatewayFault } from "./refusal.ts";

const TRY_AGAIN_FIRST_MS: Milliseconds = 1_000;
const TRY_AGAIN_MOST_MS: Milliseconds = 60_000;
/** What passes, as a failure of asking Slack who the app is. */
const PASSING: readonly ErrorCode[] = ["request_timeout", "account_down", "delivery_throttled"];

const authForm = z.object({ team_id: z.string(), user_id: z.string(), bot_id: z.string(), url: z.string() });
const botForm = z.object({ bot: z.object({ app_id: z.string() }) });

export interface Identity {
  readonly team: string;
  readonly self: SlackSelf;
  /** The workspace's address, with a slash at the end. */
  readonly workspace: string;
}

/**
 * Waits for a Slack that is away now, which `away` is told. Rejects where Slack does not take the token, as `askIdentity`, and
 * when the signal ends it.
 */
export async function awaitedIdentity(
  api: SlackApi,
  team: string | null,
  { signal, away }: { readonly signal: AbortSignal; readonly away: (error: GatewayError) => void },
): Promise<Identity> {
  for (let wait = TRY_AGAIN_FIRST_MS; ; wait = Math.min(wait * 2, TRY_AGAIN_MOST_MS)) {
    try {
      const identity = await askIdentity(api, team);
      signal.throwIfAborted();
      return identity;
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (!PASSING.includes(error.code) || signal.aborted) throw error;
      away(error);
      await pause(wait, undefined, { signal });
    }
  }
}

/** Throws account_refused for a token that is not a bot's or of another workspace, request_timeout where Slack is away. */
async function askIdentity(api: SlackApi, team: string | null): Promise<Identity> {
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
