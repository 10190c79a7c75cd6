import assert from "node:assert/strict";
import { test } from "node:test";
import { hashSecret, makeCode, parseCode } from "../../../../core/federation/wire/code-text.ts";
import { domain, newSigner } from "../two-gateways.ts";

void test("a code's text is taken apart as it was put together, and nothing else is one", () => {
  const secret = Buffer.alloc(16, 1).toString("base64url");
  const kid = newSigner().kid;
  const text = `mtp1:gw-a.example:${kid}:${secret}`;
  assert.deepEqual(parseCode(` ${text}\n`), { base: "gw-a.example", kid, secret });
  for (const wrong of [
    "",
    `mtp2:gw-a.example:${kid}:${secret}`,
    `mtp1:GW.example:${kid}:${secret}`,
    `mtp1:gw-a.example:${kid}x:${secret}`,
    `mtp1:gw-a.example:${kid}:${secret}=`,
    `mtp1:gw-a.example:${kid}:${secret.slice(0, -1)}B`,
    `${text}:more`,
  ])
    assert.equal(parseCode(wrong), null, wrong);
  const made = makeCode(domain("gw-a.example"), kid);
  const parsed = parseCode(made.text);
  assert.equal(hashSecret(parsed?.secret ?? ""), made.hash);
  assert.notEqual(makeCode(domain("gw-a.example"), kid).hash, made.hash);
  assert.match(hashSecret(secret), /^[0-9a-f]{64}$/);
});
