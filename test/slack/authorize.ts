/** The page on which a person allows the app; here she always does, at once. */
import type { ServerResponse } from "node:http";
import type { CallContext } from "./api/method.ts";

/** Sends the browser back with a code: https://docs.slack.dev/authentication/installing-with-oauth */
export function authorize(
  target: URL,
  { app, tokens, workspaces }: Pick<CallContext, "app" | "tokens" | "workspaces">,
  asked: readonly string[],
  response: ServerResponse,
): void {
  const given = target.searchParams;
  const redirect = given.get("redirect_uri");
  const team = given.get("team") ?? [...workspaces.keys()][0] ?? "";
  if (given.get("client_id") !== app.clientId || !workspaces.has(team) || redirect === null) {
    response
      .writeHead(400, { "content-type": "text/html" })
      .end("<html>Something is wrong with this link</html>");
    return;
  }
  const scopes = given.get("scope")?.split(",") ?? asked;
  const back = new URL(redirect);
  back.searchParams.set("code", tokens.makeCode(team, scopes, redirect));
  const state = given.get("state");
  if (state !== null) back.searchParams.set("state", state);
  response.writeHead(302, { location: back.href }).end();
}
