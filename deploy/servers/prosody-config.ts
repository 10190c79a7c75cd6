/** The configuration file of a Prosody (0.12 or later) on loopback, without encryption and without limits. */

export interface ProsodyComponent {
  readonly domain: string;
  readonly secret: string;
}

export interface ProsodySettings {
  readonly folder: string;
  readonly domain: string;
  readonly rooms: string;
  /** `http`: where files are put and fetched, and WebSockets open; null: it has neither. */
  readonly ports: { readonly c2s: number; readonly component: number; readonly http: number | null };
  readonly components: readonly ProsodyComponent[];
  readonly archive: "memory" | "sql";
  /** Whether it stores files (XEP-0363). */
  readonly uploads: boolean;
  /** Whether clients may connect by WebSocket (RFC 7395). */
  readonly websocket: boolean;
  readonly nagle: boolean;
  readonly collector: "incremental" | "generational";
  /** Whether moderators of rooms can take back what others have said (XEP-0425) and rooms have pictures (XEP-0486), by prosody-modules. */
  readonly moderation: boolean;
}

/** Text of prosody.cfg.lua. */
export function prosodyConfig(settings: ProsodySettings): string {
  const archive =
    settings.archive === "memory"
      ? 'storage = { archive = "memory"; muc_log = "memory" }\nstorage_archive_item_limit = 10000000'
      : 'storage = { archive = "sql"; muc_log = "sql" }\nsql = { driver = "SQLite3"; database = "archive.sqlite" }';
  const components = settings.components.map(
    ({ domain, secret }) => `Component ${lua(domain)}\n  component_secret = ${lua(secret)}\n`,
  );
  return `run_as_root = true
pidfile = ${lua(`${settings.folder}/prosody.pid`)}
data_path = ${lua(`${settings.folder}/data`)}
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
component_interfaces = { "127.0.0.1" }
c2s_ports = { ${settings.ports.c2s} }
component_ports = { ${settings.ports.component} }
c2s_direct_tls_ports = {}
s2s_ports = {}
modules_enabled = { "disco", "roster", "saslauth", "presence", "message", "iq", "c2s", "component", "ping", "time", "vcard", "version"${settings.websocket ? ', "websocket"' : ""} }
modules_disabled = { "s2s", "tls", ${settings.ports.http === null ? '"http", ' : ""}"offline" }
${settings.ports.http === null ? "" : http(settings.ports.http, settings.domain)}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
default_storage = "internal"
${archive}
archive_expires_after = "never"
muc_log_expires_after = "never"
network_settings = { nagle = ${settings.nagle} }
${settings.collector === "generational" ? 'gc = { mode = "generational" }\n' : ""}log = { { levels = { min = "info" }, to = "console" } }

VirtualHost ${lua(settings.domain)}

Component ${lua(settings.rooms)} "muc"
  modules_enabled = { "muc_mam"${settings.moderation ? ', "muc_moderation", "vcard_muc"' : ""} }
  restrict_room_creation = false
  muc_room_default_public = true
  muc_room_default_persistent = true
  muc_room_locking = false
  muc_room_default_history_length = 20
  muc_log_by_default = true

${settings.uploads ? uploads(settings) : ""}
${components.join("\n")}`;
}

const http = (port: number, domain: string): string => `http_ports = { ${port} }
http_default_host = ${lua(domain)}
http_interfaces = { "127.0.0.1" }
https_ports = {}
http_external_url = "http://127.0.0.1:${port}/"
`;

const uploads = ({
  domain,
  components,
}: ProsodySettings): string => `Component ${lua(`upload.${domain}`)} "http_file_share"
  http_host = "127.0.0.1"
  http_file_share_size_limit = 64*1024*1024
  http_file_share_access = { ${[domain, ...components.map((component) => component.domain)].map(lua).join(", ")} }
`;

function lua(text: string): string {
  const escaped = text.replace(
    /[\\"\p{Cc}]/gu,
    (character) => `\\${String(character.codePointAt(0)).padStart(3, "0")}`,
  );
  return `"${escaped}"`;
}

/** How Prosody's file storage writes a host or a user as a file name. */
export function prosodyFileName(name: string): string {
  return [...Buffer.from(name)]
    .map((octet) => String.fromCodePoint(octet))
    .map((letter) =>
      /[A-Za-z0-9]/.test(letter) ? letter : `%${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
    )
    .join("");
}

/** An account's file for authentication = "internal_plain". */
export function prosodyAccount(password: string): string {
  return `return {\n\t["password"] = ${lua(password)};\n};\n`;
}
