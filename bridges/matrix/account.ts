/** One homeserver as an account of the gateway: an application service, its rooms, and what the core asks of them. */
import type { Milliseconds } from "../../core/time.ts";
import type { Lookups, Raw, Translated } from "../../core/bridge/inbound.ts";
import type {
  DeliveryContext,
  OutEvent,
  Plan,
  Receipt,
  RoomContext,
  Shown,
  Speaker,
  Step,
} from "../../core/bridge/outbound.ts";
import type { Capabilities, Finding, Health, RoomFacts } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Bridge } from "../../core/bridge/bridge.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { FileAccess } from "../../core/media/platform-file.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { AppServiceListeners } from "./app-service.ts";
import { matrixCapabilities } from "./capabilities.ts";
import type { MatrixConfig } from "./config.ts";
import { fileAccess } from "./files.ts";
import { Homeserver } from "./homeserver.ts";
import { isAtHand, translate } from "./inbound.ts";
import { refersTo } from "./kept-event.ts";
import { OwnUsers, parseRoomId } from "./names.ts";
import { closing, encrypted, notEntered, notStarted, shutOut } from "./not-now.ts";
import { plan } from "./outbound.ts";
import { signOfLife } from "./ping.ts";
import { Reachability } from "./reachability.ts";
import { asDeliveryError, asGatewayFault } from "./refusal.ts";
import type { Room } from "./room.ts";

const PROBE_AGAIN_MS: Milliseconds = 2_000;
/** Encrypted rooms of which people were told. */
const MOST_TOLD = 10_000;

export class MatrixAccount implements Bridge {
  /** HTTP both ways: any process makes calls, and any may be the one that the homeserver reaches. */
  readonly connected = false;
  /** The homeserver orders what is sent by when it comes: the next leaves when the last has its answer. */
  readonly window = 1;
  /** What was not there is made again as the same transaction: an answer that comes late does not matter. */
  readonly settleMs = 0;
  /** The homeserver gets copies of them. */
  readonly showsAvatars = "copied";
  readonly unclear: "repeat" | "hold";
  readonly #config: MatrixConfig;
  readonly #log: Logger;
  readonly #media: MediaLimits;
  readonly #listeners: AppServiceListeners;
  readonly #own: OwnUsers;
  /** null: not started, or stopped. */
  #homeserver: Homeserver | null = null;
  #close: () => Promise<void> = () => Promise.resolve();
  readonly #reach: Reachability;
  readonly #toldEncrypted = new Set<string>();

  /** `listeners`: what it shares with the other accounts of its process. */
  constructor(config: MatrixConfig, log: Logger, media: MediaLimits, listeners: AppServiceListeners) {
    this.#config = config;
    this.#log = log;
    this.#media = media;
    this.#listeners = listeners;
    this.#own = new OwnUsers(config);
    this.unclear = config.unclear;
    this.#reach = new Reachability({
      ask: () => this.#homeserver?.answers() ?? Promise.resolve(),
      back: () => this.#homeserver?.back(),
      log,
    });
  }

  async start(host: BridgeHost): Promise<void> {
    this.#reach.begin();
    const homeserver = new Homeserver({
      config: this.#config,
      own: this.#own,
      host,
      log: this.#log,
      media: this.#media,
      reach: this.#reach,
    });
    this.#homeserver = homeserver;
    try {
      this.#close = await this.#listeners.add(this.#config.listen, homeserver.appService);
      await homeserver.greet();
    } catch (thrown) {
      const error = asGatewayFault(thrown, "register");
      // A homeserver that is away now is waited for; one that refuses the token is not.
      if (error.code !== "request_timeout") {
        await this.stop();
        throw error;
      }
    }
    await homeserver.enterRooms();
  }

  async stop(): Promise<void> {
    const homeserver = this.#homeserver;
    this.#homeserver = null;
    this.#reach.end();
    homeserver?.stop();
    await this.#close();
    this.#close = () => Promise.resolve();
  }

  health(): Health {
    return this.#reach.health;
  }

  fault(room: NativeRoom): string | null {
    return this.#homeserver?.known(room)?.fault ?? null;
  }

  async ping(): Promise<void> {
    await signOfLife(this.#started().api, this.#config);
  }

  async examine(): Promise<readonly Finding[]> {
    return (await this.#homeserver?.examine()) ?? [];
  }

  parseRoom(text: string): NativeRoom {
    return parseRoomId(text);
  }

  async inspect(room: NativeRoom): Promise<RoomFacts> {
    return this.#room(room).inspect();
  }

  join(room: NativeRoom, since: ArchiveMark | null): void {
    this.#homeserver?.room(room).join(since);
  }

  async leave(room: NativeRoom, speakers: readonly Speaker[]): Promise<void> {
    await this.#homeserver?.leave(room, speakers);
  }

  capabilities(room: NativeRoom): Capabilities {
    return this.#room(room).capabilities();
  }

  mark(room: NativeRoom): ArchiveMark | null {
    return this.#homeserver?.known(room)?.mark ?? null;
  }

  catchUp(room: NativeRoom, since: ArchiveMark) {
    return this.#room(room).catchUp(since);
  }

  fileAccess(source: string): Promise<FileAccess | null> {
    return Promise.resolve(fileAccess(source, this.#config.homeserver, this.#config.asToken));
  }

  refers(raw: Raw): boolean {
    return refersTo(raw);
  }

  translatesAtOnce(room: NativeRoom, raw: Raw): boolean {
    return this.#homeserver !== null && isAtHand(room, raw, this.#homeserver.around);
  }

  async toEvents(room: NativeRoom, raw: Raw, lookups: Lookups): Promise<readonly Translated[]> {
    const { events, losses } = await translate(room, raw, this.#started().around, lookups);
    for (const loss of losses) this.#log.debug({ room, ...loss }, "something said loses something");
    return events.filter((event) => event.kind !== "reply" || this.#isNews(room));
  }

  plan(room: NativeRoom, event: OutEvent, context: RoomContext): Plan {
    const known = this.#homeserver?.known(room);
    // Another gateway says it there.
    if (event.kind !== "notice" && (known?.carriedBy ?? null) !== null) return { steps: [], losses: [] };
    const state = known?.known ?? null;
    // Whether it is encrypted, and who carries it, is not known before it is entered.
    if (state === null) throw notEntered(room);
    const broadcasts = context.manners.massMentions ?? this.#config.broadcasts;
    return plan(
      event,
      {
        own: this.#own,
        homeserver: this.#config.homeserver,
        capabilities: matrixCapabilities(state, this.#own.bot, broadcasts),
        powers: state.powers,
      },
      context,
    );
  }

  show(room: NativeRoom, speaker: Speaker, what: Shown): void {
    if ((this.#homeserver?.known(room)?.carriedBy ?? null) === null)
      this.#homeserver?.ephemeral.show(room, speaker, what);
  }

  async perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    const homeserver = this.#homeserver;
    if (homeserver === null) throw notStarted("certain");
    const room = homeserver.room(context.room);
    if (room.known === null) throw notEntered(context.room);
    if (room.known.encrypted) throw encrypted(context.room);
    if (room.closing) throw closing(context.room);
    if (room.shutOut) throw shutOut(context.room, room.fault ?? "");
    return homeserver.performer.perform(step, context, room);
  }

  async probe(
    step: Step,
    context: DeliveryContext,
    { at }: { readonly mark: ArchiveMark | null; readonly at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    const homeserver = this.#homeserver;
    if (homeserver === null) throw notStarted("unknown");
    try {
      return await homeserver.prober.probe(step, context, at);
    } catch (thrown) {
      const { code, detail } = asDeliveryError(thrown, "probe");
      const verdict = { certainty: "unknown", retry: "after", afterMs: PROBE_AGAIN_MS } as const;
      throw new DeliveryError(code, detail, verdict);
    }
  }

  #room(room: NativeRoom): Room {
    return this.#started().room(room);
  }

  #started(): Homeserver {
    if (this.#homeserver) return this.#homeserver;
    throw new GatewayError("account_down", `account ${this.#config.name} is not connected yet`);
  }

  /** Whoever goes on in an encrypted room is told once that nobody elsewhere reads it. */
  #isNews(room: NativeRoom): boolean {
    if (this.#toldEncrypted.has(room)) return false;
    if (this.#toldEncrypted.size >= MOST_TOLD) this.#toldEncrypted.clear();
    this.#toldEncrypted.add(room);
    return true;
  }
}
