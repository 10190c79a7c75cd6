/** How a Slack account is set up: what is asked, and the manifest of its app. */
import { z } from "zod";
import type { Answers, PlatformSetup } from "../../core/setup/platform-setup.ts";
import { EVENTS_PATH } from "./events-route.ts";
import { CALLBACK_PATH } from "./install-routes.ts";
import { manifestYaml } from "./manifest.ts";

const APP_NAME = "mimi-gateway";
const APPS_PAGE = "https://api.slack.com/apps";
const HTTP = "http";
const LINK = "link";

const byHttp = ({ events }: Answers): boolean => events === HTTP;
const byLink = ({ access }: Answers): boolean => access === LINK;

/** As much of an account as its manifest is made of. */
const accountForm = z.object({
  public_url: z.string().optional(),
  signing_secret: z.string().optional(),
  client_id: z.string().optional(),
});

export const slackSetup: PlatformSetup = {
  bridge: "slack",
  title: "Slack, by an app of the workspace",
  questions: () => [
    {
      key: "events",
      ask: "How do Slack's events come?",
      choices: [
        { value: "socket", label: "Socket Mode: nothing has to reach this machine" },
        { value: HTTP, label: "HTTP: Slack reaches this machine through a proxy with a certificate" },
      ],
      usual: (answers) => (answers["signing_secret"] === undefined ? "socket" : HTTP),
    },
    {
      key: "access",
      ask: "How does the gateway get into the workspace?",
      choices: [
        { value: "token", label: "With a token that is copied from the app's page" },
        { value: LINK, label: "By a link that is opened in a browser" },
      ],
      usual: (answers) => (answers["client_id"] === undefined ? "token" : LINK),
    },
    {
      key: "public_url",
      ask: "Public address of that proxy",
      when: (answers) => byHttp(answers) || byLink(answers),
    },
    {
      key: "listen",
      ask: "Where does the proxy find the gateway? HOST:PORT",
      when: (answers) => byHttp(answers) || byLink(answers),
      usual: () => "127.0.0.1:8090",
    },
    {
      key: "app_token",
      ask: "App-level token, with connections:write",
      when: (answers) => !byHttp(answers),
      before: appFirst,
    },
    { key: "signing_secret", ask: "Signing secret of the app", when: byHttp, before: appFirst },
    { key: "token", ask: "Bot User OAuth Token of the app", when: (answers) => !byLink(answers) },
    { key: "client_id", ask: "Client ID of the app", when: byLink },
    { key: "client_secret", ask: "Client secret of the app", when: byLink },
  ],
  files(account) {
    const { public_url: publicUrl, signing_secret: signing, client_id: client } = accountForm.parse(account);
    const manifest = manifestYaml({
      name: APP_NAME,
      url: signing === undefined || publicUrl === undefined ? null : `${publicUrl}${EVENTS_PATH}`,
      redirect: client === undefined || publicUrl === undefined ? null : `${publicUrl}${CALLBACK_PATH}`,
    });
    return [
      {
        name: "manifest.yaml",
        text: () => manifest,
        secret: false,
        steps: (path) => [
          `The app at ${APPS_PAGE} is to have the manifest ${path}: its page App Manifest shows what it has.`,
        ],
      },
    ];
  },
};

function appFirst(answers: Answers): string {
  const publicUrl = String(answers["public_url"]);
  const options = [
    ...(byHttp(answers) ? [`--url ${publicUrl}${EVENTS_PATH}`] : []),
    ...(byLink(answers) ? [`--public-url ${publicUrl}`] : []),
  ];
  return [
    "The app comes first, since its page shows what is asked for next. In another terminal:",
    `  ${["mimi-gateway slack manifest", ...options].join(" ")}`,
    `Then, at ${APPS_PAGE}: Create New App, From a manifest, and paste what it printed. docs/slack.md shows each step.`,
  ].join("\n");
}
