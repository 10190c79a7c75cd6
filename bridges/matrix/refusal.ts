/** What a homeserver's refusals mean for a delivery, a look-up, or the account (client-server API, section 2.3). */
import { HTTPError, MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import { type ErrorCode, GatewayError } from "../../core/errors.ts";

/** The registration is not the homeserver's, or not any more. */
const DISOWNED = new Set(["M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"]);
/** Refused before anything was sent. */
const NEVER_LEFT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);
/** What a proxy answers in the place of a homeserver. */
const AWAY = new Set([502, 503, 504]);
const AGAIN_AFTER_MS: Milliseconds = 2_000;
const DISOWNED_WAIT_MS: Milliseconds = 60_000;
const THROTTLED_MS: Milliseconds = 1_000;

/** The homeserver's own word for why it refused (`errcode`); null: it did not answer with one. */
export const refusalOf = (thrown: unknown): string | null =>
  thrown instanceof MatrixError ? (thrown.errcode ?? null) : null;

/** The status of its answer; null: there was none. */
export const statusOf = (thrown: unknown): number | null =>
  thrown instanceof HTTPError ? (thrown.httpStatus ?? null) : null;

/** Whether the homeserver was not reached, or something before it answered in its place. */
export function isUnanswered(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return status === null || (status >= 500 && refusalOf(thrown) === null);
}

/** Whether what was asked for is not there. */
export const isMissing = (thrown: unknown): boolean => refusalOf(thrown) === "M_NOT_FOUND";

/** Whether the right to it is missing. */
export const isForbidden = (thrown: unknown): boolean => refusalOf(thrown) === "M_FORBIDDEN";

const isDisowned = (thrown: unknown): boolean => DISOWNED.has(refusalOf(thrown) ?? "");

/** What a call's failure means for its delivery. */
export function asDeliveryError(thrown: unknown, what: string): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (thrown instanceof GatewayError)
    return new DeliveryError(
      thrown.code,
      thrown.detail,
      { certainty: "certain", retry: "backoff" },
      { cause: thrown },
    );
  const status = statusOf(thrown);
  const refusal = refusalOf(thrown);
  if (status === 429) return throttled(thrown, what);
  if (isDisowned(thrown))
    return new DeliveryError("account_refused", detailOf(thrown, what), certainAfter(DISOWNED_WAIT_MS));
  if (status === null || status >= 500) return unanswered(thrown, what);
  const code: ErrorCode = refusal === "M_FORBIDDEN" ? "delivery_forbidden" : "delivery_refused";
  const verdict = { certainty: "certain", retry: "never" } as const;
  return new DeliveryError(code, detailOf(thrown, what), verdict, { cause: thrown });
}

/** Nothing of the delivery itself has been tried yet. */
export function notSent(error: DeliveryError): DeliveryError {
  if (error.certainty === "certain") return error;
  const { code, detail, retry, afterMs } = error;
  return new DeliveryError(code, detail, { certainty: "certain", retry, afterMs }, { cause: error });
}

/**
 * What it means that the homeserver did not take a file: media_unreachable, as DeliveryError where it may take it later. `status`:
 * of its answer; null: there was none.
 */
export function notStored(thrown: unknown, detail: string, status: number | null): GatewayError {
  const cause = { cause: thrown };
  if (neverLeft(thrown) || (status !== null && AWAY.has(status)))
    return new DeliveryError("account_down", detail, certainAfter(AGAIN_AFTER_MS), cause);
  const passes = status === null || status >= 500 || status === 429;
  return passes
    ? new DeliveryError("media_unreachable", detail, { certainty: "certain", retry: "backoff" }, cause)
    : new GatewayError("media_unreachable", detail, cause);
}

/** What a look-up's failure means: account_refused, request_refused, or request_timeout, after which it may be tried again. */
export function asGatewayFault(thrown: unknown, what: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const status = statusOf(thrown);
  const cause = { cause: thrown };
  if (isDisowned(thrown)) return new GatewayError("account_refused", detailOf(thrown, what), cause);
  const passing = status === null || status >= 500 || status === 429;
  return new GatewayError(passing ? "request_timeout" : "request_refused", detailOf(thrown, what), cause);
}

function throttled(thrown: unknown, what: string): DeliveryError {
  const asked = thrown instanceof HTTPError ? retryAfterOf(thrown) : null;
  const afterMs = asked ?? THROTTLED_MS;
  const detail = `${what} has to wait ${Math.ceil(afterMs / 1_000)} s`;
  return new DeliveryError("delivery_throttled", detail, certainAfter(afterMs));
}

/** The library throws where a header is malformed. */
function retryAfterOf(error: HTTPError): Milliseconds | null {
  try {
    return error.getRetryAfterMs();
  } catch {
    return null;
  }
}

function unanswered(thrown: unknown, what: string): DeliveryError {
  const certainty = neverLeft(thrown) ? "certain" : "unknown";
  return new DeliveryError("account_down", detailOf(thrown, what), {
    certainty,
    retry: "after",
    afterMs: AGAIN_AFTER_MS,
  });
}

function neverLeft(thrown: unknown): boolean {
  for (let at: unknown = thrown; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string" && NEVER_LEFT.has(at.code)) return true;
  return false;
}

const certainAfter = (afterMs: Milliseconds) => ({ certainty: "certain", retry: "after", afterMs }) as const;

function detailOf(thrown: unknown, what: string): string {
  const refusal = refusalOf(thrown);
  if (refusal !== null && thrown instanceof MatrixError)
    return `the homeserver refused ${what}: ${refusal} ${thrown.data.error ?? ""}`.trim() + remedyOf(refusal);
  const status = statusOf(thrown);
  if (status !== null) return `${what} got no answer but HTTP status ${status}`;
  return `${what} got no answer: ${thrown instanceof Error ? reasonOf(thrown) : String(thrown)}`;
}

const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? `${error.message}: ${reasonOf(error.cause)}` : error.message;

const REMEDIES: Readonly<Record<string, string>> = {
  M_UNKNOWN_TOKEN: "; register the gateway: mimi-gateway matrix register",
  M_EXCLUSIVE:
    "; user_prefix or bot is not the one of the registration: make it anew with mimi-gateway matrix register",
};

const remedyOf = (refusal: string): string => REMEDIES[refusal] ?? "";
