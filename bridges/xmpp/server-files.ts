/** What an XMPP server is told of the gateway: its component, in the forms that Prosody and ejabberd read. */
import { isIP } from "node:net";

const LOOPBACK = "127.0.0.1";

/** The component as both sides have it. */
export interface ServerSide {
  readonly domain: string;
  readonly secret: string;
  /** Where the gateway connects to. */
  readonly host: string;
  readonly port: number;
}

/**
 * The address that the server takes components at, and whether it is for other machines, to which the stream goes unencrypted. A
 * name may be that of any address: then it is this machine's until somebody says which one.
 */
export function interfaceOf(host: string): {
  readonly ip: string;
  readonly open: boolean;
  readonly known: boolean;
} {
  if (host === "localhost") return { ip: LOOPBACK, open: false, known: true };
  if (isIP(host) === 0) return { ip: LOOPBACK, open: true, known: false };
  return { ip: host, open: !/^(?:127\..*|::1)$/.test(host), known: true };
}

/** Lines that go before the address, each behind the sign of a comment. */
function warnings(host: string, sign: string): string {
  const { open, known } = interfaceOf(host);
  const lines = [
    ...(known ? [] : [`To be replaced: the IP address of this server that ${host} leads to.`]),
    ...(open
      ? [
          "The stream is not encrypted: only the gateway's machine may reach this port, by a network of your own.",
        ]
      : []),
  ];
  return lines.map((line) => `${sign} ${line}\n`).join("");
}

/** A file for Prosody 0.12 or later. An included file begins among the general settings, wherever it is included. Ends with a newline. */
export function prosodyText({ domain, secret, host, port }: ServerSide): string {
  return `-- mimi-gateway at Prosody. The secret is one: only Prosody may read this file.

component_ports = { ${port} }
${warnings(host, "--")}component_interfaces = { ${quoted(interfaceOf(host).ip)} }
-- Sends at once instead of waiting for acknowledgements, up to 40 ms for each message.
network_settings = { nagle = false }
-- The longest message that the gateway may send, in bytes with its markup. With less than this, which is Prosody's
-- default, a long message would end the connection.
component_stanza_size_limit = 1024 * 512

Component ${quoted(domain)}
    component_secret = ${quoted(secret)}

-- The rooms' service needs an archive: below its own line, Component "..." "muc", it wants
--     modules_enabled = { "muc_mam" }
--     muc_log_expires_after = "4w"
-- What is older than that the gateway cannot read any more after it was away.
`;
}

/** Keys for ejabberd.yml, ejabberd 21 or later. Ends with a newline. */
export function ejabberdText({ domain, secret, host, port }: ServerSide): string {
  return `# mimi-gateway at ejabberd. The secret is one: only ejabberd may read it.
# What stands below listen and modules goes below these keys of ejabberd.yml.
listen:
  - port: ${port}
${warnings(host, "    #")}    ip: ${JSON.stringify(interfaceOf(host).ip)}
    module: ejabberd_service
    # The longest message that the gateway may send, in bytes with its markup.
    max_stanza_size: 524288
    hosts:
      ${JSON.stringify(domain)}:
        password: ${JSON.stringify(secret)}
modules:
  # The archive of the rooms, without which what is said while the gateway is away is lost.
  mod_mam: {}
  mod_muc:
    # Who may have a room archived.
    access_mam: all
    default_room_options:
      mam: true
      persistent: true
`;
}

/** A text in Lua. */
function quoted(text: string): string {
  const escaped = text.replace(
    /[\\"\p{Cc}]/gu,
    (character) => `\\${String(character.codePointAt(0)).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}
