/**
 * The simulator's answers in the published types of @slack/web-api: each is written down here as a value of its type,
 * which the compiler checks, and the simulator must give just that.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type {
  AuthTestResponse,
  BotsInfoResponse,
  ConversationsInfoResponse,
  OauthV2AccessResponse,
  UsersInfoResponse,
} from "@slack/web-api";
import { onStage } from "../stage.ts";
import { answerTo } from "./answers.ts";

void describe("the simulator's answers in the published types", async () => {
  await it("who the app is, and who others are", async () => {
    await onStage({}, async (stage) => {
      const auth: AuthTestResponse = {
        ok: true,
        url: "https://simulated.slack.com/",
        team: "Simulated Workspace",
        user: "mimi-gateway",
        team_id: "T0SIM",
        user_id: "U0BOT0SIM",
        bot_id: "B0BOT0SIM",
        is_enterprise_install: false,
      };
      assert.deepEqual(await answerTo(stage, "auth.test"), auth);
      const bot: BotsInfoResponse = {
        ok: true,
        bot: {
          id: "B0BOT0SIM",
          deleted: false,
          name: "mimi-gateway",
          updated: 1_700_000_000,
          app_id: "A0SIMULATOR",
          user_id: "U0BOT0SIM",
          icons: {},
        },
      };
      assert.deepEqual(await answerTo(stage, "bots.info", { bot: "B0BOT0SIM" }), bot);
      const user: UsersInfoResponse = {
        ok: true,
        user: {
          id: "U0BOB",
          team_id: "T0SIM",
          name: "bob",
          real_name: "Bob Ross",
          deleted: false,
          is_admin: false,
          is_owner: false,
          is_primary_owner: false,
          is_restricted: false,
          is_ultra_restricted: false,
          is_bot: false,
          is_app_user: false,
          updated: 1_790_000_000,
          tz: "Etc/UTC",
          profile: {
            real_name: "Bob Ross",
            real_name_normalized: "Bob Ross",
            display_name: "Bobby",
            display_name_normalized: "Bobby",
            team: "T0SIM",
          },
        },
      };
      assert.deepEqual(await answerTo(stage, "users.info", { user: "U0BOB" }), user);
    });
  });

  await it("a channel", async () => {
    await onStage({}, async (stage) => {
      const info: ConversationsInfoResponse = {
        ok: true,
        channel: {
          id: "C0LAB",
          name: "lab",
          name_normalized: "lab",
          is_channel: true,
          is_group: false,
          is_im: false,
          is_mpim: false,
          is_private: false,
          is_general: false,
          is_archived: false,
          is_member: false,
          is_shared: false,
          is_ext_shared: false,
          is_org_shared: false,
          is_pending_ext_shared: false,
          created: 1_790_000_000,
          creator: "U0ALICE",
          context_team_id: "T0SIM",
          topic: { value: "Experiments", creator: "U0ALICE", last_set: 1_790_000_000 },
          purpose: { value: "", creator: "", last_set: 0 },
          previous_names: [],
        },
      };
      assert.deepEqual(await answerTo(stage, "conversations.info", { channel: "C0LAB" }), info);
    });
  });

  await it("an installation", async () => {
    await onStage({}, async (stage) => {
      const { slack } = stage;
      const redirect = "https://gateway.test/slack/callback";
      const page = new URL(`${slack.url}/oauth/v2/authorize`);
      page.search = new URLSearchParams({
        client_id: slack.app.clientId,
        scope: "chat:write",
        redirect_uri: redirect,
      }).toString();
      const { headers } = await fetch(page, { redirect: "manual" });
      const code = new URL(headers.get("location") ?? "").searchParams.get("code");
      const answer = await answerTo(stage, "oauth.v2.access", {
        client_id: slack.app.clientId,
        client_secret: slack.app.clientSecret,
        redirect_uri: redirect,
        code,
      });
      const typed: OauthV2AccessResponse = {
        ok: true,
        access_token: slack.workspace().botToken,
        token_type: "bot",
        scope: "chat:write",
        bot_user_id: "U0BOT0SIM",
        app_id: "A0SIMULATOR",
        team: { id: "T0SIM", name: "Simulated Workspace" },
        is_enterprise_install: false,
        authed_user: { id: "U0ALICE" },
      };
      // Slack gives null there, which the type does not know.
      assert.deepEqual(answer, { ...typed, enterprise: null });
    });
  });
});
