/** What an XMPP account says in gateway.yaml. */
import { z } from "zod";
import { secret, text } from "../../core/config/values.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";

const SERVICE = /^xmpp:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?<port>\d{1,5})$/;

/** The keys of an account with `bridge: xmpp`, beside its name. */
export const xmppConfigSchema = z.object({
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
