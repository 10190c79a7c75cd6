/** One Slack workspace as an account of the gateway: an app's bot, its channels, and what the core asks of them. */
import type { Milliseconds } from "../../core/time.ts";
import type { Lookups, Raw, Translated } from "../../core/bridge/inbound.ts";
import type {
  DeliveryContext,
  OutEvent,
  Plan,
  Receipt,
  RoomContext,
  Speaker,
  Step,
} from "../../core/bridge/outbound.ts";
import type { Capabilities, Finding, Health, RoomFacts } from "../../core/bridge/room.ts";
import type { BridgeHost, InstallLink } from "../../core/bridge/host.ts";
import type { Bridge } from "../../core/bridge/bridge.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, AvatarToken, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { FileAccess } from "../../core/media/platform-file.ts";
import type { Channel } from "./channel.ts";
import type { SlackConfig } from "./config.ts";
import { type Credentials, FixedToken } from "./credentials.ts";
import { type Entry, entryOf, type Surroundings, surroundings } from "./entry.ts";
import { fileAccess, isWorkspaceFile } from "./files.ts";
import { translate } from "./inbound.ts";
import { refersTo } from "./kept-event.ts";
import { CallBudget, type Pace } from "./limits.ts";
import { parseChannel } from "./names.ts";
import { plan } from "./outbound.ts";
import { CLOSED_AGAIN_MS } from "./channel-fate.ts";
import { asGatewayFault, closedError, closedToLines } from "./refusal.ts";
import { Workspace } from "./workspace.ts";

export class SlackAccount implements Bridge {
  readonly connected: boolean;
  /** Names of people are looked up. */
  readonly translatesAtOnce = false;
  /** Slack orders posts by when they come: the next leaves when the last has its answer. */
  readonly window = 1;
  readonly settleMs: Milliseconds;
  readonly unclear: "repeat" | "hold";
  readonly showsAvatars = true;
  readonly publicUrl: string | null;
  readonly #config: SlackConfig;
  readonly #log: Logger;
  readonly #media: MediaLimits;
  readonly #pace: Pace;
  readonly #surroundings: Surroundings;
  /** null: not started, or stopped. */
  #entry: Entry | null = null;
  #credentials: Credentials | null = null;
  /** null: not connected yet, or not any more. */
  #workspace: Workspace | null = null;
  #closePictures: () => Promise<void> = () => Promise.resolve();
  /** Says that the workspace is not served here any more. */
  #unserve: () => void = () => undefined;
  #health: Health = { state: "down", since: Date.now(), reason: null };

  /** `around`: what it shares with the other accounts of its process. */
  constructor(
    config: SlackConfig,
    log: Logger,
    media: MediaLimits,
    pace: Pace = new CallBudget(),
    around: Surroundings = surroundings(),
  ) {
    this.#pace = pace;
    this.#surroundings = around;
    this.#config = config;
    this.#log = log;
    this.#media = media;
    this.unclear = config.unclear;
    this.publicUrl = config.open?.publicUrl ?? null;
    this.settleMs = config.settle;
    this.connected = config.transport.kind === "sockets";
  }

  async start(host: BridgeHost): Promise<void> {
    const entry = entryOf({
      config: this.#config,
      host,
      log: this.#log,
      surroundings: this.#surroundings,
      connect: async (credentials) => {
        if (this.#entry === entry) await this.#connect(host, credentials);
      },
      isConnected: () => this.#workspace !== null,
      hears: () => Boolean(this.#workspace?.parts),
      offline: (error) => this.#offline(error),
    });
    this.#entry = entry;
    await this.#openPictures(host);
    await entry.start();
  }

  /** Where there is no server for other gateways, pictures are had here. */
  async #openPictures(host: BridgeHost): Promise<void> {
    const { open } = this.#config;
    if (open === null) return;
    const door = { events: null, installs: null, avatars: (token: AvatarToken) => host.avatar(token) };
    this.#closePictures = await this.#surroundings.listeners.add(open.address, door);
  }

  /** What is connected until now ends first. */
  async #connect(host: BridgeHost, credentials: Credentials): Promise<void> {
    await this.#disconnect();
    const first = Promise.withResolvers<void>();
    const workspace = new Workspace({
      config: this.#config,
      credentials,
      listeners: this.#surroundings.listeners,
      log: this.#log,
      media: this.#media,
      pace: this.#pace,
      host,
      online: () => this.#online(),
      offline: (error) => {
        this.#offline(error);
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
        this.#offline(error);
        void this.#disconnect();
      }
      first.reject(error);
    });
    await first.promise;
  }

  async stop(): Promise<void> {
    const left = this.#entry?.stop();
    this.#entry = null;
    await this.#disconnect();
    await left;
    await this.#closePictures();
    this.#setHealth("down", "stopped");
  }

  installLink(): Promise<InstallLink> {
    if (this.#entry) return this.#entry.link();
    return Promise.reject(this.#notStarted());
  }

  health(): Health {
    return this.#health;
  }

  fault(room: NativeRoom): string | null {
    const channel = this.#workspace?.known(room);
    return channel?.fault ?? channel?.reading ?? null;
  }

  async examine(): Promise<readonly Finding[]> {
    return (await this.#workspace?.examine()) ?? [];
  }

  parseRoom(text: string): NativeRoom {
    return parseChannel(text);
  }

  async inspect(room: NativeRoom): Promise<RoomFacts> {
    return this.#channel(room).inspect();
  }

  join(room: NativeRoom, since: ArchiveMark | null): void {
    if (this.#workspace?.parts) this.#channel(room).join(since);
  }

  /** Only the app itself is in a channel, and stays: it may be linked again, and only people can invite it back. */
  leave(room: NativeRoom, _speakers: readonly Speaker[]): Promise<void> {
    this.#workspace?.forget(room);
    return Promise.resolve();
  }

  capabilities(room: NativeRoom): Capabilities {
    return this.#channel(room).capabilities();
  }

  mark(room: NativeRoom): ArchiveMark | null {
    return this.#workspace?.known(room)?.mark ?? null;
  }

  catchUp(room: NativeRoom, since: ArchiveMark) {
    return this.#channel(room).catchUp(since);
  }

  async fileAccess(source: string): Promise<FileAccess | null> {
    const { api, access } = this.#config;
    if (!isWorkspaceFile(source, api)) return null;
    // Another process may serve the account.
    const credentials = this.#credentials ?? (access.kind === "token" ? new FixedToken(access.token) : null);
    return credentials && fileAccess(api, await credentials.token());
  }

  refers(raw: Raw): boolean {
    return refersTo(raw);
  }

  async toEvents(room: NativeRoom, raw: Raw, lookups: Lookups): Promise<readonly Translated[]> {
    const { events, losses } = await translate(room, raw, this.#parts().around, lookups);
    for (const loss of losses) this.#log.debug({ room, ...loss }, "something said loses something");
    return events;
  }

  plan(room: NativeRoom, event: OutEvent, context: RoomContext): Plan {
    const { replies, broadcasts } = this.#config;
    const workspace = this.#started();
    const capabilities = {
      replies,
      broadcasts: context.manners.massMentions ?? broadcasts,
      largestFile: this.#media.maxBytes,
      uploads: true,
      rename: workspace.known(room)?.renames ?? true,
      topic: true,
      pins: true,
      archive: false,
      members: false,
    };
    const address = workspace.parts?.identity.workspace ?? null;
    const { memory, emoji } = workspace;
    return plan(event, { room, capabilities, workspace: address, memory, emoji }, context);
  }

  /** Apps can neither show that somebody types nor what somebody has read. */
  show(): void {}

  async perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    const { parts } = this.#workspace ?? {};
    if (!parts) throw notStarted("certain");
    const closed = this.#workspace?.known(context.room)?.closed;
    if (closed) throw isLine(step, context) ? closedToLines(closed) : closedError(closed);
    return parts.performer.perform(step, context);
  }

  async probe(
    step: Step,
    context: DeliveryContext,
    { at }: { readonly mark: ArchiveMark | null; readonly at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    const { parts } = this.#workspace ?? {};
    if (!parts) throw notStarted("unknown");
    const closed = this.#workspace?.known(context.room)?.closed;
    if (closed && isLine(step, context)) return "unknown";
    if (closed) throw closedError(closed, CLOSED_AGAIN_MS, "unknown");
    try {
      return await parts.prober.probe(step, context, at);
    } catch (thrown) {
      const { detail } = asGatewayFault(thrown, "probe");
      throw new DeliveryError("account_down", detail, {
        certainty: "unknown",
        retry: "after",
        afterMs: 5_000,
      });
    }
  }

  #channel(room: NativeRoom): Channel {
    return this.#started().channel(room, this.#parts().identity);
  }

  #parts() {
    const { parts } = this.#started();
    if (!parts) throw this.#notStarted();
    return parts;
  }

  #started(): Workspace {
    if (this.#workspace) return this.#workspace;
    throw this.#notStarted();
  }

  #notStarted(): GatewayError {
    return new GatewayError("account_down", `account ${this.#config.name} is not connected yet`);
  }

  async #disconnect(): Promise<void> {
    const workspace = this.#workspace;
    this.#workspace = null;
    this.#unserve();
    await workspace?.stop();
  }

  #online(): void {
    const { api, name } = this.#config;
    const team = this.#workspace?.parts?.identity.team;
    this.#unserve();
    if (team) this.#unserve = this.#surroundings.served.serve(api, team, name);
    this.#setHealth("up", null);
    this.#log.info("connected to Slack");
  }

  #offline(error: GatewayError): void {
    if (this.#health.state !== "down" || this.#health.reason !== error.message)
      this.#log.warn({ err: error }, "not connected");
    this.#setHealth("down", error.message);
  }

  #setHealth(state: Health["state"], reason: string | null): void {
    const since = this.#health.state === state ? this.#health.since : Date.now();
    this.#health = state === "up" ? { state, since } : { state, since, reason };
  }
}

/** A line of the gateway's own: worth nothing to whoever reads it later, and nobody leaves before the last one is said. */
const isLine = ({ op }: Step, { origin }: DeliveryContext): boolean =>
  origin === null && op !== "chat.update";

function notStarted(certainty: "certain" | "unknown"): DeliveryError {
  const verdict = { certainty, retry: "after", afterMs: 2_000 } as const;
  return new DeliveryError("account_down", "the account is not connected yet", verdict);
}
