/** An account's connection: its workspace as long as it is served, by which credentials, and whether all is well. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Health } from "../../core/bridge/room.ts";
import type { GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { SlackConfig } from "./config.ts";
import type { Credentials } from "./credentials.ts";
import type { Surroundings } from "./entry.ts";
import type { Pace } from "./limits.ts";
import { asGatewayFault } from "./refusal.ts";
import { Workspace } from "./workspace.ts";

export interface ConnectionOptions {
  readonly config: SlackConfig;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly pace: Pace;
  readonly surroundings: Surroundings;
}

export class Connection {
  readonly #options: ConnectionOptions;
  #workspace: Workspace | null = null;
  #credentials: Credentials | null = null;
  /** Counts what begins and ends it. */
  #turn = 0;
  /** Says that the workspace is not served here any more. */
  #unserve: () => void = () => undefined;
  #health: Health = { state: "down", since: Date.now(), reason: null };

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** null: not connected yet, or not any more. */
  get workspace(): Workspace | null {
    return this.#workspace;
  }

  /** null: it was never connected. */
  get credentials(): Credentials | null {
    return this.#credentials;
  }

  get health(): Health {
    return this.#health;
  }

  /**
   * Resolves when it is connected, or waits for a Slack that is away; what is connected until now ends first. Rejects with
   * account_refused where Slack does not take the credentials.
   */
  async connect(host: BridgeHost, credentials: Credentials): Promise<void> {
    const { config, log, media, pace, surroundings } = this.#options;
    const turn = this.#turn + 1;
    await this.disconnect();
    // It was ended meanwhile, or is connected otherwise.
    if (turn !== this.#turn) return;
    const first = Promise.withResolvers<void>();
    const workspace = new Workspace({
      config,
      credentials,
      listeners: surroundings.listeners,
      log,
      media,
      pace,
      host,
      trial: surroundings.trial,
      online: () => this.#online(),
      offline: (error) => {
        this.offline(error);
        // A workspace that is away now is waited for; one that refuses the token at the start is not.
        if (error.code !== "account_refused") first.resolve();
      },
    });
    this.#workspace = workspace;
    this.#credentials = credentials;
    this.#setHealth("connecting", null);
    workspace.start().then(first.resolve, (thrown: unknown) => {
      const error = asGatewayFault(thrown, "start");
      if (this.#workspace === workspace) {
        this.offline(error);
        void this.disconnect();
      }
      first.reject(error);
    });
    await first.promise;
  }

  async disconnect(): Promise<void> {
    this.#turn += 1;
    const workspace = this.#workspace;
    this.#workspace = null;
    this.#unserve();
    await workspace?.stop();
  }

  #online(): void {
    const { config, surroundings, log } = this.#options;
    const { api, name } = config;
    const team = this.#workspace?.parts?.identity.team;
    this.#unserve();
    if (team) this.#unserve = surroundings.served.serve(api, team, name);
    this.#setHealth("up", null);
    log.info("connected to Slack");
  }

  /** It is not connected, and why. */
  offline(error: GatewayError): void {
    if (this.#health.state !== "down" || this.#health.reason !== error.message)
      this.#options.log.warn({ err: error }, "not connected");
    this.#setHealth("down", error.message);
  }

  /** It can't be connected yet, and need not: why, and what connects it. */
  awaits(reason: string, later: string): void {
    this.#health = { state: "down", since: Date.now(), reason, later };
  }

  /** It was ended in order. */
  stopped(): void {
    this.#setHealth("down", "stopped");
  }

  #setHealth(state: Health["state"], reason: string | null): void {
    const since = this.#health.state === state ? this.#health.since : Date.now();
    this.#health = state === "up" ? { state, since } : { state, since, reason };
  }
}
