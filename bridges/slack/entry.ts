/**
 * How an account gets in and stays in: with the token of its configuration, or with one that somebody gives by a link, now
 * or in a year. What an installation ends or begins, the account follows without being started again.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { BridgeHost, InstallLink } from "../../core/bridge/host.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { SlackConfig } from "./config.ts";
import { type Credentials, FixedToken } from "./credentials.ts";
import { HttpListeners } from "./http-listeners.ts";
import { Installs } from "./install.ts";
import { Installation } from "./installation.ts";
import { OAuth } from "./oauth.ts";
import { ServedWorkspaces } from "./served-workspaces.ts";

/** What was refused may be taken now, another process may have installed the app, and a token has its time. */
const LOOK_EVERY_MS: Milliseconds = 60_000;

/** What the Slack accounts of one process have in common. */
export interface Surroundings {
  readonly listeners: HttpListeners;
  readonly served: ServedWorkspaces;
  /** For the ends of tokens and links. */
  readonly now: () => Milliseconds;
  /** The accounts are only tried: another process may serve them, and nothing may be taken from it. */
  readonly trial: boolean;
}

export const surroundings = (trial = false, now: () => Milliseconds = () => Date.now()): Surroundings => ({
  listeners: new HttpListeners(),
  served: new ServedWorkspaces(),
  now,
  trial,
});

export interface EntryOptions {
  readonly config: SlackConfig;
  readonly host: BridgeHost;
  readonly log: Logger;
  readonly surroundings: Surroundings;
  /** Connects with these, in place of what is connected. Rejects with account_refused where Slack does not take them. */
  readonly connect: (credentials: Credentials) => Promise<void>;
  /** Whether it is connected or about to be. */
  readonly isConnected: () => boolean;
  /** Whether it takes events. */
  readonly hears: () => boolean;
  readonly offline: (error: GatewayError) => void;
  /** It can't connect yet: why, and what is to be done later. */
  readonly awaits: (reason: string, later: string) => void;
}

/** How the account enters, by what its configuration says. */
export interface Entry {
  /** Resolves when it is connected or waits for what it needs. Rejects for what waiting cannot cure. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Throws install_unavailable where the account has a token. */
  link(): Promise<InstallLink>;
}

export function entryOf(options: EntryOptions): Entry {
  const { access } = options.config;
  return access.kind === "install"
    ? new EntryByLink(options, access)
    : new EntryByToken(options, new FixedToken(access.token));
}

class EntryByToken implements Entry {
  readonly #options: EntryOptions;
  readonly #token: FixedToken;
  #looking: NodeJS.Timeout | null = null;

  constructor(options: EntryOptions, token: FixedToken) {
    this.#options = options;
    this.#token = token;
  }

  async start(): Promise<void> {
    await this.#options.connect(this.#token);
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  stop(): Promise<void> {
    if (this.#looking) clearInterval(this.#looking);
    return Promise.resolve();
  }

  link(): Promise<InstallLink> {
    const { name } = this.#options.config;
    const detail = `account ${name} has a token: put client_id, client_secret and public_url in its place`;
    return Promise.reject(new GatewayError("install_unavailable", detail));
  }

  /** Slack was away at the start, and then did not take the token. */
  #look(): void {
    const { connect, isConnected, offline } = this.#options;
    if (!isConnected()) connect(this.#token).catch((thrown: unknown) => offline(asGatewayError(thrown)));
  }
}

class EntryByLink implements Entry {
  readonly #options: EntryOptions;
  readonly #access: Extract<SlackConfig["access"], { kind: "install" }>;
  readonly #installation: Installation;
  readonly #installs: Installs;
  #leave: (() => Promise<void>) | null = null;
  #looking: NodeJS.Timeout | null = null;
  /** One connection after the other. */
  #changing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: EntryOptions, access: Extract<SlackConfig["access"], { kind: "install" }>) {
    const { config, host, log, surroundings } = options;
    const { name, api, team } = config;
    const { now, served } = surroundings;
    const oauth = new OAuth({ clientId: access.clientId, clientSecret: access.clientSecret, api });
    const { secrets } = host;
    const installation = new Installation({
      name,
      oauth,
      secrets,
      alone: (work) => host.alone(work),
      log,
      now,
    });
    this.#options = options;
    this.#access = access;
    this.#installation = installation;
    this.#installs = new Installs({
      name,
      publicUrl: access.publicUrl,
      oauth,
      secrets,
      log,
      now,
      // Its rooms are those of the workspace that it was in.
      wanted: async () => team ?? (await installation.team()),
      servedBy: (one) => served.besides(name, api, one),
      installed: async (one, grant) => {
        await installation.keep(one, grant);
        void this.#connect();
      },
    });
  }

  async start(): Promise<void> {
    const { address, publicUrl } = this.#access;
    const { log, surroundings, hears } = this.#options;
    const { transport } = this.#options.config;
    const installs = {
      secure: publicUrl.startsWith("https:"),
      log,
      open: (secret: string) => this.#installs.open(secret),
      back: (visit: Parameters<Installs["back"]>[0]) => this.#installs.back(visit),
    };
    const waiting = () => (transport.kind === "http" && !hears() ? transport.signingSecret : null);
    this.#leave = await surroundings.listeners.add(address, { events: null, installs, waiting });
    // What is installed is in the real gateway's store alone.
    if (surroundings.trial) {
      this.#options.awaits("the app is installed when the gateway runs", this.#installation.remedy);
      return;
    }
    await this.#installation.rotate();
    await this.#connect();
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#looking) clearInterval(this.#looking);
    this.#installation.close();
    await this.#leave?.();
    await this.#changing;
  }

  link(): Promise<InstallLink> {
    return this.#installs.link();
  }

  /** Never rejects: what Slack does not take, somebody may cure by a link. */
  #connect(): Promise<void> {
    const done = this.#changing.then(async () => {
      if (this.#isStopped) return;
      try {
        await this.#installation.token();
        await this.#options.connect(this.#installation);
      } catch (thrown) {
        if (!this.#isStopped) this.#options.offline(asGatewayError(thrown));
      }
    });
    this.#changing = done;
    return done;
  }

  async #look(): Promise<void> {
    if (!this.#options.isConnected()) return this.#connect();
    // Renews it where its time has come.
    await this.#installation.token().catch(() => undefined);
  }
}
