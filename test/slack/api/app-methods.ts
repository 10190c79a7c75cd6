/** What concerns the app itself: installation, tokens, Socket Mode. */
import { Refusal } from "../state/refusal.ts";
import {
  type Answer,
  type Arguments,
  bot,
  type CallContext,
  flag,
  type Methods,
  required,
  text,
} from "./method.ts";
import type { Grant } from "./tokens.ts";

export const appMethods: Methods = {
  "api.test": {
    by: "nobody",
    tier: "t4",
    json: true,
    run: (_call, given) => {
      const error = text(given, "error");
      if (error !== null) throw new Refusal(error, { args: given });
      return { args: given };
    },
  },
  "apps.connections.open": {
    by: "app",
    tier: "t3",
    json: true,
    run: ({ app, events }) => {
      // With an events URL the switch for Socket Mode is off in the app's settings.
      if (events.url !== null) throw new Refusal("forbidden_team");
      const base = app.url.replace(/^http/, "ws");
      return { url: `${base}/link/?ticket=${events.sockets.ticket()}&app_id=${app.id}` };
    },
  },
  "auth.revoke": bot("t3", false, [], ({ workspace, token, tokens }, given) => {
    if (flag(given, "test")) return { revoked: false };
    // The last token's end is the installation's end, which the app is not told of where it asked for it itself.
    token.ended = "token_revoked";
    if (tokens.botOf(workspace.id) === null) tokens.end(workspace.id, "account_inactive");
    return { revoked: true };
  }),
  "apps.uninstall": bot("t1", false, [], (call, given) => {
    checkApp(call, given);
    call.uninstall(call.workspace);
    return {};
  }),
  "oauth.v2.access": { by: "nobody", tier: "special", json: false, run: access },
  "oauth.v2.exchange": {
    by: "nobody",
    tier: "t3",
    json: false,
    run: (call, given) => {
      if (call.shown === null) throw new Refusal("not_authed");
      checkApp(call, given);
      return granted(call, call.tokens.exchange(call.shown));
    },
  },
  "tooling.tokens.rotate": {
    by: "nobody",
    tier: "special",
    json: false,
    run: ({ app, tokens, workspaces }, given) => {
      const made = tokens.rotateTooling(required(given, "refresh_token"));
      const issued = [...workspaces.values()][0]?.seconds() ?? 0;
      const team = [...workspaces.keys()][0] ?? "";
      return {
        token: made.token,
        refresh_token: made.refresh,
        team_id: team,
        user_id: app.id,
        iat: issued,
        exp: issued + 43_200,
      };
    },
  },
};

/** A code for a token, or a refresh token for a new one: https://docs.slack.dev/authentication/using-token-rotation */
function access(call: CallContext, given: Arguments): Answer {
  checkApp(call, given);
  const kind = text(given, "grant_type") ?? "authorization_code";
  if (kind !== "authorization_code" && kind !== "refresh_token") throw new Refusal("invalid_grant_type");
  const grant =
    kind === "refresh_token"
      ? call.tokens.refresh(text(given, "refresh_token") ?? "")
      : call.tokens.redeem(text(given, "code") ?? "", text(given, "redirect_uri"));
  return granted(call, grant);
}

function granted(call: CallContext, { token, refresh }: Grant): Answer {
  const workspace = call.workspaces.get(token.team ?? "");
  if (workspace === undefined) throw new Refusal("invalid_code");
  const installer = [...workspace.users.values()].find(({ isBot }) => !isBot);
  return {
    access_token: token.text,
    token_type: "bot",
    scope: token.scopes.join(","),
    bot_user_id: workspace.bot.user,
    app_id: call.app.id,
    team: { id: workspace.id, name: workspace.name },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: { id: installer?.id ?? "USLACKBOT" },
    ...(refresh !== null && { refresh_token: refresh, expires_in: 43_200 }),
  };
}

/** Throws invalid_client_id or bad_client_secret. */
function checkApp(call: CallContext, given: Arguments): void {
  const id = call.basic?.id ?? text(given, "client_id");
  const secret = call.basic?.secret ?? text(given, "client_secret");
  if (id !== call.app.clientId) throw new Refusal("invalid_client_id");
  if (secret !== call.app.clientSecret) throw new Refusal("bad_client_secret");
}
