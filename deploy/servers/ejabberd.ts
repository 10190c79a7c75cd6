/** An ejabberd of one's own on loopback, for the tests: users, rooms, components. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { GatewayError } from "../../core/errors.ts";
import { ejabberdConfig } from "./ejabberd-config.ts";
import { freePorts } from "./ports.ts";
import type { ProsodyComponent } from "./prosody-config.ts";
import { type RunningServer, startOnFreePorts } from "./server-process.ts";

export interface EjabberdOptions {
  /** Rooms and archives in it are found again by the next server on the same folder. */
  readonly folder: string;
  readonly domain: string;
  readonly components: readonly ProsodyComponent[];
}

export interface Ejabberd extends RunningServer {
  readonly domain: string;
  /** The domain of its rooms. */
  readonly rooms: string;
  /** Everybody may connect as any user of the domain, with any password. */
  readonly ports: { readonly c2s: number; readonly component: number; readonly http: number };
}

/** Where Debian puts it, below a folder that is named after the machine's kind. */
const LIBRARIES = "/usr/lib";
const PORT_TAKEN = "eaddrinuse";

/** Resolves when users and components can connect. Throws GatewayError server_failed, also where it is not installed. */
export async function startEjabberd(options: EjabberdOptions): Promise<Ejabberd> {
  const { folder, domain, components } = options;
  const rooms = `rooms.${domain}`;
  const configFile = join(folder, "ejabberd.yml");
  const code = programFolder();
  mkdirSync(join(folder, "files"), { recursive: true });
  mkdirSync(join(folder, "mnesia"), { recursive: true });

  let ports: Ejabberd["ports"] = { c2s: 0, component: 0, http: 0 };
  const server = await startOnFreePorts(async () => {
    const [c2s = 0, component = 0, http = 0] = await freePorts(3);
    ports = { c2s, component, http };
    // It may hold secrets of components.
    writeFileSync(configFile, ejabberdConfig({ folder, domain, rooms, ports, components }), { mode: 0o600 });
    return {
      name: "ejabberd",
      program: "erl",
      args: ejabberdArguments(folder, configFile, code),
      folder,
      logFile: join(folder, "ejabberd.log"),
      readyWhen: [c2s, component, http].map(
        (port) => `Start accepting TCP connections at 127.0.0.1:${port} for`,
      ),
      failsWhen: ["Failed to open socket", "Failed to start", "crash_dump"],
      stopSignal: "SIGTERM",
    };
  }, PORT_TAKEN);
  return Object.assign(server, { domain, rooms, ports });
}

/** Without a name it is a node of its own, for which no port mapper is started. */
function ejabberdArguments(folder: string, configFile: string, code: string): readonly string[] {
  const settings = {
    mnesia: { dir: join(folder, "mnesia") },
    ejabberd: { config: configFile, log_path: join(folder, "ejabberd-own.log") },
  };
  const options = Object.entries(settings).flatMap(([part, values]) =>
    Object.entries(values).flatMap(([key, value]) => [`-${part}`, key, JSON.stringify(value)]),
  );
  return ["-noinput", "-pa", code, ...options, "-s", "ejabberd"];
}

function programFolder(): string {
  const folders = readdirSync(LIBRARIES)
    .filter((machine) => machine.includes("-linux-"))
    .flatMap((machine) => readdirSync(join(LIBRARIES, machine)).map((name) => join(LIBRARIES, machine, name)))
    .filter((folder) => basename(folder).startsWith("ejabberd-"))
    .map((folder) => join(folder, "ebin"));
  const found = folders.find((folder) => existsSync(join(folder, "ejabberd.app")));
  if (found !== undefined) return found;
  const remedy = "on Debian: apt-get install ejabberd, or sh deploy/setup/prepare.sh test";
  throw new GatewayError("server_failed", `no ejabberd is installed; ${remedy}`);
}
