import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { GatewayError } from "../../../core/errors.ts";

const account = (keys: Record<string, string>) => ({
  name: "slack",
  ...slackConfigSchema.parse({ token: "xoxb-1", ...keys }),
});

const at = (listen: string) => slackConfig(account({ signing_secret: "s", listen })).transport;

void describe("a Slack account's configuration", () => {
  void it("takes an app token for Socket Mode", () => {
    const { transport, team, api } = slackConfig(account({ app_token: "xapp-1" }));
    assert.deepEqual(transport, { kind: "sockets", appToken: "xapp-1" });
    assert.equal(team, null);
    assert.equal(api, "https://slack.com/api/");
  });

  void it("takes a signing secret and an address for HTTP", () => {
    const http = { kind: "http", signingSecret: "s" };
    assert.deepEqual(at("8090"), { ...http, host: "127.0.0.1", port: 8090 });
    assert.deepEqual(at("[::1]:8090"), { ...http, host: "::1", port: 8090 });
    assert.deepEqual(at("gateway.test:1"), { ...http, host: "gateway.test", port: 1 });
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

  void it("refuses addresses and workspaces that are none", () => {
    for (const keys of [{ api: "https://slack.com/api" }, { listen: "x:99999" }, { team: "acme" }])
      assert.equal(slackConfigSchema.safeParse({ token: "xoxb-1", ...keys }).success, false);
  });
});
