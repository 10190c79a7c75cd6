import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HTTPError, MatrixError } from "matrix-js-sdk";
import { ConnectionFailure } from "../../../bridges/matrix/connection.ts";
import { asDeliveryError, asGatewayFault, isUnanswered } from "../../../bridges/matrix/refusal.ts";

const refused = (errcode: string, status: number, headers?: Readonly<Record<string, string>>) =>
  new MatrixError({ errcode, error: "no" }, status, undefined, undefined, new Headers(headers));
const unconnected = (code: string) => new ConnectionFailure(Object.assign(new Error(code), { code }));

const verdictOf = (thrown: unknown) => {
  const { code, certainty, retry, afterMs } = asDeliveryError(thrown, "send");
  return { code, certainty, retry, afterMs };
};

void describe("what a homeserver's refusal means for a delivery", () => {
  void it("is final where the homeserver says no", () => {
    const never = { certainty: "certain", retry: "never", afterMs: 0 };
    assert.deepEqual(verdictOf(refused("M_FORBIDDEN", 403)), { code: "delivery_forbidden", ...never });
    assert.deepEqual(verdictOf(refused("M_TOO_LARGE", 413)), { code: "delivery_refused", ...never });
  });

  void it("is as long a wait as the homeserver asks for", () => {
    const verdict = { code: "delivery_throttled", certainty: "certain", retry: "after" };
    assert.deepEqual(verdictOf(refused("M_LIMIT_EXCEEDED", 429, { "Retry-After": "7" })), {
      ...verdict,
      afterMs: 7_000,
    });
    assert.deepEqual(verdictOf(refused("M_LIMIT_EXCEEDED", 429)), { ...verdict, afterMs: 1_000 });
    assert.deepEqual(verdictOf(refused("M_LIMIT_EXCEEDED", 429, { "Retry-After": "soon" })), {
      ...verdict,
      afterMs: 1_000,
    });
  });

  void it("is no refusal where nobody can say whether it was made", () => {
    for (const thrown of [
      new HTTPError("bad gateway", 502),
      refused("M_UNKNOWN", 500),
      unconnected("ECONNRESET"),
      new SyntaxError("no JSON"),
      new DOMException("timeout", "TimeoutError"),
    ])
      assert.deepEqual(verdictOf(thrown), {
        code: "account_down",
        certainty: "unknown",
        retry: "after",
        afterMs: 2_000,
      });
  });

  void it("is certain where nothing has left", () => {
    for (const code of ["ECONNREFUSED", "ENOTFOUND"])
      assert.equal(asDeliveryError(unconnected(code), "send").certainty, "certain");
  });

  void it("is the account's where the registration is not known", () => {
    const { code, certainty, retry } = verdictOf(refused("M_UNKNOWN_TOKEN", 401));
    assert.deepEqual([code, certainty, retry], ["account_refused", "certain", "after"]);
    assert.match(asDeliveryError(refused("M_UNKNOWN_TOKEN", 401), "send").detail, /matrix register/);
  });
});

void describe("what it means for a look-up", () => {
  void it("is a pause, a no, or the account's end", () => {
    assert.equal(asGatewayFault(unconnected("ECONNRESET"), "messages").code, "request_timeout");
    assert.equal(asGatewayFault(refused("M_LIMIT_EXCEEDED", 429), "messages").code, "request_timeout");
    assert.equal(asGatewayFault(refused("M_FORBIDDEN", 403), "messages").code, "request_refused");
    assert.equal(asGatewayFault(refused("M_MISSING_TOKEN", 401), "messages").code, "account_refused");
  });

  void it("tells a homeserver that is away from one that answers with a fault of its own", () => {
    assert.ok(isUnanswered(unconnected("ECONNREFUSED")) && isUnanswered(new HTTPError("bad gateway", 502)));
    assert.ok(!isUnanswered(refused("M_UNKNOWN", 500)) && !isUnanswered(refused("M_FORBIDDEN", 403)));
  });
});
