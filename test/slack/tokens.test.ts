import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OauthV2AccessResponse } from "@slack/web-api";
import { clientOf, codeOf, GENERAL, onStage, refusalOf } from "./stage.ts";

void describe("the simulator's tokens", async () => {
  await it("are asked for, known, of the right kind and with the right scopes", async () => {
    await onStage({ scopes: ["chat:write", "channels:read"] }, async ({ slack, client }) => {
      const { team_id, bot_id } = await client.auth.test();
      assert.deepEqual([team_id, bot_id], ["T0SIM", slack.workspace().botId]);
      const call = async (token: string) => codeOf(clientOf(slack, token).auth.test());
      assert.equal(await call("xoxb-unknown"), "invalid_auth");
      assert.equal(await call(slack.app.appToken), "not_allowed_token_type");
      assert.equal(await codeOf(clientOf(slack, "").auth.test()), "not_authed");
      const missing = await refusalOf(client.users.info({ user: "U0BOB" }));
      assert.deepEqual(
        [missing.error, missing["needed"], missing["provided"]],
        ["missing_scope", "users:read", "chat:write,channels:read"],
      );
      const named = client.chat.postMessage({ channel: GENERAL, text: "x", username: "Ann" });
      assert.equal((await refusalOf(named))["needed"], "chat:write.customize");
      assert.equal(await codeOf(client.apiCall("chat.nothing")), "unknown_method");
    });
  });

  await it("come from a code, are renewed by a refresh token that is good once, and end after twelve hours", async () => {
    await onStage({ tokenRotation: true }, async ({ slack }) => {
      const { clientId: client_id, clientSecret: client_secret } = slack.app;
      const nobody = clientOf(slack, "");
      const redirect_uri = "https://gateway.example/slack/oauth";
      const link = new URL("/oauth/v2/authorize", slack.url);
      link.search = new URLSearchParams({
        client_id,
        redirect_uri,
        scope: "chat:write",
        state: "s1",
      }).toString();
      const back = await fetch(link, { redirect: "manual" });
      const location = new URL(back.headers.get("location") ?? "");
      assert.equal(location.searchParams.get("state"), "s1");
      const code = location.searchParams.get("code") ?? "";

      const wrong = { client_id, client_secret: "wrong", code, redirect_uri };
      assert.equal(await codeOf(nobody.oauth.v2.access(wrong)), "bad_client_secret");
      const elsewhere = { client_id, client_secret, code, redirect_uri: "https://other.example/" };
      assert.equal(await codeOf(nobody.oauth.v2.access(elsewhere)), "bad_redirect_uri");
      const first = await nobody.oauth.v2.access({ client_id, client_secret, code, redirect_uri });
      assert.deepEqual([first.team?.id, first.scope, first.expires_in], ["T0SIM", "chat:write", 43_200]);
      const again = nobody.oauth.v2.access({ client_id, client_secret, code, redirect_uri });
      assert.equal(await codeOf(again), "code_already_used");

      const token = first.access_token ?? "";
      assert.equal((await clientOf(slack, token).auth.test()).ok, true);
      slack.clock.advance(43_200_000);
      assert.equal(await codeOf(clientOf(slack, token).auth.test()), "token_expired");

      const refresh_token = first.refresh_token ?? "";
      const renewal = { client_id, client_secret, grant_type: "refresh_token", refresh_token };
      const second: OauthV2AccessResponse = await nobody.apiCall("oauth.v2.access", renewal);
      assert.equal((await clientOf(slack, second.access_token ?? "").auth.test()).ok, true);
      assert.equal(await codeOf(nobody.apiCall("oauth.v2.access", renewal)), "invalid_refresh_token");

      const { token: config } = await nobody.tooling.tokens.rotate({ refresh_token: slack.toolingToken });
      assert.match(config ?? "", /^xoxe\.xoxp-/);
    });
  });

  await it("that do not end are exchanged, once, where the app's tokens end since", async () => {
    await onStage({}, async ({ slack, client }) => {
      const { clientId: client_id, clientSecret: client_secret } = slack.app;
      const exchange = async (token: string): Promise<OauthV2AccessResponse> =>
        clientOf(slack, token).apiCall("oauth.v2.exchange", { client_id, client_secret });
      const old = slack.workspace().botToken;
      assert.equal(await codeOf(exchange(old)), "token_rotation_not_enabled");
      slack.rotateTokens();
      assert.equal(await codeOf(exchange("xoxb-unknown")), "invalid_token");
      const pair = await exchange(old);
      assert.deepEqual([pair.expires_in, pair.team?.id], [43_200, "T0SIM"]);
      assert.match(pair.refresh_token ?? "", /^xoxe-1-/);
      assert.equal(await codeOf(client.auth.test()), "token_revoked");
      assert.equal(await codeOf(exchange(old)), "token_already_exchanged");
      assert.equal(await codeOf(exchange(pair.access_token ?? "")), "invalid_token");
    });
  });

  await it("are given to nobody who comes from elsewhere, asks for too much, or is told no", async () => {
    await onStage({ redirectUrls: ["https://gateway.example"] }, async ({ slack }) => {
      const ask = async (asked: Record<string, string>) => {
        const link = new URL("/oauth/v2/authorize", slack.url);
        const right = {
          client_id: slack.app.clientId,
          redirect_uri: "https://gateway.example/back",
          scope: "chat:write",
        };
        link.search = new URLSearchParams({ ...right, state: "s", ...asked }).toString();
        return fetch(link, { redirect: "manual" });
      };
      for (const wrong of [
        { client_id: "9.9" },
        { redirect_uri: "https://other.example/back" },
        { scope: "chat:write,admin" },
        { team: "T0NOWHERE" },
      ])
        assert.equal((await ask(wrong)).status, 400, JSON.stringify(wrong));
      slack.faults.installsDenied = true;
      const back = new URL((await ask({})).headers.get("location") ?? "");
      assert.equal(back.href, "https://gateway.example/back?error=access_denied&state=s");
    });
  });

  await it("end when they are revoked or the app is removed", async () => {
    await onStage({}, async ({ slack, client }) => {
      assert.equal((await client.auth.revoke()).ok, true);
      assert.equal(await codeOf(client.auth.test()), "token_revoked");
      const other = clientOf(slack, slack.workspace().install());
      slack.workspace().uninstall();
      assert.equal(await codeOf(other.auth.test()), "account_inactive");
      assert.equal(slack.workspace().botToken, "");
    });
  });
});
