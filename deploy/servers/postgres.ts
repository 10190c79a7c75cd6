/** A PostgreSQL of one's own on loopback, for the tests. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { GatewayError } from "../../core/errors.ts";
import { freePorts } from "./ports.ts";
import type { RunningServer } from "./server-process.ts";
import { startOnFreePorts } from "./server-process.ts";

export interface Postgres extends RunningServer {
  readonly port: number;
  /** The URL of one of its databases. */
  url(database: string): string;
  /** Makes an empty database and resolves with its URL. `name`: lower-case letters, digits, underscores. */
  createDatabase(name: string): Promise<string>;
}

const run = promisify(execFile);

/**
 * Makes a cluster in a temporary folder of its own, which `stop` removes, and resolves when it answers. What it
 * says is durable is durable (fsync is on). Root runs it as the system's user postgres. Throws GatewayError
 * server_failed.
 */
export async function startPostgres(): Promise<Postgres> {
  const programs = programFolder();
  const user = process.getuid?.() === 0 ? "postgres" : undefined;
  const folder = mkdtempSync(join(tmpdir(), "mimi-postgres-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    if (user !== undefined) await run("chown", [`${user}:`, folder]);
    const data = join(folder, "data");
    const initdb = [join(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"];
    const asUser = user === undefined ? [] : ["--reuid", user, "--regid", user, "--init-groups", "--"];
    const [program = "", ...args] = user === undefined ? initdb : ["setpriv", ...asUser, ...initdb];
    await run(program, [...args, "--no-locale", "--no-sync"], { cwd: folder });

    let port = 0;
    const server = await startOnFreePorts(async () => {
      [port = 0] = await freePorts(1);
      const settings = {
        listen_addresses: "127.0.0.1",
        port: String(port),
        unix_socket_directories: folder,
        fsync: "on",
        max_connections: "200",
      };
      return {
        name: "postgres",
        program: join(programs, "postgres"),
        args: [
          "-D",
          data,
          ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
        ],
        folder,
        logFile: join(folder, "postgres.log"),
        readyWhen: ["database system is ready to accept connections"],
        failsWhen: [],
        // Breaks connections off instead of waiting for them.
        stopSignal: "SIGINT",
        ...(user === undefined ? {} : { user }),
      };
    }, "could not create any TCP/IP sockets");

    return withDatabases(server, port, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

function withDatabases(server: RunningServer, port: number, remove: () => void): Postgres {
  const url = (database: string): string => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  return {
    port,
    url,
    logFile: server.logFile,
    get pid() {
      return server.pid;
    },
    kill: async (signal) => server.kill(signal),
    restart: async () => server.restart(),
    async stop() {
      await server.stop();
      remove();
    },
    async createDatabase(name) {
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new RangeError(`not a database's name here: ${name}`);
      const client = new Client({ connectionString: url("postgres") });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${name}`);
      } finally {
        await client.end();
      }
      return url(name);
    },
  };
}

/** Where the newest PostgreSQL's programs are. Debian keeps them out of the PATH. */
function programFolder(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    ...versions.map((version) => join(root, version, "bin")),
    ...(process.env["PATH"] ?? "").split(":"),
  ];
  const folder = candidates.find(
    (path) => existsSync(join(path, "initdb")) && existsSync(join(path, "postgres")),
  );
  if (folder === undefined) {
    throw new GatewayError(
      "server_failed",
      "no PostgreSQL is installed; on Debian: apt-get install postgresql, or sh deploy/setup/prepare.sh test",
    );
  }
  return folder;
}
