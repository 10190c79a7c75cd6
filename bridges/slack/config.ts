/** What a Slack account says in gateway.yaml. */
import { z } from "zod";
import { flag, secret, text } from "../../core/config/values.ts";
import { GatewayError } from "../../core/errors.ts";

const LISTEN = /^(?:(?<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):)?(?<port>\d{1,5})$/;
const SLACK_API = "https://slack.com/api/";

/** The keys of an account with `bridge: slack`, beside its name. */
export const slackConfigSchema = z.object({
  token: secret({
    description: "The app's bot token for the workspace: OAuth & Permissions, Bot User OAuth Token.",
    example: "xoxb-change-me",
  }),
  app_token: secret({
    description:
      "The app-level token with connections:write, for Socket Mode: Slack needs no way to this machine then.",
    example: "xapp-change-me",
  }).optional(),
  signing_secret: secret({
    description: "The app's signing secret, where Slack sends its events to this machine by HTTP.",
    example: "change-me",
  }).optional(),
  listen: text({
    description: "Where Slack's events are taken by HTTP, behind a proxy with TLS: HOST:PORT or PORT.",
    example: "127.0.0.1:8090",
  })
    .refine((value) => parseListen(value) !== null, { error: "is not of the form HOST:PORT or PORT" })
    .optional(),
  team: text({
    description: "The workspace's id. Where it is given, a token of another workspace is refused.",
    example: "T0123456789",
  })
    .regex(/^[TE][A-Z0-9]{2,}$/, { error: "is no id of a workspace" })
    .optional(),
  api: text({ description: "Where the Web API is, if it is not Slack's own.", example: SLACK_API })
    .refine((value) => isApi(value), { error: "is no http:// or https:// address that ends with a slash" })
    .default(SLACK_API),
  replies: z
    .enum(["thread", "quote"])
    .default("quote")
    .meta({
      description:
        "How replies of other platforms look. quote: in the channel, under a quotation. thread: in the thread of what they answer.",
      examples: ["quote"],
    }),
  broadcasts: flag(
    { description: "Whether people of other platforms may notify a whole channel.", example: false },
    false,
  ),
  bots: flag({ description: "Whether what other apps post is carried.", example: true }, true),
  unclear: z
    .enum(["repeat", "hold"])
    .default("hold")
    .meta({
      description:
        "What is done where nobody can say whether a message arrived. hold: nothing, until an operator looks. " +
        "repeat: it is sent again, and may then stand there twice.",
      examples: ["hold"],
    }),
});

/** How events come: over sockets that the gateway opens, or by requests of Slack's. */
export type Transport =
  | { readonly kind: "sockets"; readonly appToken: string }
  | {
      readonly kind: "http";
      readonly signingSecret: string;
      readonly host: string;
      readonly port: number;
    };

type Written = { readonly name: string } & Readonly<z.output<typeof slackConfigSchema>>;

/** A Slack account as its bridge is made from it. */
export type SlackConfig = Pick<
  Written,
  "name" | "token" | "api" | "replies" | "broadcasts" | "bots" | "unclear"
> & {
  /** null: the token alone says it. */
  readonly team: string | null;
  readonly transport: Transport;
};

/** The account with its transport. Throws GatewayError config_invalid where it has none, or two. */
export function slackConfig(account: Written): SlackConfig {
  const { name, token, api, replies, broadcasts, bots, unclear, team = null } = account;
  return {
    name,
    token,
    api,
    replies,
    broadcasts,
    bots,
    unclear,
    team,
    transport: transportOf(account),
  };
}

function transportOf({ name, app_token, signing_secret, listen }: Written): Transport {
  const at = listen === undefined ? null : parseListen(listen);
  if (app_token !== undefined && signing_secret === undefined && listen === undefined)
    return { kind: "sockets", appToken: app_token };
  if (app_token === undefined && signing_secret !== undefined && at !== null)
    return { kind: "http", signingSecret: signing_secret, ...at };
  throw new GatewayError(
    "config_invalid",
    `account ${name} must say how its events come: app_token (Socket Mode), or signing_secret and listen (HTTP)`,
  );
}

function parseListen(value: string): { readonly host: string; readonly port: number } | null {
  const groups = LISTEN.exec(value)?.groups;
  const port = Number(groups?.["port"] ?? Number.NaN);
  if (!groups || !(port <= 65_535)) return null;
  return { host: (groups["host"] ?? "127.0.0.1").replace(/^\[|\]$/g, ""), port };
}

function isApi(value: string): boolean {
  const url = URL.parse(value);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    value === url.origin + url.pathname &&
    value.endsWith("/")
  );
}
