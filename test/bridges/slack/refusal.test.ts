/** What Slack's refusals mean: whether the call was made, and whether it is made again. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";
import { asDeliveryError, asGatewayFault } from "../../../bridges/slack/refusal.ts";

const refused = (error: string) => new WebAPIPlatformError({ ok: false, error });

/** As `certainty retry`, with the wait where there is one. */
function verdict(thrown: unknown, method = "chat.postMessage"): string {
  const { certainty, retry, afterMs } = asDeliveryError(thrown, method);
  return retry === "after" ? `${certainty} after ${afterMs}` : `${certainty} ${retry}`;
}

void describe("a refused call", () => {
  void it("of somebody who may not do it, or of what can't be, is not made again", () => {
    for (const error of [
      "restricted_action",
      "restricted_action_read_only_channel",
      "msg_too_long",
      "msg_blocks_too_long",
      "invalid_blocks",
      "metadata_too_large",
      "cannot_reply_to_message",
      "thread_locked",
      "too_many_reactions",
      "too_many_emoji",
      "invalid_name",
      "not_pinnable",
      "message_not_found",
      "compliance_exports_prevent_deletion",
      "cant_delete_message",
      "name_taken",
      "file_uploads_disabled",
      "storage_limit_reached",
      "user_is_restricted",
      "method_not_supported_for_channel_type",
    ])
      assert.equal(verdict(refused(error)), "certain never", error);
  });

  void it("is made again where too much was said, in Slack's other words for that", () => {
    for (const error of ["ratelimited", "rate_limited", "message_limit_exceeded"]) {
      assert.equal(verdict(refused(error)), "certain after 30000", error);
      assert.equal(asDeliveryError(refused(error), "chat.postMessage").code, "delivery_throttled");
    }
    assert.equal(verdict(new WebAPIRateLimitedError(7)), "certain after 7000");
  });

  void it("waits while the workspace, the channel or the network is not to be had", () => {
    for (const error of [
      "team_added_to_org",
      "org_login_required",
      "external_channel_migrating",
      "accesslimited",
      "invalid_auth",
      "token_revoked",
      "account_inactive",
    ])
      assert.equal(verdict(refused(error)), "certain after 60000", error);
  });

  void it("may have been made where Slack has broken", () => {
    for (const error of ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
      assert.equal(verdict(refused(error)), "unknown backoff", error);
    assert.equal(verdict(httpError(502)), "unknown after 2000");
  });

  void it("that something on the way does not let through was not made; one that is no request to it is not tried for ever", () => {
    for (const status of [403, 404, 407]) assert.equal(verdict(httpError(status)), "certain after 2000");
    for (const status of [400, 413, 431]) assert.equal(verdict(httpError(status)), "certain backoff");
  });
});

void it("a look-up is asked again where what refused it passes", () => {
  const codes = ["ratelimited", "team_added_to_org", "internal_error", "user_not_found", "invalid_auth"].map(
    (error) => asGatewayFault(refused(error), "users.info").code,
  );
  assert.deepEqual(codes, [
    "request_timeout",
    "request_timeout",
    "request_timeout",
    "request_refused",
    "account_refused",
  ]);
});

function httpError(status: number): WebAPIHTTPError {
  return new WebAPIHTTPError(status, "status", {}, "");
}
