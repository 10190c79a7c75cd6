import assert from "node:assert/strict";
import { test } from "node:test";
import { MatrixApi } from "../../../bridges/matrix/api.ts";
import { asDeliveryError } from "../../../bridges/matrix/refusal.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";

void test("a homeserver that does not listen has certainly not been told anything", async () => {
  const [port = 0] = await freePorts(1);
  const told: unknown[] = [];
  const reach = { answered: () => undefined, unanswered: (thrown: unknown) => void told.push(thrown) };
  const config = { homeserver: `http://127.0.0.1:${port}`, asToken: "token" };
  const api = new MatrixApi(config, "@mimi:hs.example", reach);
  await assert.rejects(api.call({ method: "GET", path: "/account/whoami" }), (thrown) => {
    const { certainty, detail } = asDeliveryError(thrown, "whoami");
    assert.equal(certainty, "certain");
    assert.match(detail, /ECONNREFUSED/);
    return true;
  });
  assert.equal(told.length, 1);
});
