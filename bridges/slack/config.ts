/** What a Slack account says in gateway.yaml. */
import { z } from "zod";
import { duration, flag, secret, text } from "../../core/config/values.ts";
import { GatewayError } from "../../core/errors.ts";
import type { Address } from "../../core/http/shared-listeners.ts";
import {
  type Access,
  ACCESS_WAYS,
  accessOf,
  parseListen,
  type Transport,
  TRANSPORT_WAYS,
  transportOf,
} from "./connection-keys.ts";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const SLACK_API = "https://slack.com/api/";
/** Slack may show a post in the history later than it takes it. */
const SETTLED_AFTER_MS = 15_000;
/** It tells of a post within a second or two; what it holds back longer is a fault. */
const HEARD_WITHIN_MS = 60_000;

/** The keys of an account with `bridge: slack`, beside its name. */
export const slackConfigSchema = z.object({
  token: secret({
    description: "The app's bot token for the workspace: OAuth & Permissions, Bot User OAuth Token.",
    example: "xoxb-change-me",
  }).optional(),
  client_id: text({
    description:
      "Instead of token: the app's client id. The app then gets into the workspace by a link that " +
      "`mimi-gateway slack install` prints.",
    example: "1111111111.2222222222",
  }).optional(),
  client_secret: secret({
    description: "The app's client secret, beside client_id.",
    example: "change-me",
  }).optional(),
  public_url: text({
    description:
      "Where everybody reaches listen: https://HOST or https://HOST:PORT. With client_id the app's redirect URL is this " +
      "with /slack/oauth. Where the gateway serves no other gateways, Slack fetches the pictures of remote people from here.",
    example: "https://mimi.example.org",
  })
    .refine((value) => isOrigin(value), { error: "is no https:// address without a path" })
    .optional(),
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
    description:
      "Where Slack's events are taken by HTTP, behind a proxy with TLS: HOST:PORT or PORT. With client_id browsers " +
      "come here too. Accounts may share it: a request is whose signing secret and workspace it has.",
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
  creators_manage: flag(
    {
      description:
        "Whether who made a channel may link it by /mimi, too. Admins and owners of the workspace always may, guests never.",
      example: false,
    },
    false,
  ),
  unclear: z
    .enum(["repeat", "hold"])
    .default("hold")
    .meta({
      description:
        "What is done where nobody can say whether a message arrived. hold: nothing, until an operator looks. " +
        "repeat: it is sent again, and may then stand there twice.",
      examples: ["hold"],
    }),
  settle: duration(
    {
      description:
        "How long Slack may take to show what it has taken. A post whose answer was lost is made again only when the " +
        "history does not show it after this.",
      example: "15s",
    },
    1_000,
    SETTLED_AFTER_MS,
  ),
  silence: duration(
    {
      description:
        "How long Slack may take to tell of a post of the gateway's own. After this its sockets are opened anew, and what " +
        "was said meanwhile is read.",
      example: "1m",
    },
    1_000,
    HEARD_WITHIN_MS,
  ),
});

type Written = { readonly name: string } & Readonly<z.output<typeof slackConfigSchema>>;

/** A Slack account as its bridge is made from it. */
export type SlackConfig = Pick<
  Written,
  "name" | "api" | "replies" | "broadcasts" | "bots" | "unclear" | "settle" | "silence"
> & {
  /** null: the token alone says it. */
  readonly team: string | null;
  /** Whether who made a channel manages it, beside admins and owners. */
  readonly creatorsManage: boolean;
  readonly transport: Transport;
  readonly access: Access;
  /** Where everybody reaches the gateway by the account; null: nowhere. */
  readonly open: { readonly publicUrl: string; readonly address: Address } | null;
};

/** The account as a whole. Throws GatewayError config_invalid where it has no transport or no access, or two. */
export function slackConfig(account: Written): SlackConfig {
  const { name, api, replies, broadcasts, bots, unclear, settle, silence, team = null } = account;
  return {
    name,
    api,
    replies,
    broadcasts,
    bots,
    unclear,
    settle,
    silence,
    team,
    creatorsManage: account.creators_manage,
    transport: transportOf(account) ?? unsaid(name, "how its events come", TRANSPORT_WAYS),
    access: accessOf(account) ?? unsaid(name, "how it gets in", ACCESS_WAYS),
    open: openOf(account),
  };
}

function unsaid(name: string, what: string, ways: string): never {
  throw new GatewayError("config_invalid", `account ${name} must say ${what}: ${ways}`);
}

function openOf({ public_url: publicUrl, listen }: Written): SlackConfig["open"] {
  const address = listen === undefined ? null : parseListen(listen);
  return publicUrl === undefined || address === null ? null : { publicUrl, address };
}

/** Browsers take plain http for safe only on their own machine. */
function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  const safe = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.test(url.hostname));
  return safe && value === url.origin;
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
