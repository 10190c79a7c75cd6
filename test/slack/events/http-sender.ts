/** The Events API over HTTP: signed requests, each with three seconds to be answered. */
import { createHmac } from "node:crypto";
import type { SimulatedClock } from "../clock.ts";
import type { Faults } from "../faults.ts";

/** Slack's reasons for a retry, in X-Slack-Retry-Reason. */
export type FailureReason = "http_timeout" | "http_error" | "connection_failed";

export interface Attempt {
  /** 0: the first. */
  readonly retry: number;
  readonly reason: FailureReason | "timeout" | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The app wants no more retries. */
  readonly noRetry: boolean;
}

/** How long Slack waits for an answer, in milliseconds. */
const PATIENCE = 3_000;

export class HttpSender {
  readonly #secret: string;
  readonly #clock: SimulatedClock;
  readonly #faults: Faults;
  readonly #open = new Set<AbortController>();

  constructor(secret: string, clock: SimulatedClock, faults: Faults) {
    this.#secret = secret;
    this.#clock = clock;
    this.#faults = faults;
  }

  /** Posts JSON, or a form as for commands. Resolves with the answer or with why there is none. */
  async post(
    url: string,
    content: {
      readonly type: "application/json" | "application/x-www-form-urlencoded";
      readonly body: string;
    },
    attempt: Attempt = { retry: 0, reason: null },
  ): Promise<HttpAnswer | "http_timeout" | "connection_failed"> {
    const abort = new AbortController();
    this.#open.add(abort);
    let late = false;
    const calm = this.#clock.after(PATIENCE, () => {
      late = true;
      abort.abort();
    });
    try {
      const headers = { ...this.#signed(content.body), ...retried(attempt), "content-type": content.type };
      const answer = await fetch(url, {
        method: "POST",
        body: content.body,
        headers,
        signal: abort.signal,
        redirect: "manual",
      });
      const body = await answer.text();
      return { status: answer.status, body, noRetry: answer.headers.get("x-slack-no-retry") === "1" };
    } catch {
      return late ? "http_timeout" : "connection_failed";
    } finally {
      calm();
      this.#open.delete(abort);
    }
  }

  stop(): void {
    for (const abort of this.#open) abort.abort();
  }

  /** By the machine's clock, which is the receiver's: see https://docs.slack.dev/authentication/verifying-requests-from-slack/ */
  #signed(body: string): Record<string, string> {
    const seconds = String(Math.floor((Date.now() + this.#faults.signatureSkewMs) / 1_000));
    const secret = this.#faults.forgedSignatures ? "forged" : this.#secret;
    const signature = createHmac("sha256", secret).update(`v0:${seconds}:${body}`).digest("hex");
    return {
      "x-slack-request-timestamp": seconds,
      "x-slack-signature": `v0=${signature}`,
      "user-agent": "Slackbot 1.0 (simulated)",
    };
  }
}

function retried({ retry, reason }: Attempt): Record<string, string> {
  if (retry === 0) return {};
  return { "x-slack-retry-num": String(retry), "x-slack-retry-reason": reason ?? "unknown_error" };
}
