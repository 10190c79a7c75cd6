/** What Slack's refusals mean for a delivery, a look-up, or the account. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from "@slack/web-api";
import { CLOSED_AGAIN_MS } from "./channel-fate.ts";
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import { type ErrorCode, GatewayError } from "../../core/errors.ts";

/** The token is good no more: nothing of the account works until an operator acts. */
const DISOWNED = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "team_access_not_granted",
]);
/** Slack's words for too much of something, besides status 429; it does not say how long to wait. */
const TOO_MUCH = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);
const TOO_MUCH_WAIT_MS = 30_000;
/** Nothing can be done for the while, whatever is asked: it is no fault of the call. */
const AWAY: Readonly<Record<string, ErrorCode>> = {
  // The workspace moves into an organization, the channel to another workspace.
  team_added_to_org: "account_down",
  org_login_required: "account_down",
  external_channel_migrating: "room_unreachable",
  // Not from this network.
  accesslimited: "account_refused",
};
const AWAY_WAIT_MS = 60_000;
/** Slack does not say whether the call took effect. */
const UNSURE = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout"]);
const FORBIDDEN =
  /^(?:restricted_action|missing_scope$|no_permission$|not_authorized$|method_not_supported|user_is_restricted$|ekm_access_denied$)/;
/** Statuses that are about the request itself: it has the wrong form, or is too long for something on the way. */
const UNFIT = new Set([400, 413, 431]);
/** Refused before anything was sent. */
const NEVER_LEFT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);
const DISOWNED_WAIT_MS = 60_000;

/** Slack's own word for why it refused (the `error` of its answer); null: it did not answer with one. */
export function refusalOf(thrown: unknown): string | null {
  return thrown instanceof WebAPIPlatformError ? thrown.data.error : null;
}

/** How long Slack asked to wait; null: it did not. */
export function throttledFor(thrown: unknown): Milliseconds | null {
  return thrown instanceof WebAPIRateLimitedError ? thrown.retryAfter * 1_000 : null;
}

/** Whether Slack has taken the account's rights away, or never knew them. */
export const isDisowned = (thrown: unknown): boolean => DISOWNED.has(refusalOf(thrown) ?? "");

/** What a call's failure means for its delivery. */
export function asDeliveryError(thrown: unknown, method: string): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  const throttled = throttledFor(thrown);
  if (throttled !== null) return throttledError(method, throttled);
  const refusal = refusalOf(thrown);
  if (refusal === null) return unanswered(thrown, method);
  const detail = `Slack refused ${method}: ${refusal}${remedyOf(refusal)}`;
  if (DISOWNED.has(refusal))
    return new DeliveryError("account_refused", detail, {
      certainty: "certain",
      retry: "after",
      afterMs: DISOWNED_WAIT_MS,
    });
  if (TOO_MUCH.has(refusal)) return throttledError(method, TOO_MUCH_WAIT_MS);
  const away = AWAY[refusal];
  if (away !== undefined)
    return new DeliveryError(away, detail, { certainty: "certain", retry: "after", afterMs: AWAY_WAIT_MS });
  if (UNSURE.has(refusal))
    return new DeliveryError("delivery_unclear", detail, { certainty: "unknown", retry: "backoff" });
  const code: ErrorCode = FORBIDDEN.test(refusal) ? "delivery_forbidden" : "delivery_refused";
  return new DeliveryError(code, detail, { certainty: "certain", retry: "never" }, { cause: thrown });
}

export function throttledError(method: string, afterMs: Milliseconds): DeliveryError {
  const verdict = { certainty: "certain", retry: "after", afterMs } as const;
  return new DeliveryError(
    "delivery_throttled",
    `${method} has to wait ${Math.ceil(afterMs / 1_000)} s`,
    verdict,
  );
}

/** Nothing can be done in the channel until somebody acts: what is for it waits, and costs no calls. */
export function closedError(
  detail: string,
  afterMs: Milliseconds = CLOSED_AGAIN_MS,
  certainty: DeliveryError["certainty"] = "certain",
): DeliveryError {
  return new DeliveryError("room_unreachable", detail, { certainty, retry: "after", afterMs });
}

/** The same for what is worth nothing later: it is dropped. */
export function closedToLines(detail: string): DeliveryError {
  return new DeliveryError("room_unreachable", detail, { certainty: "certain", retry: "never" });
}

/** What a look-up's failure means: account_refused, request_refused, or request_timeout, after which it may be tried again. */
export function asGatewayFault(thrown: unknown, method: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const refusal = refusalOf(thrown);
  const detail =
    refusal === null ? `${method}: ${reasonOf(thrown)}` : `${method}: ${refusal}${remedyOf(refusal)}`;
  const cause = { cause: thrown };
  if (isDisowned(thrown)) return new GatewayError("account_refused", detail, cause);
  if (refusal !== null && !passes(refusal)) return new GatewayError("request_refused", detail, cause);
  return new GatewayError("request_timeout", detail, cause);
}

const passes = (refusal: string): boolean =>
  UNSURE.has(refusal) || TOO_MUCH.has(refusal) || AWAY[refusal] !== undefined;

function unanswered(thrown: unknown, method: string): DeliveryError {
  const detail = `${method} got no answer: ${reasonOf(thrown)}`;
  const sent = !(thrown instanceof WebAPIRequestError && NEVER_LEFT.has(codeOf(thrown.original)));
  const status = thrown instanceof WebAPIHTTPError ? thrown.statusCode : null;
  if (status !== null && UNFIT.has(status))
    return new DeliveryError("delivery_refused", detail, { certainty: "certain", retry: "backoff" });
  const taken = sent && (status === null || status >= 500);
  return new DeliveryError("account_down", detail, {
    certainty: taken ? "unknown" : "certain",
    retry: "after",
    afterMs: 2_000,
  });
}

function codeOf(error: Error): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string" && NEVER_LEFT.has(at.code)) return at.code;
  return "";
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof WebAPIHTTPError) return `HTTP status ${String(thrown.statusCode)}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const REMEDIES: Readonly<Record<string, string>> = {
  not_in_channel: "; invite the app into the channel: /invite",
  channel_not_found: "; there is no such channel, or it is private and the app not in it: /invite",
  is_archived: "; the channel is archived",
  accesslimited:
    "; the workspace takes calls from other networks only: its administrators can allow this one",
  missing_scope:
    "; the app lacks a scope: compare it with `mimi-gateway slack manifest` and install it again",
  invalid_auth: "; the token is not good: copy it again from the app's page",
  token_revoked: "; the app was taken out of the workspace: install it again",
  account_inactive: "; the app was taken out of the workspace: install it again",
  token_expired: "; the app's tokens end: let it be installed by a link, or turn token rotation off",
  invalid_refresh_token: "; the token was renewed without the gateway keeping the new one, or revoked",
  bad_client_secret: "; client_secret is not the app's",
  invalid_client_id: "; client_id is not the app's",
};

const remedyOf = (refusal: string): string => REMEDIES[refusal] ?? "";
