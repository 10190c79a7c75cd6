/** Servers that the tests of one file share: started when first asked for, ended after the file's last test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Ejabberd, EjabberdOptions } from "../../deploy/servers/ejabberd.ts";
import { startEjabberd } from "../../deploy/servers/ejabberd.ts";
import type { Postgres } from "../../deploy/servers/postgres.ts";
import { startPostgres } from "../../deploy/servers/postgres.ts";
import type { Prosody, ProsodyOptions } from "../../deploy/servers/prosody.ts";
import { startProsody } from "../../deploy/servers/prosody.ts";
import type { Redis } from "../../deploy/servers/redis.ts";
import { startRedis } from "../../deploy/servers/redis.ts";
import type { RunningServer } from "../../deploy/servers/server-process.ts";
import type { Synapse, SynapseOptions } from "../../deploy/servers/synapse.ts";
import { startSynapse } from "../../deploy/servers/synapse.ts";

/** A folder that is removed after the file's last test. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mimi-${name}-`));
  // A process that is being killed may still write into it.
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Call it at the top of a test file; the function that it gives starts the server once. */
export function sharedRedis(): () => Promise<Redis> {
  return shared("redis", async (folder) => startRedis({ folder }));
}

/** Call it at the top of a test file; the function that it gives starts the server once. */
export function sharedPostgres(): () => Promise<Postgres> {
  return shared("postgres", startPostgres);
}

/** Call it at the top of a test file; the function that it gives starts the server once. */
export function sharedProsody(options: Omit<ProsodyOptions, "folder">): () => Promise<Prosody> {
  return shared("prosody", async (folder) => startProsody({ ...options, folder }));
}

/** Call it at the top of a test file; the function that it gives starts the server once. */
export function sharedEjabberd(options: Omit<EjabberdOptions, "folder">): () => Promise<Ejabberd> {
  return shared("ejabberd", async (folder) => startEjabberd({ ...options, folder }));
}

/** Call it at the top of a test file; the function that it gives starts the server once. */
export function sharedSynapse(options: Omit<SynapseOptions, "folder">): () => Promise<Synapse> {
  return shared("synapse", async (folder) => startSynapse({ ...options, folder }));
}

function shared<Server extends RunningServer>(
  name: string,
  start: (folder: string) => Promise<Server>,
): () => Promise<Server> {
  let started: Promise<Server> | null = null;
  // Hooks run in the order in which they were made: the server ends before its folder goes.
  after(async () => {
    const server = await started?.catch(() => null);
    await server?.stop();
  });
  const folder = temporaryFolder(name);
  return async () => (started ??= start(folder));
}
