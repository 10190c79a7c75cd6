/** A workspace while the account is served: its channels, and what comes from Slack on its way to them. */
import { setTimeout as pause } from "node:timers/promises";
import type { Receiver } from "@slack/bolt";
import type { Milliseconds } from "../../core/time.ts";
import type { NativeUser } from "../../core/bridge/inbound.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError, type ErrorCode, GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { SlackApi } from "./api.ts";
import type { Channel } from "./channel.ts";
import { fateOf } from "./channel-fate.ts";
import { Channels } from "./channels.ts";
import type { Credentials } from "./credentials.ts";
import { EchoWatch } from "./echo-watch.ts";
import type { SlackConfig } from "./config.ts";
import { doubleOf } from "./doubles.ts";
import { CustomEmoji } from "./emoji.ts";
import { type Body, innerEvent, readEnvelope, teamsOf } from "./envelope.ts";
import { examineWorkspace } from "./examine-workspace.ts";
import { WorkspaceFiles } from "./files.ts";
import { HeardLast } from "./heard-last.ts";
import { History } from "./history.ts";
import type { HttpListeners } from "./http-listeners.ts";
import { HttpReceiver } from "./http-receiver.ts";
import { askIdentity, type Identity } from "./identity.ts";
import type { Around } from "./inbound-context.ts";
import { changedHistory, keptOf } from "./kept-event.ts";
import type { Pace } from "./limits.ts";
import { type Answer, listeners } from "./listeners.ts";
import { Managers } from "./managers.ts";
import { Memory } from "./memory.ts";
import { positionOf } from "./names.ts";
import { People } from "./people.ts";
import { Performer } from "./performer.ts";
import { Prober } from "./prober.ts";
import { SlashCommands } from "./slash-commands.ts";
import { SocketReceiver } from "./socket-receiver.ts";
import { TokenWatch } from "./token-watch.ts";
import { Usergroups } from "./usergroups.ts";

const TRY_AGAIN_FIRST_MS: Milliseconds = 1_000;
const TRY_AGAIN_MOST_MS: Milliseconds = 60_000;
/** What passes, as a failure of asking Slack who the app is. */
const PASSING: readonly ErrorCode[] = ["request_timeout", "account_down", "delivery_throttled"];
/** Gaps that follow one another closely are repaired together. */
const REPAIR_AFTER_MS: Milliseconds = 500;

export interface WorkspaceOptions {
  readonly config: SlackConfig;
  readonly credentials: Credentials;
  readonly listeners: HttpListeners;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly host: BridgeHost;
  readonly pace: Pace;
  readonly online: () => void;
  /** Also where Slack takes the app's token no more. */
  readonly offline: (error: GatewayError) => void;
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
  readonly #watch: TokenWatch;
  readonly #history: History;
  readonly #people: People;
  readonly emoji: CustomEmoji;
  readonly #channels: Channels;
  readonly #stopping = new AbortController();
  /** Resolves when the channels are known that what comes may be for. */
  readonly #known = Promise.withResolvers<void>();
  #parts: Parts | null = null;
  #receiver: Receiver | null = null;
  #heardAt: Milliseconds | null = null;
  readonly #heard = new HeardLast(() => Date.now());
  readonly #echoes: EchoWatch;
  #answer: Answer = () => Promise.resolve(undefined);
  #repair: NodeJS.Timeout | null = null;

  constructor(options: WorkspaceOptions) {
    const { config, credentials, pace, offline: refused } = options;
    this.#options = options;
    this.#echoes = new EchoWatch({ silent: () => this.#silent(), within: config.silence });
    this.#watch = new TokenWatch({
      ask: () => this.#api.call("auth.test", {}, true),
      refused,
      restored: () => this.#online(),
    });
    this.#api = new SlackApi({ credentials, watch: this.#watch, api: config.api, pace });
    this.#history = new History(
      (method, args, patient) => this.#api.call(method, args, patient),
      (err) => options.log.warn({ err }, "the app may not read threads: what is missed in them stays missed"),
    );
    this.#people = new People((method, args) => this.#api.call(method, args), config.api);
    this.emoji = new CustomEmoji((method, args) => this.#api.call(method, args), options.log);
    const { host, log } = options;
    this.#channels = new Channels({
      api: this.#api,
      history: this.#history,
      memory: this.memory,
      host,
      log,
      settleMs: config.settle,
      heard: this.#heard,
    });
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
    return this.#channels.of(room, self);
  }

  /** What `mimi-gateway doctor` is told; empty until Slack has said who the app is. */
  async examine(): Promise<readonly Finding[]> {
    if (this.#parts === null) return [];
    return examineWorkspace({
      call: (method, args) => this.#api.call(method, args),
      identity: this.#parts.identity,
      config: this.#options.config,
      receiver: this.#receiver,
      echoes: this.#echoes,
      heardAt: this.#heardAt,
      channels: this.#channels.all(),
    });
  }

  forget(room: NativeRoom): void {
    this.#channels.forget(room);
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
      people: this.#people,
      log,
      echoes: this.#echoes,
      closed: (room, why) => this.#channels.closed(room, why),
    });
    const files = new WorkspaceFiles({ call, api: config.api });
    const { emoji } = this;
    const around = {
      team,
      self,
      emoji,
      usergroups: new Usergroups(call, log),
      channelName: (room: NativeRoom) => this.known(room)?.publicName ?? null,
      bots: config.bots,
      people: this.#people,
      memory,
      files,
      history: this.#history,
      settleMs: config.settle,
      now: () => Date.now(),
    };
    this.#parts = { identity, around, performer, prober };
    const receiver = this.#receiverFor(config);
    this.#receiver = receiver;
    const { api } = config;
    const disowned = () => this.#watch.look();
    const managers = new Managers({ call, team, creators: config.creatorsManage });
    const commands = new SlashCommands({ host, managers, call, log });
    const profile = (user: NativeUser) => host.profile(user);
    const people = this.#people;
    this.#answer = listeners({ receiver, api, identity, commands, people, emoji, profile, disowned });
    await receiver.start();
    if (config.transport.kind === "http") this.#options.online();
    const rooms = await host.rooms();
    for (const { mark } of rooms) if (mark !== null) this.#heard.note(positionOf(mark).read);
    this.#heard.begin();
    // The sockets are open before anything is read: there is no gap behind that reading.
    if (this.#repair) clearTimeout(this.#repair);
    this.#repair = null;
    for (const { room, mark } of rooms) this.channel(room, identity).join(mark);
    this.#known.resolve();
    void emoji.load();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#repair) clearTimeout(this.#repair);
    this.#watch.stop();
    this.#echoes.stop();
    this.#known.reject(new Error("stopped"));
    this.#channels.stop();
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
        if (!PASSING.includes(error.code) || signal.aborted) throw error;
        this.#options.offline(error);
        await pause(wait, undefined, { signal });
      }
    }
  }

  #receiverFor({ transport, api }: SlackConfig): Receiver {
    const { log, offline, listeners: shared } = this.#options;
    const deliver = (body: Body) => this.#deliver(body);
    if (transport.kind === "http") {
      const { signingSecret, address } = transport;
      const door = { signingSecret, team: () => this.#parts?.identity.team ?? null, deliver, log };
      return new HttpReceiver({ address, listeners: shared, door });
    }
    const { appToken } = transport;
    return new SocketReceiver({
      appToken,
      api,
      deliver,
      log,
      offline,
      online: () => this.#online(),
    });
  }

  /** What came while nothing could come is read; of a token that is not taken, sockets tell nothing. */
  #online(): void {
    // At once: what comes from now on must not be taken before it.
    this.#heard.begin();
    this.#channels.repair();
    if (this.#watch.refusal === null) this.#options.online();
  }

  /** Resolves after the durable write. */
  async #deliver(body: Body): Promise<unknown> {
    await this.#known.promise;
    this.#heardAt = Date.now();
    const { parts } = this;
    const teams = teamsOf(body);
    if (parts === null) return undefined;
    // Not taken, so that whoever serves that workspace gets it.
    if (teams.length > 0 && !teams.includes(parts.identity.team))
      throw new GatewayError(
        "event_malformed",
        `something of workspace ${teams.join(", ")} came, which this account does not serve`,
      );
    // Slack holds events back, and says so: what it held back is read from the history.
    if (readEnvelope(body)?.type === "app_rate_limited") {
      this.#options.log.warn("Slack has held events back; the channels are read again");
      this.#repairSoon();
      return undefined;
    }
    const inner = this.#channels.underNewNames(innerEvent(body));
    const fate = fateOf(inner, parts.identity.self.user);
    if (fate !== null) return this.#channels.befallen(fate);
    const rewritten = changedHistory(inner);
    if (rewritten !== null) {
      const { room } = rewritten;
      if (room === null) this.#repairSoon();
      else this.#channels.get(room)?.repair();
      return undefined;
    }
    const kept = keptOf(inner, parts.identity.self);
    if (kept === null) return this.#answer(body);
    this.#heard.note("own" in kept ? kept.own : kept.moment);
    const channel = this.#channels.get(kept.room);
    if (!("own" in kept)) {
      await channel?.heard(kept);
      return undefined;
    }
    const { room, own } = kept;
    this.#echoes.heard(room, own);
    channel?.heardOwn(own);
    const double = doubleOf(inner, room, this.memory);
    if (double !== null) await this.#options.host.doubled(room, double, own as NativeId);
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
      this.#heard.begin();
      this.#channels.repair();
    }, REPAIR_AFTER_MS);
  }
}
