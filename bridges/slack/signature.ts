/** Slack's signature of a request (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Milliseconds } from "../../core/time.ts";

/** Older requests may have been recorded and sent again. */
const OLDEST_S = 300;

export interface SignedRequest {
  /** The body as it came, byte for byte. */
  readonly body: Buffer;
  readonly signature: string;
  readonly timestamp: string;
}

/** Whether Slack has signed the request, within the last five minutes. */
export function isSigned(
  { body, signature, timestamp }: SignedRequest,
  secret: string,
  now: Milliseconds,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1_000 - Number(timestamp)) > OLDEST_S) return false;
  const [given, wanted] = [Buffer.from(signature), Buffer.from(signatureOf(body, timestamp, secret))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** What Slack signs such a request with, and how. */
export function signatureOf(body: Buffer, timestamp: string, secret: string): string {
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  return `v0=${digest}`;
}
