import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { GatewayError } from "../../../core/errors.ts";

const account = (keys: Record<string, string>) => ({
  name: "slack",
  ...slackConfigSchema.parse({ token: "xoxb-1", ...keys }),
});

const at = (listen: string) => slackConfig(account({ signing_secret: "s", listen })).transport;

const http = (host: string, port: number) => ({
  kind: "http",
  signingSecret: "s",
  address: { host, port },
});
const install = { client_id: "1.2", client_secret: "s", public_url: "https://mimi.example.org" };
const installed = (keys: Record<string, string>) =>
  slackConfig({ name: "slack", ...slackConfigSchema.parse(keys) });

void describe("a Slack account's configuration", () => {
  void it("takes an app token for Socket Mode", () => {
    const { transport, team, api } = slackConfig(account({ app_token: "xapp-1" }));
    assert.deepEqual(transport, { kind: "sockets", appToken: "xapp-1" });
    assert.equal(team, null);
    assert.equal(api, "https://slack.com/api/");
  });

  void it("takes a signing secret and an address for HTTP", () => {
    assert.deepEqual(at("8090"), http("127.0.0.1", 8090));
    assert.deepEqual(at("[::1]:8090"), http("::1", 8090));
    assert.deepEqual(at("gateway.test:1"), http("gateway.test", 1));
  });

  void it("refuses an account that says no way for its events, or two, and names both", () => {
    const ways: Record<string, string>[] = [
      {},
      { signing_secret: "s" },
      { listen: "8090" },
      { app_token: "xapp-1", signing_secret: "s", listen: "8090" },
    ];
    for (const keys of ways)
      assert.throws(
        () => slackConfig(account(keys)),
        (error) =>
          error instanceof GatewayError &&
          error.code === "config_invalid" &&
          /app_token.*signing_secret/.test(error.detail),
      );
  });

  void it("takes a token, or an app that is installed by a link", () => {
    assert.deepEqual(slackConfig(account({ app_token: "xapp-1" })).access, {
      kind: "token",
      token: "xoxb-1",
    });
    const link = { clientId: "1.2", clientSecret: "s", publicUrl: "https://mimi.example.org" };
    const address = { host: "127.0.0.1", port: 8090 };
    const bySocket = installed({ ...install, app_token: "xapp-1", listen: "8090" });
    assert.deepEqual(bySocket.access, { kind: "install", ...link, address });
    assert.equal(bySocket.transport.kind, "sockets");
    const byHttp = installed({ ...install, signing_secret: "s", listen: "8090" });
    assert.deepEqual([byHttp.access.kind, byHttp.transport.kind], ["install", "http"]);
  });

  void it("refuses an account that says no way in, half of one, or two", () => {
    const ways: Record<string, string>[] = [
      {},
      { ...install, token: "xoxb-1" },
      { ...install, client_secret: "" },
      { token: "xoxb-1", client_id: "1.2" },
    ];
    for (const { client_secret: secret, ...keys } of ways) {
      const written = {
        ...keys,
        ...(secret && { client_secret: secret }),
        signing_secret: "s",
        listen: "8090",
      };
      assert.throws(() => installed(written), /token, or client_id, client_secret, public_url and listen/);
    }
    assert.throws(() => installed({ ...install, app_token: "xapp-1" }), /listen/);
    for (const url of [
      "https://mimi.example.org/",
      "https://mimi.example.org/x",
      "http://mimi.example.org",
      "x",
    ])
      assert.equal(slackConfigSchema.safeParse({ ...install, public_url: url }).success, false, url);
  });

  void it("refuses addresses and workspaces that are none", () => {
    for (const keys of [{ api: "https://slack.com/api" }, { listen: "x:99999" }, { team: "acme" }])
      assert.equal(slackConfigSchema.safeParse({ token: "xoxb-1", ...keys }).success, false);
  });
});
