/**
 * Slack's Web API as the bridge calls it: one attempt for each call, within the budget. The library's own retries and
 * its waiting at 429 are off: they would repeat posts, and hold up every other channel.
 */
import { setTimeout as pause } from "node:timers/promises";
import { WebClient } from "@slack/web-api";
import type { Milliseconds } from "../../core/bridge.ts";
import type { Pace } from "./limits.ts";
import { quietLogger } from "./quiet-logger.ts";
import { throttledError, throttledFor } from "./refusal.ts";

const ANSWER_WITHIN_MS: Milliseconds = 15_000;
/** A call that has to wait longer than this is refused; whoever made it comes again. */
const WAITS_AT_MOST_MS: Milliseconds = 2_000;

export type Arguments = Readonly<Record<string, unknown>>;

export interface ApiOptions {
  readonly token: string;
  /** Where the Web API is, with a slash at the end. */
  readonly api: string;
  readonly pace: Pace;
}

export class SlackApi {
  readonly #client: WebClient;
  readonly #pace: Pace;

  constructor({ token, api, pace }: ApiOptions) {
    this.#pace = pace;
    this.#client = new WebClient(token, {
      slackApiUrl: api,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: ANSWER_WITHIN_MS,
      logger: quietLogger,
    });
  }

  /**
   * Calls a method once. `patient`: waits for its turn as long as it takes, for what reads in the background. Rejects
   * with the library's errors, or with DeliveryError delivery_throttled where the budget is used up.
   */
  async call(method: string, args: Arguments, patient = false): Promise<unknown> {
    const channel = typeof args["channel"] === "string" ? args["channel"] : null;
    const most = patient ? Number.MAX_SAFE_INTEGER : WAITS_AT_MOST_MS;
    const wait = this.#pace.take(method, channel, most);
    if (wait > most) throw throttledError(method, wait);
    if (wait > 0) await pause(wait);
    try {
      return await this.#client.apiCall(method, { ...args });
    } catch (thrown) {
      const refused = throttledFor(thrown);
      if (refused !== null) this.#pace.refused(method, channel, refused);
      if (refused === null || !patient) throw thrown;
      return this.call(method, args, patient);
    }
  }
}
