/**
 * Slack's Web API as the bridge calls it: one attempt for each call, within the budget. The library's own retries and
 * its waiting at 429 are off: they would repeat posts, and hold up every other channel.
 */
import { setTimeout as pause } from "node:timers/promises";
import { WebClient } from "@slack/web-api";
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { Credentials } from "./credentials.ts";
import type { Pace } from "./limits.ts";
import { quietLogger } from "./quiet-logger.ts";
import { asGatewayFault, isDisowned, refusalOf, throttledError, throttledFor } from "./refusal.ts";
import type { TokenWatch } from "./token-watch.ts";

const ANSWER_WITHIN_MS: Milliseconds = 15_000;
/** A call that has to wait longer than this is refused; whoever made it comes again. */
const WAITS_AT_MOST_MS: Milliseconds = 2_000;

export type Arguments = Readonly<Record<string, unknown>>;

export interface ApiOptions {
  readonly credentials: Credentials;
  /** Told whether the token is taken. */
  readonly watch: Pick<TokenWatch, "refused" | "worked">;
  /** Where the Web API is, with a slash at the end. */
  readonly api: string;
  readonly pace: Pace;
}

export class SlackApi {
  readonly #options: ApiOptions;
  #client: { readonly token: string; readonly web: WebClient } | null = null;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /**
   * Calls a method once. `patient`: waits for its turn as long as it takes, for what reads in the background. Rejects
   * with the library's errors, or with DeliveryError delivery_throttled where the budget is used up.
   */
  async call(method: string, args: Arguments, patient = false): Promise<unknown> {
    const { pace } = this.#options;
    const channel = typeof args["channel"] === "string" ? args["channel"] : null;
    const most = patient ? Number.MAX_SAFE_INTEGER : WAITS_AT_MOST_MS;
    const wait = await pace.take(method, channel, most);
    if (wait > most) throw throttledError(method, wait);
    if (wait > 0) await pause(wait);
    try {
      return await this.#ask(method, args);
    } catch (thrown) {
      const refused = throttledFor(thrown);
      if (refused !== null) await pace.refused(method, channel, refused);
      if (refused === null || !patient) throw thrown;
      return this.call(method, args, patient);
    }
  }

  /** A token that Slack does not take was not used for anything: with another one the call is made again, once. */
  async #ask(method: string, args: Arguments): Promise<unknown> {
    const { credentials, watch } = this.#options;
    try {
      const token = await credentials.token();
      const answer = await this.#with(token, method, args).catch(async (thrown: unknown) => {
        const why = isDisowned(thrown) ? refusalOf(thrown) : null;
        const instead = why === null ? null : await credentials.instead(token, why);
        if (instead === null) throw thrown;
        return this.#with(instead, method, args);
      });
      watch.worked();
      return answer;
    } catch (thrown) {
      if (isDisowned(thrown)) {
        const { detail } = asGatewayFault(thrown, method);
        const remedy = credentials.remedy === null ? "" : `; ${credentials.remedy}`;
        watch.refused(new GatewayError("account_refused", `${detail}${remedy}`));
      } else if (thrown instanceof DeliveryError && thrown.code === "account_refused") watch.refused(thrown);
      throw thrown;
    }
  }

  #with(token: string, method: string, args: Arguments): Promise<unknown> {
    const { api } = this.#options;
    if (this.#client?.token !== token) {
      const web = new WebClient(token, {
        slackApiUrl: api,
        allowAbsoluteUrls: false,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: ANSWER_WITHIN_MS,
        logger: quietLogger,
      });
      this.#client = { token, web };
    }
    return this.#client.web.apiCall(method, { ...args });
  }
}
