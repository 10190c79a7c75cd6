import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import fastify from "fastify";
import { slackEvents } from "../../../bridges/slack/events-route.ts";
import { examineReach } from "../../../bridges/slack/examine-reach.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const now = (): number => Date.now();
const server = fastify();
/** Takes every question for its own. */
const parrot = fastify();
after(() => Promise.all([server.close(), parrot.close()]));

async function found(publicUrl: string | null, signingSecret = SECRET) {
  const open = publicUrl === null ? null : { publicUrl, address: { host: "127.0.0.1", port: 8090 } };
  const [finding] = await examineReach({
    config: { transport: { kind: "http", signingSecret, address: { host: "127.0.0.1", port: 8090 } }, open },
    now,
  });
  assert.equal(finding?.check, "public-url");
  return finding;
}

void describe("a look at the way from Slack to the gateway", async () => {
  await server.register(slackEvents({ doors: () => [], waiting: () => [SECRET], now }));
  const url = await server.listen({ host: "127.0.0.1", port: 0 });

  await it("finds the gateway at the account's public address", async () => {
    const { state, detail } = await found(url);
    assert.deepEqual([state, detail], ["ok", `${url}/slack/events leads to the gateway, seen from here`]);
  });

  await it("finds another one there, or none, and says what must lead where", async () => {
    parrot.post("/slack/events", () => ({ challenge: "mine" }));
    assert.equal((await found(await parrot.listen({ host: "127.0.0.1", port: 0 }))).state, "fault");
    const other = await found(url, "another secret");
    assert.equal(other.state, "fault");
    assert.match(other.detail, /something else answers with HTTP status 401/);
    assert.match(other.remedy ?? "", /127\.0\.0\.1:8090/);
    const away = await found("http://127.0.0.1:1");
    assert.equal(away.state, "fault");
    assert.ok(!away.detail.includes(SECRET));
  });

  await it("has nothing to try without a public address, and none is needed with sockets", async () => {
    assert.equal((await found(null)).state, "ok");
    const config = { transport: { kind: "sockets", appToken: "xapp" }, open: null } as const;
    assert.deepEqual(await examineReach({ config, now }), []);
  });
});
