/** A workspace while the account is served: its channels, and what comes from Slack on its way to them. */
import { setTimeout as pause } from "node:timers/promises";
import type { Receiver } from "@slack/bolt";
import type { BridgeHost, Milliseconds } from "../../core/bridge.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { SlackApi } from "./api.ts";
import { Channel } from "./channel.ts";
import { EchoWatch } from "./echo-watch.ts";
import type { SlackConfig } from "./config.ts";
import { type Body, innerEvent, readEnvelope, teamOf } from "./envelope.ts";
import { History } from "./history.ts";
import { HttpReceiver } from "./http-receiver.ts";
import { askIdentity, type Identity } from "./identity.ts";
import type { Around } from "./inbound-context.ts";
import { keptOf } from "./kept-event.ts";
import type { Pace } from "./limits.ts";
import { type Answer, listeners } from "./listeners.ts";
import { Memory } from "./memory.ts";
import { People } from "./people.ts";
import { Performer } from "./performer.ts";
import { Prober } from "./prober.ts";
import { SocketReceiver } from "./socket-receiver.ts";

const TRY_AGAIN_FIRST_MS: Milliseconds = 1_000;
const TRY_AGAIN_MOST_MS: Milliseconds = 60_000;
/** Gaps that follow one another closely are repaired together. */
const REPAIR_AFTER_MS: Milliseconds = 500;

export interface WorkspaceOptions {
  readonly config: SlackConfig;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly host: BridgeHost;
  readonly pace: Pace;
  readonly online: () => void;
  readonly offline: (error: GatewayError) => void;
  /** Slack wants to hear of the app no more. */
  readonly disowned: (reason: string) => void;
}

/** What is there once Slack has said who the app is. */
interface Parts {
  readonly identity: Identity;
  readonly around: Around;
  readonly performer: Performer;
  readonly prober: Prober;
}

export class Workspace {
  readonly memory = new Memory();
  readonly #options: WorkspaceOptions;
  readonly #api: SlackApi;
  readonly #history: History;
  readonly #people: People;
  readonly #channels = new Map<NativeRoom, Channel>();
  readonly #stopping = new AbortController();
  /** Resolves when the channels are known that what comes may be for. */
  readonly #known = Promise.withResolvers<void>();
  #parts: Parts | null = null;
  #receiver: Receiver | null = null;
  readonly #echoes = new EchoWatch({ silent: () => this.#silent() });
  #answer: Answer = () => Promise.resolve(undefined);
  #repair: NodeJS.Timeout | null = null;

  constructor(options: WorkspaceOptions) {
    const { config } = options;
    this.#options = options;
    this.#api = new SlackApi({ token: config.token, api: config.api, pace: options.pace });
    this.#history = new History((method, args, patient) => this.#api.call(method, args, patient));
    this.#people = new People((method, args) => this.#api.call(method, args));
    this.#known.promise.catch(() => undefined);
  }

  get parts(): Parts | null {
    return this.#parts;
  }

  known(room: NativeRoom): Channel | undefined {
    return this.#channels.get(room);
  }

  /** The channel, made where it is not known yet. */
  channel(room: NativeRoom, { self }: Identity): Channel {
    const known = this.#channels.get(room);
    if (known) return known;
    const { host, log } = this.#options;
    const channel = new Channel(room, { api: this.#api, history: this.#history, host, log, self });
    this.#channels.set(room, channel);
    return channel;
  }

  forget(room: NativeRoom): void {
    this.#channels.get(room)?.stop();
    this.#channels.delete(room);
  }

  /** Resolves when events come and the channels are being entered. Rejects with account_refused, or after `stop`. */
  async start(): Promise<void> {
    const { host, log, config, media } = this.#options;
    const identity = await this.#identity();
    const { self, team } = identity;
    const { memory } = this;
    const call = (method: string, args: Readonly<Record<string, unknown>>) => this.#api.call(method, args);
    const prober = new Prober({ call, history: this.#history, self, memory });
    const performer = new Performer({
      api: this.#api,
      apiUrl: config.api,
      media,
      memory,
      prober,
      log,
      echoes: this.#echoes,
    });
    const around = { team, self, bots: config.bots, people: this.#people, memory };
    this.#parts = { identity, around, performer, prober };
    const receiver = this.#receiverFor(config);
    this.#receiver = receiver;
    const { token, api } = config;
    const { disowned } = this.#options;
    this.#answer = listeners({ receiver, token, api, identity, host, people: this.#people, disowned });
    await receiver.start();
    if (config.transport.kind === "http") this.#options.online();
    for (const { room, mark } of await host.rooms()) this.channel(room, identity).join(mark);
    this.#known.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#repair) clearTimeout(this.#repair);
    this.#echoes.stop();
    this.#known.reject(new Error("stopped"));
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
    await this.#receiver?.stop();
  }

  /** Slack is away now: waited for. A token that it does not take: not. */
  async #identity(): Promise<Identity> {
    const { signal } = this.#stopping;
    for (let wait = TRY_AGAIN_FIRST_MS; ; wait = Math.min(wait * 2, TRY_AGAIN_MOST_MS)) {
      try {
        return await askIdentity(this.#api, this.#options.config.team);
      } catch (thrown) {
        const error = asGatewayError(thrown);
        if (error.code !== "request_timeout" || signal.aborted) throw error;
        this.#options.offline(error);
        await pause(wait, undefined, { signal });
      }
    }
  }

  #receiverFor({ transport, api }: SlackConfig): Receiver {
    const { log, online, offline } = this.#options;
    const deliver = (body: Body) => this.#deliver(body);
    if (transport.kind === "http") return new HttpReceiver({ ...transport, deliver, log });
    const { appToken } = transport;
    return new SocketReceiver({
      appToken,
      api,
      deliver,
      log,
      offline,
      online: () => {
        this.#repairSoon();
        online();
      },
    });
  }

  /** Resolves after the durable write. */
  async #deliver(body: Body): Promise<unknown> {
    await this.#known.promise;
    const { parts } = this;
    const from = teamOf(body);
    if (parts === null) return undefined;
    // Not taken, so that whoever serves that workspace gets it.
    if (from !== null && from !== parts.identity.team)
      throw new GatewayError(
        "event_malformed",
        `something of workspace ${from} came, which this account does not serve`,
      );
    // Slack holds events back, and says so: what it held back is read from the history.
    if (readEnvelope(body)?.type === "app_rate_limited") {
      this.#options.log.warn("Slack has held events back; the channels are read again");
      this.#repairSoon();
      return undefined;
    }
    const kept = keptOf(innerEvent(body), parts.identity.self);
    if (kept === null) return this.#answer(body);
    const channel = this.#channels.get(kept.room);
    if (!("own" in kept)) {
      await channel?.heard(kept);
      return undefined;
    }
    this.#echoes.heard(kept.room, kept.own);
    channel?.heardOwn(kept.own);
    return undefined;
  }

  /** Connected, and yet nothing comes: what is missed is read, and the sockets are opened anew. */
  #silent(): void {
    this.#options.log.error(
      "Slack does not tell what the gateway has posted; the app's events may be switched off",
    );
    if (this.#receiver instanceof SocketReceiver) this.#receiver.renew();
    this.#repairSoon();
  }

  #repairSoon(): void {
    this.#repair ??= setTimeout(() => {
      this.#repair = null;
      for (const channel of this.#channels.values()) channel.repair();
    }, REPAIR_AFTER_MS);
  }
}
