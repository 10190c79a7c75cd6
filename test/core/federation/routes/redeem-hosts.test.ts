/** Whose gateway somebody may say he is who redeems a code, and where that is looked up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../../../support/servers.ts";
import { CodeStage, wellKnownOf } from "../code-stage.ts";
import { domain, newSigner, serveOdd } from "../two-gateways.ts";

const folder = temporaryFolder("redeem-hosts");

void test("a well-known is not fetched from this machine, a private network, or along a redirect", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { secret } = await stage.code({ uses: 9 });
  const signer = newSigner();
  const reached: string[] = [];
  const elsewhere = await serveOdd(t, (request, response) => {
    reached.push(request.url ?? "");
    response.end("{}");
  });
  const turning = await serveOdd(t, (_request, response) => {
    response.writeHead(302, { location: `${elsewhere}/.well-known/mtp` }).end();
  });
  stage.internet.places.set("https://turning.example", turning);
  for (const base of ["turning.example", "localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254"]) {
    const answer = await stage.redeem(base, signer, secret, { endpoint: "https://mtp.x.example" });
    assert.deepEqual([base, answer.code], [base, "not_found"]);
  }
  assert.deepEqual(reached, []);
  const [row] = await stage.sample.sql("select uses_left from code");
  assert.equal(row?.["uses_left"], 9);
});

void test("a host beside the base domain counts only if its own well-known says so, and for one peer alone", async (t) => {
  const stage = await CodeStage.start(t, folder);
  const { secret } = await stage.code({ uses: 9 });
  const [honest, rival] = [newSigner(), newSigner()];
  const hosts = [domain("chat.example")];
  await stage.publish(t, wellKnownOf("b.example", honest, { hosts }));
  await stage.publish(t, wellKnownOf("b.example", honest, { hosts }), "chat.example");
  await stage.publish(t, wellKnownOf("rival.example", rival, { hosts }));
  const redeem = async (base: string, signer: typeof honest, as: string) =>
    (await stage.redeem(base, signer, secret, { as })).status;
  assert.equal(await redeem("rival.example", rival, "chat.example"), 404, "it names another gateway");
  assert.equal(await redeem("b.example", honest, "chat.example"), 200);
  assert.equal(await redeem("b.example", honest, "notb.example"), 404, "no dot before the base domain");
  assert.equal(await redeem("b.example", honest, "deep.down.b.example"), 200);
  await stage.publish(t, wellKnownOf("rival.example", rival, { hosts }), "chat.example");
  stage.both.now += 120_000;
  const later = (await stage.code()).secret;
  assert.equal(
    (await stage.redeem("rival.example", rival, later, { as: "chat.example" })).status,
    404,
    "who came first keeps it",
  );
});
