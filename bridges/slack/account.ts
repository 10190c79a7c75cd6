/** One Slack workspace as an account of the gateway: an app's bot, its channels, and what the core asks of them. */
import type {
  Bridge,
  BridgeHost,
  Capabilities,
  DeliveryContext,
  Health,
  Lookups,
  Milliseconds,
  OutEvent,
  Plan,
  Raw,
  Receipt,
  RoomContext,
  RoomFacts,
  Speaker,
  Step,
  Translated,
} from "../../core/bridge.ts";
import { DeliveryError } from "../../core/bridge.ts";
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { Channel } from "./channel.ts";
import type { SlackConfig } from "./config.ts";
import { translate } from "./inbound.ts";
import { refersTo } from "./kept-event.ts";
import { CallBudget, type Pace } from "./limits.ts";
import { parseChannel } from "./names.ts";
import { plan } from "./outbound.ts";
import { asGatewayFault } from "./refusal.ts";
import { Workspace } from "./workspace.ts";

export class SlackAccount implements Bridge {
  readonly connected: boolean;
  /** Names of people are looked up. */
  readonly translatesAtOnce = false;
  /** Slack orders posts by when they come: the next leaves when the last has its answer. */
  readonly window = 1;
  /** Slack may show a post in the history later than it takes it. */
  readonly settleMs: Milliseconds = 15_000;
  readonly unclear: "repeat" | "hold";
  readonly #config: SlackConfig;
  readonly #log: Logger;
  readonly #media: MediaLimits;
  readonly #pace: Pace;
  /** null: not started, or stopped. */
  #workspace: Workspace | null = null;
  #health: Health = { state: "down", since: Date.now(), reason: null };

  constructor(config: SlackConfig, log: Logger, media: MediaLimits, pace: Pace = new CallBudget()) {
    this.#pace = pace;
    this.#config = config;
    this.#log = log;
    this.#media = media;
    this.unclear = config.unclear;
    this.connected = config.transport.kind === "sockets";
  }

  async start(host: BridgeHost): Promise<void> {
    const first = Promise.withResolvers<void>();
    const workspace = new Workspace({
      config: this.#config,
      log: this.#log,
      media: this.#media,
      pace: this.#pace,
      host,
      online: () => this.#online(),
      offline: (error) => {
        this.#offline(error);
        // A workspace that is away now is waited for.
        first.resolve();
      },
      disowned: (reason) => this.#offline(new GatewayError("account_refused", `${reason}: install it again`)),
    });
    this.#workspace = workspace;
    this.#setHealth("connecting", null);
    workspace.start().then(first.resolve, (thrown: unknown) => {
      const error = asGatewayFault(thrown, "start");
      if (this.#workspace === workspace) this.#offline(error);
      first.reject(error);
    });
    await first.promise;
  }

  async stop(): Promise<void> {
    const workspace = this.#workspace;
    this.#workspace = null;
    await workspace?.stop();
    this.#setHealth("down", "stopped");
  }

  health(): Health {
    return this.#health;
  }

  fault(room: NativeRoom): string | null {
    return this.#workspace?.known(room)?.fault ?? null;
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
      broadcasts,
      largestFile: this.#media.maxBytes,
      uploads: true,
      rename: workspace.known(room)?.renames ?? true,
      topic: true,
      pins: false,
      archive: false,
      members: false,
    };
    const address = workspace.parts?.identity.workspace ?? null;
    return plan(event, { room, capabilities, workspace: address, memory: workspace.memory }, context);
  }

  /** Apps can neither show that somebody types nor what somebody has read. */
  show(): void {}

  async perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    const { parts } = this.#workspace ?? {};
    if (!parts) throw notStarted("certain");
    return parts.performer.perform(step, context);
  }

  async probe(
    step: Step,
    context: DeliveryContext,
    { at }: { readonly mark: ArchiveMark | null; readonly at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    const { parts } = this.#workspace ?? {};
    if (!parts) throw notStarted("unknown");
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
    if (!parts) throw new GatewayError("account_down", `account ${this.#config.name} is not connected yet`);
    return parts;
  }

  #started(): Workspace {
    if (this.#workspace) return this.#workspace;
    throw new GatewayError("account_down", `account ${this.#config.name} is not started`);
  }

  #online(): void {
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

function notStarted(certainty: "certain" | "unknown"): DeliveryError {
  const verdict = { certainty, retry: "after", afterMs: 2_000 } as const;
  return new DeliveryError("account_down", "the account is not connected yet", verdict);
}
