/** The files of a Synapse (1.130 or later) on loopback, without encryption of any kind and quick rather than careful. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { stringify } from "yaml";

export interface SynapseSettings {
  readonly folder: string;
  readonly serverName: string;
  readonly port: number;
  /** Paths of registrations of application services. */
  readonly registrations: readonly string[];
  /** For registering people. */
  readonly registrationSecret: string;
  /** Whether people are held to Synapse's own limits on how often they do something. */
  readonly limited: boolean;
  /** Of new rooms; null: Synapse's own choice. */
  readonly roomVersion: string | null;
}

const FREELY = { per_second: 10_000, burst_count: 10_000 };

/** Text of homeserver.yaml. */
export function synapseConfig(settings: SynapseSettings): string {
  const { folder, serverName, port, registrations, registrationSecret, limited, roomVersion } = settings;
  return stringify({
    server_name: serverName,
    pid_file: join(folder, "synapse.pid"),
    public_baseurl: `http://127.0.0.1:${port}/`,
    listeners: [
      {
        port,
        bind_addresses: ["127.0.0.1"],
        type: "http",
        tls: false,
        resources: [{ names: ["client"], compress: false }],
      },
    ],
    database: { name: "sqlite3", args: { database: join(folder, "homeserver.db") } },
    log_config: join(folder, "log.yaml"),
    media_store_path: join(folder, "media"),
    max_upload_size: "64M",
    signing_key_path: join(folder, "signing.key"),
    macaroon_secret_key: registrationSecret,
    form_secret: registrationSecret,
    registration_shared_secret: registrationSecret,
    enable_registration: false,
    bcrypt_rounds: 4,
    report_stats: false,
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_domain_whitelist: [],
    app_service_config_files: registrations,
    ...(roomVersion === null ? {} : { default_room_version: roomVersion }),
    // Each takes its part of every event that is sent, and nobody asks for it here.
    enable_search: false,
    url_preview_enabled: false,
    presence: { enabled: false },
    push: { enabled: false },
    stats: { enabled: false },
    user_directory: { enabled: false },
    ...(limited ? {} : UNLIMITED),
  });
}

const UNLIMITED = {
  rc_message: FREELY,
  rc_registration: FREELY,
  rc_login: { address: FREELY, account: FREELY, failed_attempts: FREELY },
  rc_joins: { local: FREELY, remote: FREELY },
  rc_joins_per_room: FREELY,
  rc_invites: { per_room: FREELY, per_user: FREELY, per_issuer: FREELY },
  rc_media_create: FREELY,
  rc_room_creation: FREELY,
  rc_profile: FREELY,
  rc_admin_redaction: FREELY,
};

/** What Synapse's log says when it takes connections, and when the port was taken. */
export const LISTENS = "now listening on TCP port";
export const PORT_TAKEN = "Address already in use";

/** Text of log.yaml: warnings, and that it listens, on its error output. */
export const synapseLogConfig: string = stringify({
  version: 1,
  formatters: { line: { format: "%(asctime)s %(levelname)s %(name)s %(message)s" } },
  handlers: { console: { class: "logging.StreamHandler", formatter: "line" } },
  loggers: { "synapse.app._base": { level: "INFO" } },
  root: { level: "WARNING", handlers: ["console"] },
  disable_existing_loggers: false,
});

/** Text of a new signing key (Ed25519) as Synapse keeps it. */
export function newSigningKey(): string {
  return `ed25519 a_1 ${randomBytes(32).toString("base64").replace(/=+$/, "")}\n`;
}
