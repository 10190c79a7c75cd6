/** What an XMPP account says in gateway.yaml. */
import { z } from "zod";
import { ACCOUNT_NAME } from "../../core/config/across-keys.ts";
import { count, secret, text } from "../../core/config/values.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";

const SERVICE = /^xmpp:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?<port>\d{1,5})$/;

const keys = z.object({
  service: text({
    description: "Where the XMPP server listens for components: xmpp://HOST:PORT.",
    example: "xmpp://127.0.0.1:5347",
  }).refine((value) => isPort(SERVICE.exec(value)?.groups?.["port"]), {
    error: "is not of the form xmpp://HOST:PORT",
  }),
  domain: text({
    description: "The component's domain, as the XMPP server has it.",
    example: "mimi.example.org",
  }).refine((value) => parseProviderDomain(value) !== null, { error: "is not a host name in lower case" }),
  secret: secret({
    description: "The component's secret, as the XMPP server has it.",
    example: "change-me",
  }),
  nick: text(
    { description: "The nick with which the gateway itself sits in rooms.", example: "mimi-gateway" },
    64,
  ).default("mimi-gateway"),
  label: text(
    {
      description: "What is added to a nick that is taken already; the account's name where nothing is said.",
      example: "mimi",
    },
    64,
  ).optional(),
  upload: text({
    description:
      "The service that stores files (XEP-0363), where it is neither beside the component's domain nor beside a room's.",
    example: "upload.example.org",
  })
    .refine((value) => parseProviderDomain(value) !== null, { error: "is not a host name in lower case" })
    .optional(),
  serve_files: text({
    description:
      "Where the files begin that people here post, where other gateways can't fetch them from: those get them from this gateway.",
    example: "https://upload.example.org/",
  })
    .refine((value) => isFolder(value), {
      error: "is no http:// or https:// address that ends with a slash, without query and user",
    })
    .optional(),
  portals: z
    .array(
      text({ description: "A name.", example: "slack" }).regex(ACCOUNT_NAME, {
        error: "is no account's name",
      }),
    )
    .default([])
    .meta({
      description:
        "Other accounts of this gateway whose open rooms anybody may enter, linked or not, by asking the gateway for one " +
        "(portal ACCOUNT:ADDRESS): it makes a room on portal_service that is linked with it.",
      examples: [["slack"]],
    }),
  portal_service: text({
    description:
      "The service on which rooms are made for those of other accounts. The component must be allowed to make rooms there.",
    example: "rooms.example.org",
  })
    .refine((value) => parseProviderDomain(value) !== null, { error: "is not a host name in lower case" })
    .optional(),
  ghosts_per_room: count(
    {
      description:
        "How many people of other platforms may be in a room at a time with nicks of their own, since each of them gets all that is " +
        "said there. Who comes beyond that takes the place of one who has been silent for an hour, or speaks through the gateway's own nick.",
      example: 100,
    },
    1,
    10_000,
    100,
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
});

/** The keys of an account with `bridge: xmpp`, beside its name. */
export const xmppConfigSchema = keys.superRefine(
  ({ portals, portal_service: service }, issues) => {
    if (!Array.isArray(portals) || portals.length === 0 || service !== undefined) return;
    const remedy = "name the service on which rooms are to be made";
    issues.addIssue({
      code: "custom",
      path: ["portal_service"],
      message: "is needed for portals",
      params: { remedy },
    });
  },
  // Without it zod leaves this check out as soon as any key is wrong, and mistakes would come in turns.
  { when: () => true },
);

/** An XMPP account as its bridge is made from it. */
export type XmppConfig = Readonly<z.output<typeof xmppConfigSchema>> & {
  readonly name: string;
  readonly label: string;
};

/** The account with the label that it has where none was written. */
export function xmppConfig(
  account: { readonly name: string } & z.output<typeof xmppConfigSchema>,
): XmppConfig {
  return { ...account, label: account.label ?? account.name };
}

function isFolder(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null && /^https?:$/.test(url.protocol) && text === url.origin + url.pathname && text.endsWith("/")
  );
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && Number(text) >= 1 && Number(text) <= 65_535;
}
