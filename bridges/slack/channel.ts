/** A channel that the gateway takes part in: what was missed first, then what is said. */
import type { AcceptBatch, BridgeHost, Capabilities, Raw, RoomFacts } from "../../core/bridge.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import { type ChannelFacts, readChannel } from "./channel-facts.ts";
import type { SlackApi } from "./api.ts";
import type { History } from "./history.ts";
import { type Kept, keptState } from "./kept-event.ts";
import { laterOf, markOf, type Position, positionOf, timestampAt } from "./names.ts";

const TRY_AGAIN_FIRST_MS = 1_000;
const TRY_AGAIN_MOST_MS = 60_000;
/** The mark is written this often where only the gateway's own posts move it. */
const MARK_EVERY_MS = 5_000;
/** Things that wait for what was missed before them; what comes on top is not taken, and Slack sends it again. */
const MOST_WAITING = 5_000;
const BATCH = 200;
/** What an app may post in one message, in octets; longer texts are split. */
const TEXT_BYTES = 12_000;

export interface ChannelContext {
  readonly api: SlackApi;
  readonly history: History;
  readonly host: BridgeHost;
  readonly log: Logger;
  readonly self: SlackSelf;
}

interface Waiting {
  readonly kept: Kept;
  readonly resolve: (done: Promise<void>) => void;
}

export class Channel {
  readonly room: NativeRoom;
  readonly #context: ChannelContext;
  #facts: ChannelFacts | null = null;
  #state: "out" | "entering" | "live" = "out";
  #position: Position | null = null;
  /** What came live while the history is read. */
  #waiting: Waiting[] = [];
  #fault: string | null = null;
  #pause = TRY_AGAIN_FIRST_MS;
  #retry: NodeJS.Timeout | null = null;
  #marking: NodeJS.Timeout | null = null;

  constructor(room: NativeRoom, context: ChannelContext) {
    this.room = room;
    this.#context = context;
  }

  get live(): boolean {
    return this.#state === "live";
  }

  get joined(): boolean {
    return this.#state !== "out" || this.#retry !== null;
  }

  get fault(): string | null {
    return this.#fault;
  }

  get mark(): ArchiveMark | null {
    return this.#position && markOf(this.#position);
  }

  /** Whether the app may rename it. Before it has looked it tries, and Slack refuses. */
  get renames(): boolean {
    return this.#facts === null || this.#facts.creator === this.#context.self.user;
  }

  capabilities(): Capabilities {
    return { name: this.renames ? "full" : "none", topic: "full", archive: true, textBytes: TEXT_BYTES };
  }

  /** Looks at the channel, and enters it where it is public. Throws GatewayError room_unreachable. */
  async inspect(): Promise<RoomFacts> {
    const facts = await this.#enter();
    const read = await this.#context.history.end(this.room);
    return { name: facts.name, topic: facts.topic, mark: markOf({ read, begin: read }) };
  }

  join(since: ArchiveMark | null): void {
    if (this.joined) return;
    this.#position = since === null ? null : positionOf(since);
    this.#start();
  }

  /** Reads again what may have been missed, before anything that comes from now on. */
  repair(): void {
    if (this.live) this.#start();
  }

  stop(): void {
    this.#state = "out";
    for (const timer of [this.#retry, this.#marking]) if (timer) clearTimeout(timer);
    this.#retry = this.#marking = null;
    this.#dropWaiting();
  }

  /** Resolves after the durable write; rejects where it can't be taken in now, and is to be sent again. */
  heard(kept: Kept): Promise<void> {
    if (this.live) return this.#accept(kept);
    if (!this.joined) return Promise.resolve();
    if (this.#waiting.length >= MOST_WAITING) return Promise.reject(this.#busy());
    return new Promise((resolve) => {
      this.#waiting.push({ kept, resolve });
    });
  }

  /** A post of the gateway's own stands there. */
  heardOwn(ts: string): void {
    this.#moved(ts);
    this.#marking ??= setTimeout(() => {
      this.#marking = null;
      const { host, log } = this.#context;
      host.accept({ room: this.room, raws: [], mark: this.mark }).catch((thrown: unknown) => {
        log.debug({ room: this.room, err: asGatewayError(thrown) }, "a mark was not written");
      });
    }, MARK_EVERY_MS);
  }

  async *catchUp(since: ArchiveMark): AsyncGenerator<AcceptBatch> {
    const { history, self } = this.#context;
    const position = positionOf(since);
    const missed = await history.missed(this.room, position, self);
    let { read } = position;
    for (let from = 0; from < missed.length; from += BATCH) {
      const batch = missed.slice(from, from + BATCH);
      for (const { moment } of batch) read = laterOf(read, moment);
      const raws: readonly Raw[] = batch.map(({ raw }) => raw);
      yield { room: this.room, raws, mark: markOf({ read, begin: position.begin }) };
    }
  }

  #start(): void {
    this.#state = "entering";
    this.#retry = null;
    void this.#takePart().catch((thrown: unknown) => {
      if (this.#state === "out") return;
      const error = asGatewayError(thrown);
      this.#fault = error.detail;
      this.#context.log.warn({ room: this.room, err: error }, "a channel could not be entered");
      this.#state = "out";
      this.#dropWaiting();
      this.#retry = setTimeout(() => this.#start(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, TRY_AGAIN_MOST_MS);
    });
  }

  async #takePart(): Promise<void> {
    const { host, history } = this.#context;
    const { room } = this;
    const facts = await this.#enter();
    if (this.#position === null) {
      const read = await history.end(room);
      this.#position = { read, begin: read };
      await host.accept({ room, raws: [], mark: this.mark });
    } else {
      for await (const batch of this.catchUp(markOf(this.#position))) {
        if (!this.joined) return;
        await host.accept(batch);
        if (batch.mark) this.#moved(positionOf(batch.mark).read);
      }
    }
    // State is compared with what was seen last, so it need not be said that it changed.
    await host.accept({ room, raws: keptState(room, facts, timestampAt(Date.now())), mark: this.mark });
    if (!this.joined) return;
    this.#state = "live";
    this.#fault = null;
    this.#pause = TRY_AGAIN_FIRST_MS;
    for (const { kept, resolve } of this.#waiting.splice(0)) resolve(this.#accept(kept));
    host.ready(room);
  }

  async #enter(): Promise<ChannelFacts> {
    this.#facts = await readChannel(this.#context.api, this.room);
    return this.#facts;
  }

  #accept({ raw, moment }: Kept): Promise<void> {
    this.#moved(moment);
    return this.#context.host.accept({ room: this.room, raws: [raw], mark: this.mark });
  }

  #moved(to: string): void {
    if (this.#position) this.#position = { ...this.#position, read: laterOf(this.#position.read, to) };
  }

  #dropWaiting(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(Promise.reject(this.#busy()));
  }

  #busy(): GatewayError {
    return new GatewayError("account_down", `${this.room} can't take anything in now; it comes again`);
  }
}
