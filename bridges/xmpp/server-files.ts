/** What an XMPP server is told of the gateway: its component, in the forms that Prosody and ejabberd read. */

/** The component as both sides have it. */
export interface ServerSide {
  readonly domain: string;
  readonly secret: string;
  /** Where the gateway connects to. */
  readonly host: string;
  readonly port: number;
}

/** A file for Prosody 0.12 or later. An included file begins among the general settings, wherever it is included. Ends with a newline. */
export function prosodyText({ domain, secret, host, port }: ServerSide): string {
  return `-- mimi-gateway at Prosody. The secret is one: only Prosody may read this file.

component_ports = { ${port} }
component_interfaces = { ${(isHere(host) ? [here(host)] : ["*", "::"]).map(quoted).join(", ")} }
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
    ip: ${JSON.stringify(isHere(host) ? here(host) : "::")}
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

/** Where the gateway is on another machine, the server listens on all its addresses. */
const isHere = (host: string): boolean => /^(?:localhost|127\..*|::1)$/.test(host);

const here = (host: string): string => (host === "localhost" ? "127.0.0.1" : host);

/** A text in Lua. */
function quoted(text: string): string {
  const escaped = text.replace(
    /[\\"\p{Cc}]/gu,
    (character) => `\\${String(character.codePointAt(0)).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}
