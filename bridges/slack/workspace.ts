/** A workspace while the account is served: how it is heard, and when its channels are read again. */
import type { Receiver } from "@slack/bolt";
import type { Milliseconds } from "../../core/time.ts";
import type { NativeUser } from "../../core/bridge/inbound.ts";
import type { Finding } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { type Arguments, SlackApi } from "./api.ts";
import type { Channel } from "./channel.ts";
import { Channels } from "./channels.ts";
import type { Credentials } from "./credentials.ts";
import { EchoWatch } from "./echo-watch.ts";
import type { SlackConfig } from "./config.ts";
import { CustomEmoji } from "./emoji.ts";
import type { Body } from "./envelope.ts";
import { examineWorkspace } from "./examine-workspace.ts";
import { HeardLast } from "./heard-last.ts";
import { History } from "./history.ts";
import type { HttpListeners } from "./http-listeners.ts";
import { awaitedIdentity, type Identity } from "./identity.ts";
import type { Pace } from "./limits.ts";
import { listeners } from "./listeners.ts";
import { Managers } from "./managers.ts";
import { Memory } from "./memory.ts";
import { positionOf } from "./names.ts";
import { People } from "./people.ts";
import { receiverFor } from "./receivers.ts";
import { RepairTimer } from "./repair-timer.ts";
import { signOfLife } from "./sign-of-life.ts";
import { SlashCommands } from "./slash-commands.ts";
import { SocketReceiver } from "./socket-receiver.ts";
import { TokenWatch } from "./token-watch.ts";
import { WorkspaceIntake } from "./workspace-intake.ts";
import { type WorkspaceParts, workspaceParts } from "./workspace-parts.ts";

export interface WorkspaceOptions {
  readonly config: SlackConfig;
  readonly credentials: Credentials;
  readonly listeners: HttpListeners;
  readonly log: Logger;
  readonly media: MediaLimits;
  readonly host: BridgeHost;
  readonly pace: Pace;
  /** Nothing is taken that another process may wait for. */
  readonly trial: boolean;
  readonly online: () => void;
  /** Also where Slack takes the app's token no more. */
  readonly offline: (error: GatewayError) => void;
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
  readonly #known = Promise.withResolvers<WorkspaceIntake>();
  #parts: WorkspaceParts | null = null;
  #receiver: Receiver | null = null;
  #heardAt: Milliseconds | null = null;
  readonly #heard = new HeardLast(() => Date.now());
  readonly #echoes: EchoWatch;
  readonly #repairs = new RepairTimer(() => this.#readAgain());

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

  get parts(): WorkspaceParts | null {
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

  ping(): Promise<void> {
    const call = (method: string, args: Arguments) => this.#api.call(method, args);
    return signOfLife({ call, receiver: this.#receiver, echoes: this.#echoes });
  }

  forget(room: NativeRoom): void {
    this.#channels.forget(room);
  }

  /** Resolves when events come and the channels are being entered. Rejects with account_refused, or after `stop`. */
  async start(): Promise<void> {
    const { host, config } = this.#options;
    const { signal } = this.#stopping;
    const identity = await awaitedIdentity(this.#api, config.team, { signal, away: this.#options.offline });
    this.#parts = workspaceParts({
      ...this.#options,
      identity,
      api: this.#api,
      people: this.#people,
      memory: this.memory,
      emoji: this.emoji,
      history: this.#history,
      channels: this.#channels,
      echoes: this.#echoes,
    });
    const receiver = this.#receiverOf();
    this.#receiver = receiver;
    const intake = this.#intakeFor(identity, receiver);
    await receiver.start();
    // It was stopped meanwhile, which did not reach what was not there yet.
    if (signal.aborted) {
      await receiver.stop();
      throw stopped();
    }
    // Sockets say themselves when they are open.
    if (!(receiver instanceof SocketReceiver)) this.#options.online();
    const rooms = await host.rooms();
    if (signal.aborted) throw stopped();
    for (const { mark } of rooms) if (mark !== null) this.#heard.note(positionOf(mark).read);
    this.#heard.begin();
    // The sockets are open before anything is read: there is no gap behind that reading.
    this.#repairs.stop();
    for (const { room, mark } of rooms) this.channel(room, identity).join(mark);
    this.#known.resolve(intake);
    void this.emoji.load();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#repairs.stop();
    this.#watch.stop();
    this.#echoes.stop();
    this.#known.reject(stopped());
    this.#channels.stop();
    await this.#receiver?.stop();
  }

  #intakeFor(identity: Identity, receiver: Receiver): WorkspaceIntake {
    const { host, log, config } = this.#options;
    const { memory, emoji } = this;
    const call = (method: string, args: Arguments) => this.#api.call(method, args);
    const managers = new Managers({ call, team: identity.team, creators: config.creatorsManage });
    const answer = listeners({
      receiver,
      api: config.api,
      identity,
      commands: new SlashCommands({ host, managers, call, log }),
      people: this.#people,
      emoji,
      profile: (user: NativeUser) => host.profile(user),
      disowned: () => this.#watch.look(),
    });
    const [channels, heard, echoes] = [this.#channels, this.#heard, this.#echoes];
    const repair = () => this.#repairs.soon();
    return new WorkspaceIntake({ identity, channels, heard, echoes, memory, host, log, answer, repair });
  }

  #receiverOf(): Receiver {
    return receiverFor({
      ...this.#options,
      team: () => this.#parts?.identity.team ?? null,
      deliver: (body: Body) => this.#deliver(body),
      missed: () => this.#repairs.seldom(),
      online: () => this.#online(),
    });
  }

  /** What came while nothing could come is read; of a token that is not taken, sockets tell nothing. */
  #online(): void {
    this.#repairs.now();
    if (this.#watch.refusal === null) this.#options.online();
  }

  /** Resolves after the durable write. Rejects what comes after `stop`: whoever serves the workspace next gets it. */
  async #deliver(body: Body): Promise<unknown> {
    const intake = await this.#known.promise;
    if (this.#stopping.signal.aborted) throw stopped();
    this.#heardAt = Date.now();
    return intake.take(body);
  }

  /** Connected, and yet nothing comes: what is missed is read, and the sockets are opened anew. */
  #silent(): void {
    this.#options.log.error(
      "Slack does not tell what the gateway has posted; the app's events may be switched off",
    );
    if (this.#receiver instanceof SocketReceiver) this.#receiver.renew();
    this.#repairs.soon();
  }

  /** At once: what comes from now on must not be taken before what was missed. */
  #readAgain(): void {
    this.#heard.begin();
    this.#channels.repair();
  }
}

const stopped = (): GatewayError => new GatewayError("account_down", "the account is served here no more");
