import assert from "node:assert/strict";
import { it } from "node:test";
import { MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { ping, signOfLife } from "../../../bridges/matrix/ping.ts";

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

const account = { id: "id", url: "https://mimi.example.org" };
/** A homeserver that answers, and says this of its way to the gateway. */
const reaching = (body: Parameters<typeof refusing>[0] | null) => ({
  call: ({ method }: { readonly method: string }) =>
    method === "GET" || body === null ? Promise.resolve({}) : refusing(body).call(),
});

void it("a homeserver gives a sign of life when it answers and reaches the gateway, or does not know the ping", async () => {
  await signOfLife(reaching(null), account);
  await signOfLife(reaching({ errcode: "M_UNRECOGNIZED", error: "no such thing" }), account);
});

void it("a homeserver that does not answer, or answers and does not reach the gateway, gives none", async () => {
  const away = { call: () => Promise.reject(new Error("connect ECONNREFUSED")) };
  await assert.rejects(signOfLife(away, account), { code: "request_timeout" });
  const deaf = reaching({ errcode: "M_CONNECTION_FAILED", error: "ConnectionRefused" });
  await assert.rejects(
    signOfLife(deaf, account),
    /does not reach the gateway at https:\/\/mimi\.example\.org/,
  );
});
