/** A Prosody of one's own on loopback, for the demo and the tests: users, rooms, components. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./ports.ts";
import type { ArchivedStanza } from "./prosody-archive.ts";
import { createArchiveFile, readArchiveFile } from "./prosody-archive.ts";
import type { ProsodyComponent } from "./prosody-config.ts";
import { prosodyCommand } from "./prosody-command.ts";
import { prosodyAccount, prosodyConfig, prosodyFileName } from "./prosody-config.ts";
import type { RunningServer } from "./server-process.ts";
import { startOnFreePorts } from "./server-process.ts";

export interface ProsodyUser {
  readonly name: string;
  readonly password: string;
}

export interface ProsodyOptions {
  /** Accounts, rooms and the SQL archive in it are found again by the next server on the same folder. */
  readonly folder: string;
  readonly domain: string;
  readonly components: readonly ProsodyComponent[];
  /** Where rooms are archived: in memory (fast, gone with a restart) or in an SQLite file (durable). */
  readonly archive: "memory" | "sql";
  readonly users: readonly ProsodyUser[];
  /** Whether it stores files for its users and components (XEP-0363). */
  readonly uploads?: boolean;
  /** Whether people's clients may connect by WebSocket too (RFC 7395), at the path /xmpp-websocket. */
  readonly websocket?: boolean;
  /** Nagle's algorithm on its sockets: true is what Prosody does when told nothing, and the default here. */
  readonly nagle?: boolean;
  /**
   * How Lua collects garbage: incremental is what Prosody does when told nothing, and the default here. It goes through
   * all that is archived in memory again and again, so that such a server gets slower with each message.
   */
  readonly collector?: "incremental" | "generational";
  /**
   * Whether moderators of rooms can take back what others have said (XEP-0425), and rooms have pictures (XEP-0486); needs Debian's
   * prosody-modules.
   */
  readonly moderation?: boolean;
}

export interface Prosody extends RunningServer {
  readonly domain: string;
  /** The domain of its rooms. */
  readonly rooms: string;
  readonly ports: { readonly c2s: number; readonly component: number; readonly http: number | null };
  /** Registers an account, also while the server runs. */
  readonly addUser: (user: ProsodyUser) => void;
  /** What is archived of the room (its bare JID). Only with archive "sql". */
  readonly readArchive: (room: string) => ArchivedStanza[];
}

/** Resolves when users and components can connect. Throws GatewayError server_failed. */
export async function startProsody(options: ProsodyOptions): Promise<Prosody> {
  const { folder, domain } = options;
  const rooms = `rooms.${domain}`;
  const data = join(folder, "data");
  const accounts = join(data, prosodyFileName(domain), "accounts");
  const archiveFile = join(data, "archive.sqlite");
  const configFile = join(folder, "prosody.cfg.lua");
  const addUser = ({ name, password }: ProsodyUser): void => {
    writeFileSync(join(accounts, `${prosodyFileName(name)}.dat`), prosodyAccount(password));
  };
  mkdirSync(accounts, { recursive: true });
  for (const user of options.users) addUser(user);
  if (options.archive === "sql" && !existsSync(archiveFile)) createArchiveFile(archiveFile);

  let ports: Prosody["ports"] = { c2s: 0, component: 0, http: null };
  const server = await startOnFreePorts(async () => {
    const [c2s = 0, component = 0, http = 0] = await freePorts(3);
    const { uploads = false, websocket = false } = options;
    ports = { c2s, component, http: uploads || websocket ? http : null };
    const nagle = options.nagle ?? true;
    const config = prosodyConfig({
      folder,
      domain,
      rooms,
      ports,
      components: options.components,
      archive: options.archive,
      uploads,
      websocket,
      nagle,
      collector: options.collector ?? "incremental",
      moderation: options.moderation ?? false,
    });
    // It may hold secrets of components.
    writeFileSync(configFile, config, { mode: 0o600 });
    return prosodyCommand(folder, configFile, ports);
  }, "Failed to open server port");
  return Object.assign(server, {
    domain,
    rooms,
    ports,
    addUser,
    readArchive: (room: string) => readArchiveFile(archiveFile, room),
  });
}
