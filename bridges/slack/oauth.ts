/**
 * Slack's OAuth v2 (https://docs.slack.dev/authentication/installing-with-oauth) and the rotation of its tokens
 * (https://docs.slack.dev/authentication/using-token-rotation).
 */
import { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import { GatewayError } from "../../core/errors.ts";
import { quietLogger } from "./quiet-logger.ts";
import { asGatewayFault, refusalOf } from "./refusal.ts";

const ANSWER_WITHIN_MS: Milliseconds = 15_000;
/** What Slack says of a token that lives on as it is. */
const NOT_ROTATED = new Set(["token_rotation_not_enabled", "token_already_exchanged", "invalid_token"]);

/** What Slack gives for a code or for a refresh token. */
const grantForm = z.object({
  access_token: z.string(),
  token_type: z.string().nullish(),
  refresh_token: z.string().nullish(),
  /** Seconds. */
  expires_in: z.number().nullish(),
  team: z.object({ id: z.string(), name: z.string().nullish() }).nullish(),
  is_enterprise_install: z.boolean().nullish(),
});

export interface Grant {
  readonly token: string;
  /** null: the token does not end. */
  readonly renewal: { readonly refresh: string; readonly inMs: Milliseconds } | null;
  /** The workspace; null: a whole organisation, or Slack does not say. */
  readonly team: { readonly id: string; readonly name: string } | null;
}

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the Web API is, with a slash at the end. */
  readonly api: string;
}

/** Every method rejects with GatewayError account_refused where Slack says no, request_timeout where it says nothing. */
export class OAuth {
  readonly #options: OAuthOptions;

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  /** Where somebody is asked to let the app in. `team`: the workspace that is offered him first; null: his choice. */
  authorizeUrl(asked: {
    readonly state: string;
    readonly redirect: string;
    readonly scopes: readonly string[];
    readonly team: string | null;
  }): string {
    const { api, clientId } = this.#options;
    const url = new URL("/oauth/v2/authorize", api);
    url.search = new URLSearchParams({
      client_id: clientId,
      scope: asked.scopes.join(","),
      state: asked.state,
      redirect_uri: asked.redirect,
      ...(asked.team !== null && { team: asked.team }),
    }).toString();
    return url.href;
  }

  redeem(code: string, redirect: string): Promise<Grant> {
    return this.#access("oauth.v2.access", { code, redirect_uri: redirect });
  }

  /** The refresh token is good no more when Slack has answered. */
  refresh(token: string): Promise<Grant> {
    return this.#access("oauth.v2.access", { grant_type: "refresh_token", refresh_token: token });
  }

  /** Gives a token that does not end for one that does, where the app has it so; null: it has not. */
  async exchange(token: string): Promise<Grant | null> {
    try {
      return await this.#access("oauth.v2.exchange", { token });
    } catch (thrown) {
      const word = thrown instanceof GatewayError ? refusalOf(thrown.cause) : null;
      if (word !== null && NOT_ROTATED.has(word)) return null;
      throw thrown;
    }
  }

  async #access(method: string, args: Readonly<Record<string, string>>): Promise<Grant> {
    const { clientId, clientSecret } = this.#options;
    const answer = await this.#call(method, { ...args, client_id: clientId, client_secret: clientSecret });
    const { data } = grantForm.safeParse(answer);
    if (!data || (data.token_type ?? "bot") !== "bot")
      throw new GatewayError("account_refused", `${method}: Slack gave no bot token`);
    const { access_token: access, refresh_token: refresh, expires_in: seconds, team } = data;
    const wide = data.is_enterprise_install === true;
    return {
      token: access,
      renewal: refresh && seconds ? { refresh, inMs: seconds * 1_000 } : null,
      team: team && !wide ? { id: team.id, name: team.name ?? team.id } : null,
    };
  }

  async #call(method: string, args: Readonly<Record<string, string>>): Promise<unknown> {
    const client = new WebClient(undefined, {
      slackApiUrl: this.#options.api,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: ANSWER_WITHIN_MS,
      logger: quietLogger,
    });
    try {
      return await client.apiCall(method, { ...args });
    } catch (thrown) {
      const error = asGatewayFault(thrown, method);
      if (error.code !== "request_refused") throw error;
      throw new GatewayError("account_refused", error.detail, { cause: thrown });
    }
  }
}
