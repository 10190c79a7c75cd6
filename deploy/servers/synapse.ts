/** A Synapse of one's own on loopback, for the demo and the tests: people, rooms, application services. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import { GatewayError } from "../../core/errors.ts";
import { freePorts } from "./ports.ts";
import type { RunningServer, ServerSpec } from "./server-process.ts";
import { startOnFreePorts } from "./server-process.ts";
import { LISTENS, newSigningKey, PORT_TAKEN, synapseConfig, synapseLogConfig } from "./synapse-config.ts";
import { findSynapsePython, SYNAPSE_REMEDY } from "./synapse-python.ts";

export interface SynapseOptions {
  /** Users, rooms and what was not yet pushed are found again by the next server on the same folder. */
  readonly folder: string;
  readonly serverName: string;
  /** Registrations of application services, as YAML. */
  readonly registrations: readonly string[];
  /** Whether people are held to Synapse's own limits on how often they do something. False by default. */
  readonly limited?: boolean;
  /** Of new rooms; Synapse's own choice by default. */
  readonly roomVersion?: string;
}

export interface Synapse extends RunningServer {
  readonly serverName: string;
  /** Of the client-server API, without a slash at the end. */
  readonly url: string;
  /** By which anybody registers people. */
  readonly registrationSecret: string;
}

const ANSWERS_WITHIN: Milliseconds = 60_000;
const LOOK_EVERY: Milliseconds = 20;

/** Resolves when it answers. Throws GatewayError server_failed, also where no Synapse is installed. */
export async function startSynapse(options: SynapseOptions): Promise<Synapse> {
  const { folder, serverName } = options;
  const python = findSynapsePython();
  if (python === null) throw new GatewayError("server_failed", `there is no Synapse here: ${SYNAPSE_REMEDY}`);
  const registrationSecret = prepareFolder(folder);
  const registrations = options.registrations.map((text, index) => {
    const file = join(folder, `registration-${index}.yaml`);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  });

  let url = "";
  const server = await startOnFreePorts(async () => {
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    const { limited = false, roomVersion = null } = options;
    const settings = { folder, serverName, port, registrations, registrationSecret, limited, roomVersion };
    const configFile = join(folder, "homeserver.yaml");
    writeFileSync(configFile, synapseConfig(settings), { mode: 0o600 });
    return specOf(python, folder, configFile);
  }, PORT_TAKEN);
  await answers(url);
  const restart = server.restart.bind(server);
  return Object.assign(server, {
    serverName,
    url,
    registrationSecret,
    restart: async () => {
      await restart();
      await answers(url);
    },
  });
}

/** The secret that the folder has, or a new one in it. */
function prepareFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "log.yaml"), synapseLogConfig);
  const keyFile = join(folder, "signing.key");
  if (!existsSync(keyFile)) writeFileSync(keyFile, newSigningKey(), { mode: 0o600 });
  const secretFile = join(folder, "registration.secret");
  if (!existsSync(secretFile)) writeFileSync(secretFile, randomUUID(), { mode: 0o600 });
  return readFileSync(secretFile, "utf8");
}

const specOf = (python: string, folder: string, configFile: string): ServerSpec => ({
  name: "Synapse",
  program: python,
  args: ["-m", "synapse.app.homeserver", "--config-path", configFile],
  folder,
  logFile: join(folder, "synapse.log"),
  readyWhen: [LISTENS],
  failsWhen: [PORT_TAKEN],
  stopSignal: "SIGTERM",
});

/** It listens before all of it is there. */
async function answers(url: string): Promise<void> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN);
  for (;;) {
    const answer = await fetch(`${url}/_matrix/client/versions`, { signal }).catch((cause: unknown) => {
      if (signal.aborted) throw new GatewayError("server_failed", "Synapse does not answer", { cause });
      return null;
    });
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(LOOK_EVERY);
  }
}
