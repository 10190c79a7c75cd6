/**
 * One XMPP service as an account of the gateway: an external component (XEP-0114), its rooms, and what the core asks
 * of them.
 */
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
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { XmppConfig } from "./config.ts";
import { translate } from "./inbound.ts";
import { refersTo } from "./kept-stanza.ts";
import { nobody } from "./inbound-context.ts";
import { shownAs } from "./markers.ts";
import { parseRoomJid } from "./names.ts";
import { plan } from "./outbound.ts";
import { notEntered } from "./refusal.ts";
import type { Room } from "./room.ts";
import { passwordChanged } from "./room-password.ts";
import { parseRoomPicture } from "./room-picture.ts";
import { withServedFiles } from "./served-files.ts";
import { Service } from "./service.ts";
import { ToldLines } from "./told-lines.ts";

export class XmppAccount implements Bridge {
  readonly connected = true;
  /** The reflections come back in the order in which we spoke, on one stream. */
  readonly window = 50;
  /** A room's archive is asked on the stream on which the message went before: what it lacks then was not taken. */
  readonly settleMs = 0;
  readonly unclear: "repeat" | "hold";
  readonly showsAvatars = "copied";
  readonly #config: XmppConfig;
  readonly #log: Logger;
  readonly #media: MediaLimits;
  /** null: not started, or stopped. */
  #service: Service | null = null;
  #health: Health = { state: "down", since: Date.now(), reason: null };
  readonly #told = new ToldLines();
  #firstTry: { resolve: () => void; reject: (error: GatewayError) => void } | null = null;

  constructor(config: XmppConfig, log: Logger, media: MediaLimits) {
    this.#config = config;
    this.#log = log;
    this.#media = media;
    this.unclear = config.unclear;
  }

  async start(host: BridgeHost): Promise<void> {
    const service = new Service({
      config: this.#config,
      log: this.#log,
      media: this.#media,
      host,
      online: () => this.#connected(),
      offline: (error) => this.#offline(error),
    });
    this.#service = service;
    this.#setHealth("connecting", null);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#firstTry = { resolve, reject };
    // A service that is away now is waited for; only a refusal of the secret ends the start.
    service.start().then(resolve, reject);
    try {
      await promise;
    } finally {
      this.#firstTry = null;
    }
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
    this.#service = null;
    this.#setHealth("down", "stopped");
  }

  health(): Health {
    return this.#health;
  }

  async examine(): Promise<readonly Finding[]> {
    return (await this.#service?.examine()) ?? [];
  }

  async ping(): Promise<void> {
    if (!this.#service) throw new GatewayError("account_down", "stopped");
    await this.#service.signs.ask();
  }

  fault(jid: NativeRoom): string | null {
    return this.#service?.known(jid)?.fault ?? this.#service?.signs.silence(jid) ?? null;
  }

  parseRoom(text: string): NativeRoom {
    return parseRoomJid(text);
  }

  inspect(jid: NativeRoom): Promise<RoomFacts> {
    if (!this.#online)
      return Promise.reject(
        new GatewayError("account_down", `account ${this.#config.name} is not connected`),
      );
    return this.#room(jid).inspect();
  }

  join(jid: NativeRoom, since: ArchiveMark | null): void {
    if (this.#online) this.#room(jid).join(since);
  }

  leave(jid: NativeRoom, speakers: readonly Speaker[]): Promise<void> {
    if (this.#online) this.#room(jid).leave(speakers);
    this.#service?.forget(jid);
    return Promise.resolve();
  }

  roomPasswordChanged(jid: NativeRoom): void {
    const room = this.#service?.known(jid);
    if (room) void passwordChanged(room, this.#log);
  }

  capabilities(jid: NativeRoom): Capabilities {
    return this.#room(jid).stay.capabilities();
  }

  mark(jid: NativeRoom): ArchiveMark | null {
    return this.#service?.known(jid)?.mark ?? null;
  }

  catchUp(jid: NativeRoom, since: ArchiveMark) {
    return this.#room(jid).catchUp(since);
  }

  refers(raw: Raw): boolean {
    return refersTo(raw);
  }

  /** Only what is referred to is ever looked up. */
  translatesAtOnce(_room: NativeRoom, raw: Raw): boolean {
    return !refersTo(raw);
  }

  async picture(source: string): Promise<Buffer> {
    if (!this.#service) throw new GatewayError("account_down", "another process may serve the account");
    const ofRoom = parseRoomPicture(source);
    if (ofRoom === null) return this.#service.looks.picture(source);
    const room = this.#service.known(ofRoom.room);
    if (!room) throw new GatewayError("media_unreachable", `the gateway is not in ${ofRoom.room}`);
    return room.told.picture.bytes(ofRoom.photo);
  }

  async toEvents(room: NativeRoom, raw: Raw, lookups: Lookups): Promise<readonly Translated[]> {
    const people = this.#service?.known(room)?.people ?? nobody;
    const { events, losses } = await translate(room, raw, people, lookups);
    for (const loss of losses) this.#log.debug({ room, ...loss }, "something said loses something");
    const folder = this.#config.serve_files;
    return events
      .filter((event) => event.kind !== "reply" || this.#told.isNews(event, raw))
      .map((event) => this.#service?.looks.pictured(event) ?? event)
      .map((event) => (folder === undefined ? event : withServedFiles(event, folder)));
  }

  plan(jid: NativeRoom, event: OutEvent, context: RoomContext): Plan {
    const room = this.#entered(jid);
    // Only who is in it knows what he may do there.
    if (!room) throw notEntered(jid, "certain");
    const mapping = room.stay.mapping();
    const broadcasts = context.manners.massMentions ?? mapping.broadcasts;
    return plan(event, { ...mapping, broadcasts }, context);
  }

  show(jid: NativeRoom, speaker: Speaker, what: Shown): void {
    const room = this.#entered(jid);
    // Nobody enters a room only to be seen typing or reading.
    const ghost = room?.people.present(speaker);
    if (!room || !ghost) return;
    if (what.kind === "profile") this.#service?.pictures.wear(jid, ghost, speaker);
    for (const payload of shownAs(what, speaker, room.stay.mapping()))
      this.#service?.show(ghost.jid, jid, payload);
  }

  perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    const room = this.#entered(context.room);
    if (!this.#service || !room) return Promise.reject(notEntered(context.room, "certain"));
    return this.#service.performer.perform(room, step, context);
  }

  async probe(
    step: Step,
    context: DeliveryContext,
    since: { mark: ArchiveMark | null; at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    const room = this.#entered(context.room);
    if (!this.#service || !room) throw notEntered(context.room, "unknown");
    return this.#service.prober.probe(room, step, context, since);
  }

  /** The room if the gateway is in it now. */
  #entered(jid: NativeRoom): Room | null {
    const room = this.#online ? this.#service?.known(jid) : undefined;
    return room?.live ? room : null;
  }

  get #online(): boolean {
    return this.#service?.online ?? false;
  }

  #room(jid: NativeRoom): Room {
    if (!this.#service) throw new GatewayError("account_down", `account ${this.#config.name} is not started`);
    return this.#service.room(jid);
  }

  #connected(): void {
    this.#setHealth("up", null);
    this.#log.info("connected to the XMPP service");
  }

  #offline(error: GatewayError | null): void {
    if (error === null) return;
    const reason = error.message;
    if (this.#health.state !== "down" || this.#health.reason !== reason)
      this.#log.warn({ err: error }, "not connected");
    this.#setHealth("down", reason);
    if (error.code === "account_refused") this.#firstTry?.reject(error);
    else this.#firstTry?.resolve();
  }

  #setHealth(state: Health["state"], reason: string | null): void {
    const since = this.#health.state === state ? this.#health.since : Date.now();
    this.#health = state === "up" ? { state, since } : { state, since, reason };
  }
}
