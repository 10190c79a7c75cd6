/** What a Matrix account says in gateway.yaml. */
import { z } from "zod";
import { ACCOUNT_NAME } from "../../core/config/across-keys.ts";
import { parseListen } from "../../core/config/federation-schema.ts";
import { flag, secret, text } from "../../core/config/values.ts";
import { GatewayError } from "../../core/errors.ts";
import type { Address } from "../../core/http/shared-listeners.ts";

/** What may stand in the part of an id before its colon (appendices, 4.2.1 User identifiers). */
const LOCALPART = /^[a-z0-9._=/+-]*$/;
/** A host name or an IP address, and a port where it is not the usual one (appendices, 4.1 Server name). */
const SERVER_NAME = /^(?:[A-Za-z0-9.-]{1,230}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
/** Ids have at most 255 octets; the rest is for whom or what it is. */
const LONGEST_PREFIX = 32;

const localpart = (description: string, example: string, usual: string) =>
  text({ description, example }, LONGEST_PREFIX)
    .regex(LOCALPART, { error: "has other characters than a-z, 0-9 and . _ = / + -" })
    .default(usual);

const keys = z.object({
  homeserver: text({
    description: "Where the homeserver's client-server API is: http:// or https://, host and port.",
    example: "http://127.0.0.1:8008",
  }).refine((value) => isOrigin(value), { error: "is no http:// or https:// address without a path" }),
  server_name: text({
    description: "The homeserver's name, as it stands behind the colon in its users' ids.",
    example: "example.org",
  }).regex(SERVER_NAME, { error: "is no name of a homeserver" }),
  as_token: secret({
    description:
      "By which the homeserver knows the gateway. `mimi-gateway matrix account` makes new ones of both.",
    example: "change-me",
  }),
  hs_token: secret({
    description: "By which the gateway knows the homeserver; another one than as_token.",
    example: "change-me-too",
  }),
  listen: text({
    description:
      "Where what happens in rooms is taken from the homeserver: HOST:PORT. Accounts may share it: a request is whose " +
      "hs_token it has.",
    example: "127.0.0.1:9100",
  }).refine((value) => parseListen(value) !== null, { error: "is not of the form HOST:PORT" }),
  url: text({
    description:
      "Where the homeserver reaches listen, where that is another address, or all of the machine: http:// or https://.",
    example: "http://gateway.internal:9100",
  })
    .refine((value) => isOrigin(value), { error: "is no http:// or https:// address without a path" })
    .optional(),
  id: text(
    {
      description: "What the homeserver calls the gateway. Once it is registered, leave it as it is.",
      example: "mimi-gateway",
    },
    64,
  )
    .regex(/^[A-Za-z0-9._-]+$/, { error: "has other characters than letters, digits and . _ -" })
    .default("mimi-gateway"),
  bot: localpart(
    "The gateway's own user, whom people invite into rooms: the part of his id before the colon.",
    "mimi",
    "mimi",
  ),
  user_prefix: localpart(
    "How ids of those who stand for people elsewhere begin. Nobody else can have such an id.",
    "_mimi_",
    "_mimi_",
  ),
  alias_prefix: localpart(
    "How addresses of rooms begin that the gateway makes when somebody asks for one.",
    "_mimi_",
    "_mimi_",
  ),
  portals: z
    .array(
      text({ description: "A name.", example: "xmpp" }).regex(ACCOUNT_NAME, {
        error: "is no account's name",
      }),
    )
    .default([])
    .meta({
      description:
        "Other accounts of this gateway whose open rooms anybody may enter, people of other homeservers too, linked or not, by an " +
        "address that the gateway makes a room for: alias_prefix, the account, _ and the room (#_mimi_xmpp_lobby=40rooms.example.org:example.org).",
      examples: [["xmpp"]],
    }),
  broadcasts: flag(
    { description: "Whether people of other platforms may notify a whole room (@room).", example: false },
    false,
  ),
  bots: flag({ description: "Whether what bots say (notices) is carried.", example: true }, true),
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

/** The keys of an account with `bridge: matrix`, beside its name. */
export const matrixConfigSchema = keys.superRefine(
  ({ as_token: asToken, hs_token: hsToken, bot, user_prefix: prefix, listen, url }, issues) => {
    const mistake = (key: string, message: string, remedy: string): void =>
      issues.addIssue({ code: "custom", path: [key], message, params: { remedy } });
    if (typeof asToken === "string" && asToken === hsToken)
      mistake("hs_token", "is the as_token, too", "make another one");
    if (url === undefined && listensEverywhere(listen))
      mistake("url", "is needed beside a listen of all addresses", "say where the homeserver reaches it");
    if (typeof bot === "string" && prefix && bot.startsWith(prefix))
      mistake("bot", "begins with user_prefix", "give the gateway's own user another name");
  },
  // Without it zod leaves these checks out as soon as any key is wrong, and mistakes would come in turns.
  { when: () => true },
);

type Written = { readonly name: string } & Readonly<z.output<typeof matrixConfigSchema>>;

/** A Matrix account as its bridge is made from it. */
export interface MatrixConfig {
  readonly name: string;
  /** Of the client-server API, without a slash at the end. */
  readonly homeserver: string;
  readonly serverName: string;
  readonly asToken: string;
  readonly hsToken: string;
  readonly listen: Address;
  /** Where the homeserver reaches `listen`, without a slash at the end. */
  readonly url: string;
  /** Of the registration. */
  readonly id: string;
  /** Localpart of the gateway's own user. */
  readonly bot: string;
  /** How localparts of ghosts begin. */
  readonly userPrefix: string;
  /** How localparts of portal rooms' aliases begin. */
  readonly aliasPrefix: string;
  /** Accounts whose rooms may be entered by an alias. */
  readonly portals: readonly string[];
  readonly broadcasts: boolean;
  readonly bots: boolean;
  readonly unclear: "repeat" | "hold";
}

/** The account as a whole. Throws GatewayError config_invalid where listen is none, which the schema lets nobody write. */
export function matrixConfig(account: Written): MatrixConfig {
  const { name, id, bot, portals, broadcasts, bots, unclear } = account;
  const listen = parseListen(account.listen);
  if (listen === null)
    throw new GatewayError("config_invalid", `account ${name}: listen is not of the form HOST:PORT`);
  return {
    name,
    homeserver: account.homeserver,
    serverName: account.server_name,
    asToken: account.as_token,
    hsToken: account.hs_token,
    listen,
    url: account.url ?? `http://${account.listen}`,
    id,
    bot,
    userPrefix: account.user_prefix,
    aliasPrefix: account.alias_prefix,
    portals,
    broadcasts,
    bots,
    unclear,
  };
}

/** Whether an address is none that a homeserver could ask: it stands for all that the machine has. */
export function listensEverywhere(listen: unknown): boolean {
  const host = typeof listen === "string" ? parseListen(listen)?.host : undefined;
  return host === "0.0.0.0" || host === "::";
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && value === url.origin;
}
