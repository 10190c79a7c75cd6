/** The configuration file of an ejabberd (23.01 or later) on loopback, without encryption and without limits. */
import type { ProsodyComponent } from "./prosody-config.ts";

export interface EjabberdSettings {
  readonly folder: string;
  readonly domain: string;
  readonly rooms: string;
  /** `http`: where files are put and fetched (XEP-0363). */
  readonly ports: { readonly c2s: number; readonly component: number; readonly http: number };
  readonly components: readonly ProsodyComponent[];
}

/** Text of ejabberd.yml. Whoever connects as a user of the domain is one, whatever his password. */
export function ejabberdConfig({ folder, domain, rooms, ports, components }: EjabberdSettings): string {
  const secrets = components.map(
    ({ domain: host, secret }) =>
      `      ${JSON.stringify(host)}:\n        password: ${JSON.stringify(secret)}\n`,
  );
  const files = `http://127.0.0.1:${ports.http}/upload`;
  return `hosts: [${JSON.stringify(domain)}]
loglevel: info
auth_method: [anonymous]
anonymous_protocol: login_anon
allow_multiple_connections: true
default_db: mnesia
acl:
  people:
    - server: ${JSON.stringify(domain)}
${components.map(({ domain: host }) => `    - server: ${JSON.stringify(host)}\n`).join("")}listen:
  - port: ${ports.c2s}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 524288
  - port: ${ports.component}
    ip: "127.0.0.1"
    module: ejabberd_service
    max_stanza_size: 524288
    hosts:
${secrets.join("")}  - port: ${ports.http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /upload: mod_http_upload
modules:
  mod_disco: {}
  mod_ping: {}
  mod_roster: {}
  mod_vcard:
    search: false
  mod_version: {}
  mod_http_upload:
    host: ${JSON.stringify(`upload.${domain}`)}
    docroot: ${JSON.stringify(`${folder}/files`)}
    put_url: ${JSON.stringify(files)}
    get_url: ${JSON.stringify(files)}
    max_size: 67108864
    access: all
    thumbnail: false
  mod_mam:
    default: always
    clear_archive_on_room_destroy: true
  mod_muc:
    host: ${JSON.stringify(rooms)}
    access: all
    access_create: all
    access_persistent: all
    access_mam: all
    min_message_interval: 0
    min_presence_interval: 0
    max_users_presence: 1000
    history_size: 20
    default_room_options:
      mam: true
      persistent: true
      public: true
`;
}
