import assert from "node:assert/strict";
import { it } from "node:test";
import { MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { ping } from "../../../bridges/matrix/ping.ts";

const refusing = (body: { readonly errcode: string; readonly error: string; readonly status?: number }) => ({
  call: () => Promise.reject(new MatrixError(body, 502)),
});

void it("a ping has reached the gateway where Synapse only stumbles over what it hands over already", async () => {
  for (const error of [
    "AlreadyCalled: Tried to cancel an already-called event.",
    // By the ping before this one.
    "AlreadyCancelled: Tried to cancel an already-cancelled event.",
  ])
    assert.ok((await ping(refusing({ errcode: "M_CONNECTION_FAILED", error }), "id")).reached);
});

void it("a ping that does not arrive says why, and which status the homeserver got", async () => {
  const lost = await ping(refusing({ errcode: "M_CONNECTION_FAILED", error: "ConnectionRefused" }), "id");
  assert.deepEqual([lost.reached, lost.code, lost.status], [false, "M_CONNECTION_FAILED", null]);
  const refused = await ping(refusing({ errcode: "M_BAD_STATUS", error: "HTTP 403", status: 403 }), "id");
  assert.deepEqual([refused.reached, refused.code, refused.status], [false, "M_BAD_STATUS", 403]);
});
