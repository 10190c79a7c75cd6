/** The page on which a person allows the app; here she does at once, or does not. */
import type { ServerResponse } from "node:http";
import type { CallContext } from "./api/method.ts";
import { ALL_SCOPES } from "./app.ts";

type Context = Pick<CallContext, "app" | "tokens" | "workspaces" | "faults"> & {
  readonly asked: readonly string[];
  /** Null: any will do. */
  readonly redirects: readonly string[] | null;
};

/** Sends the browser back with a code: https://docs.slack.dev/authentication/installing-with-oauth */
export function authorize(target: URL, context: Context, response: ServerResponse): void {
  const { app, tokens, workspaces, faults, asked, redirects } = context;
  const given = target.searchParams;
  const redirect = given.get("redirect_uri");
  const team = given.get("team") ?? [...workspaces.keys()][0] ?? "";
  const scopes = given.get("scope")?.split(",") ?? asked;
  const fault =
    given.get("client_id") !== app.clientId || !workspaces.has(team) || redirect === null
      ? "Something is wrong with this link"
      : redirects !== null && !redirects.some((one) => redirect.startsWith(one))
        ? "redirect_uri did not match any configured URIs"
        : scopes.every((scope) => ALL_SCOPES.includes(scope))
          ? null
          : "Invalid permissions requested";
  if (redirect === null || fault !== null) {
    response.writeHead(400, { "content-type": "text/html" }).end(`<html>${fault ?? ""}</html>`);
    return;
  }
  const back = new URL(redirect);
  if (faults.installsDenied) back.searchParams.set("error", "access_denied");
  else back.searchParams.set("code", tokens.makeCode(team, scopes, redirect));
  const state = given.get("state");
  if (state !== null) back.searchParams.set("state", state);
  response.writeHead(302, { location: back.href }).end();
}
