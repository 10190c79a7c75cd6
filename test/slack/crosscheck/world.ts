/** The simulator and the independent emulator, each with the same people in it and the app installed by a person. */
import { WebClient } from "@slack/web-api";
import { createEmulator } from "emulate";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { startSlackSimulator } from "../simulator.ts";
import { silent } from "../stage.ts";

const REDIRECT = "https://gateway.test/slack/callback";
const SCOPES = [
  "chat:write",
  "chat:write.customize",
  "channels:read",
  "channels:history",
  "channels:join",
  "channels:write.topic",
  "reactions:read",
  "reactions:write",
  "pins:write",
  "files:read",
  "files:write",
  "users:read",
].join(",");

export interface World {
  readonly client: WebClient;
  /** What oauth.v2.access answered. */
  readonly installed: Readonly<Record<string, unknown>>;
  /** A public channel that the app is not in, and somebody who is not in it either. */
  readonly channel: string;
  readonly person: string;
  /** A new code of an installation, and the app that it is for. */
  readonly code: () => Promise<string>;
  readonly app: { readonly client_id: string; readonly client_secret: string; readonly redirect_uri: string };
  readonly stop: () => Promise<void>;
}

export async function simulated(): Promise<World> {
  const slack = await startSlackSimulator({ limits: "off" });
  const { clientId, clientSecret } = slack.app;
  const app = { client_id: clientId, client_secret: clientSecret, redirect_uri: REDIRECT };
  const code = async (): Promise<string> => {
    const page = `${slack.url}/oauth/v2/authorize?${new URLSearchParams({ ...app, scope: SCOPES }).toString()}`;
    return codeIn(await fetch(page, { redirect: "manual" }));
  };
  const installed = await install(slack.apiUrl, app, await code());
  const client = clientFor(slack.apiUrl, String(installed["access_token"]));
  const around = { app, code, client, installed, stop: () => slack.stop() };
  return { ...around, channel: "C0LAB", person: "U0CAROL" };
}

export async function emulated(): Promise<World> {
  const app = { client_id: "1.2", client_secret: "secret", redirect_uri: REDIRECT };
  const [port = 0] = await freePorts(1);
  const emulator = await createEmulator({
    service: "slack",
    port,
    seed: {
      slack: {
        team: { name: "Simulated Workspace", domain: "simulated" },
        users: [{ name: "alice", real_name: "Alice Liddell", is_admin: true }, { name: "bob" }],
        channels: [{ name: "lab", topic: "Experiments" }],
        oauth_apps: [
          {
            client_id: app.client_id,
            client_secret: app.client_secret,
            name: "mimi-gateway",
            redirect_uris: [REDIRECT],
            scopes: SCOPES.split(","),
          },
        ],
      },
    },
  });
  const api = `${emulator.url}/api/`;
  let person = "";
  const code = async (): Promise<string> => {
    // A page with a button for each person.
    const page = await fetch(
      `${emulator.url}/oauth/v2/authorize?${new URLSearchParams({ ...app, scope: SCOPES }).toString()}`,
    );
    const users = [...(await page.text()).matchAll(/name="user_id" value="([^"]+)"/g)].map(
      ([, id]) => id ?? "",
    );
    person = users.at(-1) ?? "";
    const form = { user_id: users[1] ?? "", redirect_uri: REDIRECT, scope: SCOPES, client_id: app.client_id };
    const body = new URLSearchParams(form);
    return codeIn(
      await fetch(`${emulator.url}/oauth/v2/authorize/callback`, {
        method: "POST",
        body,
        redirect: "manual",
      }),
    );
  };
  const installed = await install(api, app, await code());
  const client = clientFor(api, String(installed["access_token"]));
  const { channels = [] } = await client.conversations.list();
  const channel = channels.find(({ name }) => name === "random")?.id ?? "";
  return { app, code, client, installed, channel, person, stop: () => emulator.close() };
}

function clientFor(slackApiUrl: string, token?: string): WebClient {
  const options = { slackApiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, logger: silent };
  return new WebClient(token, options);
}

async function install(
  api: string,
  app: World["app"],
  code: string,
): Promise<Readonly<Record<string, unknown>>> {
  return { ...(await clientFor(api).oauth.v2.access({ ...app, code })) };
}

function codeIn({ headers }: Response): string {
  return new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
}
