/** What tells a homeserver of the gateway: the registration of an application service (AS API, section 2.1). */
import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import type { MatrixConfig } from "./config.ts";

type RegistrationKeys = Pick<
  MatrixConfig,
  "id" | "url" | "asToken" | "hsToken" | "bot" | "userPrefix" | "aliasPrefix" | "serverName"
>;

/** The registration as data, as homeservers read it. */
export function registrationOf(config: RegistrationKeys) {
  const { id, url, asToken, hsToken, bot, userPrefix, aliasPrefix, serverName } = config;
  const server = escaped(serverName);
  return {
    id,
    url,
    as_token: asToken,
    hs_token: hsToken,
    sender_localpart: bot,
    // Ghosts speak for many people: how much is the matter of those who let them in.
    rate_limited: false,
    // Typing and receipts, by the name that they have and the one that they had in older homeservers.
    receive_ephemeral: true,
    "de.sorunome.msc2409.push_ephemeral": true,
    namespaces: {
      users: [
        { exclusive: true, regex: `^@${escaped(userPrefix)}.*:${server}$` },
        // Not every homeserver takes the sender for one of them by himself.
        { exclusive: true, regex: `^@${escaped(bot)}:${server}$` },
      ],
      aliases: [{ exclusive: true, regex: `^#${escaped(aliasPrefix)}.*:${server}$` }],
      rooms: [],
    },
  };
}

/** Where the registration goes at a homeserver, and what makes it take effect. */
export interface RegistrationStep {
  readonly homeserver: string;
  readonly does: string;
}

/** `file`: where the registration lies. */
export function registrationSteps(file: string): readonly RegistrationStep[] {
  return [
    {
      homeserver: "Synapse",
      does: `in homeserver.yaml, below app_service_config_files, add "- ${file}"; start Synapse again`,
    },
    {
      homeserver: "Dendrite",
      does: `in dendrite.yaml, below app_service_api, config_files, add "- ${file}"; start Dendrite again`,
    },
    {
      homeserver: "Tuwunel",
      does:
        'as an admin, in the admin room, say "!admin appservices register" and below it, in a code block (```), ' +
        "all of this file; it takes effect at once",
    },
  ];
}

/** The registration as YAML, with what to do with it in comments. `file`: where it is going to lie. Ends with a newline. */
export function registrationYaml(config: RegistrationKeys, file: string): string {
  const steps = registrationSteps(file).map(({ homeserver, does }) => `# ${homeserver}: ${does}.`);
  return [
    "# Registration of mimi-gateway at a homeserver. Its tokens are secrets: only the homeserver may read this file.",
    ...steps,
    stringify(registrationOf(config), { lineWidth: 0 }),
  ].join("\n");
}

/** What an account is made of at least, with new tokens. */
export interface NewAccount {
  readonly name: string;
  readonly homeserver: string;
  readonly serverName: string;
  readonly listen: string;
}

/** The account as YAML, to be put into gateway.yaml below `accounts:`. Ends with a newline. */
export function accountYaml({ name, homeserver, serverName, listen }: NewAccount): string {
  const account = {
    name,
    bridge: "matrix",
    homeserver,
    server_name: serverName,
    as_token: newToken(),
    hs_token: newToken(),
    listen,
  };
  return stringify([account]).replace(/^(?=.)/gm, "  ");
}

/** A token that nobody guesses. */
export const newToken = (): string => randomBytes(32).toString("hex");

/** Homeservers read these expressions in Python, Go and Rust: only what all of them know is escaped. */
const escaped = (literal: string): string => literal.replace(/[.+[\]]/g, "\\$&");
