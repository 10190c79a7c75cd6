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
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, AvatarToken, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { FileAccess } from "../../core/media/platform-file.ts";
import type { Channel } from "./channel.ts";
import type { SlackConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import { FixedToken } from "./credentials.ts";
import { performIn, plannable, probeIn } from "./deliveries.ts";
import { type Entry, entryOf, type Surroundings, surroundings } from "./entry.ts";
import { fileAccess, isWorkspaceFile } from "./files.ts";
import { translate } from "./inbound.ts";
import { refersTo } from "./kept-event.ts";
import { CallBudget, type Pace } from "./limits.ts";
import { parseChannel } from "./names.ts";
import { plan } from "./outbound.ts";
import type { Workspace } from "./workspace.ts";

export class SlackAccount implements Bridge {
  readonly connected: boolean;
  /** Slack orders posts by when they come: the next leaves when the last has its answer. */
  readonly window = 1;
  readonly settleMs: Milliseconds;
  readonly unclear: "repeat" | "hold";
  readonly showsAvatars = "fetched";
  readonly publicUrl: string | null;
  readonly #config: SlackConfig;
  readonly #log: Logger;
  readonly #media: MediaLimits;
  readonly #surroundings: Surroundings;
  readonly #connection: Connection;
  /** null: not started, or stopped. */
  #entry: Entry | null = null;
  #closePictures: () => Promise<void> = () => Promise.resolve();

  /** `around`: what it shares with the other accounts of its process. */
  constructor(
    config: SlackConfig,
    log: Logger,
    media: MediaLimits,
    pace: Pace = new CallBudget(),
    around: Surroundings = surroundings(),
  ) {
    this.#surroundings = around;
    this.#connection = new Connection({ config, log, media, pace, surroundings: around });
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
        if (this.#entry === entry) await this.#connection.connect(host, credentials);
      },
      isConnected: () => this.#connection.workspace !== null,
      hears: () => Boolean(this.#connection.workspace?.parts),
      offline: (error) => this.#connection.offline(error),
      awaits: (reason, later) => this.#connection.awaits(reason, later),
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

  async stop(): Promise<void> {
    const left = this.#entry?.stop();
    this.#entry = null;
    await this.#connection.disconnect();
    await left;
    await this.#closePictures();
    this.#connection.stopped();
  }

  installLink(): Promise<InstallLink> {
    if (this.#entry) return this.#entry.link();
    return Promise.reject(this.#notStarted());
  }

  health(): Health {
    return this.#connection.health;
  }

  async ping(): Promise<void> {
    await this.#started().ping();
  }

  fault(room: NativeRoom): string | null {
    const channel = this.#connection.workspace?.known(room);
    return channel?.fault ?? channel?.reading ?? null;
  }

  async examine(): Promise<readonly Finding[]> {
    return (await this.#connection.workspace?.examine()) ?? [];
  }

  parseRoom(text: string): NativeRoom {
    return parseChannel(text);
  }

  async inspect(room: NativeRoom): Promise<RoomFacts> {
    return this.#channel(room).inspect();
  }

  join(room: NativeRoom, since: ArchiveMark | null): void {
    if (this.#connection.workspace?.parts) this.#channel(room).join(since);
  }

  /** Only the app itself is in a channel, and stays: it may be linked again, and only people can invite it back. */
  leave(room: NativeRoom, _speakers: readonly Speaker[]): Promise<void> {
    this.#connection.workspace?.forget(room);
    return Promise.resolve();
  }

  capabilities(room: NativeRoom): Capabilities {
    return this.#channel(room).capabilities();
  }

  mark(room: NativeRoom): ArchiveMark | null {
    return this.#connection.workspace?.known(room)?.mark ?? null;
  }

  catchUp(room: NativeRoom, since: ArchiveMark) {
    return this.#channel(room).catchUp(since);
  }

  async fileAccess(source: string): Promise<FileAccess | null> {
    const { api, access } = this.#config;
    if (!isWorkspaceFile(source, api)) return null;
    // Another process may serve the account.
    const credentials =
      this.#connection.credentials ?? (access.kind === "token" ? new FixedToken(access.token) : null);
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
    const workspace = plannable(this.#connection.workspace);
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

  perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    return performIn(this.#connection.workspace, step, context);
  }

  probe(
    step: Step,
    context: DeliveryContext,
    { at }: { readonly mark: ArchiveMark | null; readonly at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    return probeIn(this.#connection.workspace, step, context, at);
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
    const { workspace } = this.#connection;
    if (workspace) return workspace;
    throw this.#notStarted();
  }

  #notStarted(): GatewayError {
    return new GatewayError("account_down", `account ${this.#config.name} is not connected yet`);
  }
}
