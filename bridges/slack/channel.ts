/** A channel that the gateway takes part in: what was missed first, then what is said. */
import type { AcceptBatch, Raw } from "../../core/bridge/inbound.ts";
import type { Capabilities, RoomFacts } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { RetryTimer, type RetryTimes } from "../../core/retry-timer.ts";
import { ChannelClosed, type ChannelFacts, readChannel } from "./channel-facts.ts";
import { type CatchUpContext, caughtUp } from "./catch-up.ts";
import { CLOSED_AGAIN_MS, type Closed } from "./channel-fate.ts";
import type { Arguments, SlackApi } from "./api.ts";
import type { Memory } from "./memory.ts";
import { type Kept, keptState } from "./kept-event.ts";
import { MarkWriter } from "./mark-writer.ts";
import { handOverPins } from "./pins.ts";
import { laterOf, markOf, type Position, positionOf, timestampAt } from "./names.ts";
import { RepairProgress } from "./repair-progress.ts";
import { WaitingLine } from "./waiting-line.ts";

const TRY_AGAIN: RetryTimes = { first: 1_000, most: 60_000 };
/** Things that wait for what was missed before them; what comes on top is not taken, and Slack sends it again. */
const MOST_WAITING = 5_000;
/** What an app may post in one message, in octets; longer texts are split. */
const TEXT_BYTES = 12_000;

export interface ChannelContext extends Omit<CatchUpContext, "progress"> {
  readonly api: Pick<SlackApi, "call">;
  readonly memory: Pick<Memory, "pinCalls">;
  readonly host: Pick<BridgeHost, "accept" | "threads" | "ready" | "moved">;
  readonly log: Logger;
}

export class Channel {
  readonly room: NativeRoom;
  readonly #context: ChannelContext;
  #facts: ChannelFacts | null = null;
  #state: "out" | "entering" | "live" = "out";
  #position: Position | null = null;
  readonly #waiting = new WaitingLine(MOST_WAITING);
  #fault: string | null = null;
  /** Why nothing can be done in it now. */
  #closed: Closed | null = null;
  /** Of taking part: what an earlier one still reads is nothing any more. */
  #attempt = 0;
  readonly #progress: RepairProgress;
  /** Whether it has to be read once more. */
  #again = false;
  readonly #retry = new RetryTimer(() => this.#start(), TRY_AGAIN);
  readonly #marks: MarkWriter;

  constructor(room: NativeRoom, context: ChannelContext) {
    this.room = room;
    this.#context = context;
    this.#progress = new RepairProgress(room, context.log, () => Date.now());
    const write = () => context.host.accept({ room, raws: [], mark: this.mark });
    this.#marks = new MarkWriter(write, context.log);
  }

  get live(): boolean {
    return this.#state === "live";
  }

  get joined(): boolean {
    return this.#state !== "out" || this.#retry.waits;
  }

  get fault(): string | null {
    return this.#fault;
  }

  /** How far the reading of what was missed is, where that takes long; null: nothing is read. */
  get reading(): string | null {
    return this.#progress.text;
  }

  /** Why nothing can be done in it until somebody acts; null: something can. */
  get closed(): string | null {
    return this.#closed === null ? null : this.#fault;
  }

  /** What a public channel is called; null: it is private, or not known yet. */
  get publicName(): string | null {
    return this.#facts?.isPrivate === false ? this.#facts.name : null;
  }

  get mark(): ArchiveMark | null {
    return this.#position && markOf(this.#position);
  }

  /** Whether the app may rename it. Before it has looked it tries, and Slack refuses. */
  get renames(): boolean {
    return this.#facts === null || this.#facts.creator === this.#context.self.user;
  }

  capabilities(): Capabilities {
    const name = this.renames ? "full" : "none";
    return { name, topic: "full", archive: true, textBytes: TEXT_BYTES, open: this.publicName !== null };
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
    // What is being read now may have been read before the gap.
    else this.#again = true;
  }

  /** Slack lets nothing be done in it now. What is for it waits, and what is said there is read later. */
  close(why: Closed): void {
    if (!this.joined || this.#closed === why) return;
    this.#attempt += 1;
    this.#away(new ChannelClosed(this.room, why));
  }

  /** Slack says that it is open again, or that the app is in it again. */
  open(): void {
    if (this.#closed === null) return;
    this.#start();
  }

  stop(): void {
    this.#state = "out";
    this.#attempt += 1;
    this.#retry.stop();
    this.#marks.stop();
    this.#dropWaiting();
  }

  /** Resolves after the durable write; rejects where it can't be taken in now, and is to be sent again. */
  heard(kept: Kept): Promise<void> {
    if (this.live) return this.#accept(kept);
    if (this.#state === "out" && (this.#closed !== null || !this.#retry.waits)) return Promise.resolve();
    if (!this.#waiting.isFull) return this.#waiting.wait(kept);
    // Slack repeats it a few times only.
    this.#again = true;
    return Promise.reject(this.#busy());
  }

  /** A post of the gateway's own stands there. While what was missed is read, not all before it was handed over. */
  heardOwn(ts: string): void {
    if (!this.live) return;
    this.#moved(ts);
    this.#marks.moved();
  }

  /** As `caughtUp`. */
  catchUp(since: ArchiveMark): AsyncGenerator<AcceptBatch> {
    return caughtUp(this.room, since, { ...this.#context, progress: this.#progress });
  }

  #start(): void {
    this.#state = "entering";
    this.#again = false;
    this.#retry.stop();
    const attempt = ++this.#attempt;
    void this.#takePart(attempt).catch((thrown: unknown) => {
      if (this.#attempt === attempt) this.#away(asGatewayError(thrown));
    });
  }

  /** It is tried again after a while. */
  #away(error: GatewayError): void {
    this.#context.log.warn({ room: this.room, err: error }, "nothing can be done in a channel now");
    this.#state = "out";
    this.#dropWaiting();
    this.#fault = error.detail;
    if (error instanceof ChannelClosed) this.#closed = error.why;
    this.#retry.failed(this.#closed === null ? undefined : CLOSED_AGAIN_MS);
  }

  async #takePart(attempt: number): Promise<void> {
    const { host, history } = this.#context;
    const { room } = this;
    // Whoever has put the app out of a channel does not want it back before he invites it.
    const facts = await this.#enter(this.#closed !== "removed");
    if (this.#attempt !== attempt) return;
    this.#closed = null;
    if (this.#position === null) {
      const read = await history.end(room);
      this.#position = { read, begin: read };
      await host.accept({ room, raws: [], mark: this.mark });
    } else {
      for await (const batch of this.catchUp(markOf(this.#position))) {
        if (this.#attempt !== attempt) return;
        await host.accept(batch);
        if (batch.mark) this.#moved(positionOf(batch.mark).read);
      }
    }
    // State is compared with what was seen last, so it need not be said that it changed.
    await host.accept({ room, raws: keptState(room, facts, timestampAt(Date.now())), mark: this.mark });
    if (this.#attempt !== attempt) return;
    // What waits may have been heard after a gap that was not read yet.
    if (this.#again && !this.#waiting.isFull) return this.#start();
    this.#state = "live";
    this.#fault = null;
    this.#retry.worked();
    this.#waiting.end((kept) => this.#accept(kept));
    host.ready(room);
    if (this.#again) this.#start();
    else void this.#readPins();
  }

  /** Pins are compared with what is known of them by the time at which it was so: nothing has to wait for them. */
  #readPins(): Promise<void> {
    const { api, host, log, memory } = this.#context;
    const call = (method: string, args: Arguments) => api.call(method, args, true);
    const now = () => laterOf(this.#position?.read ?? "", timestampAt(Date.now()));
    const accept = (raw: Raw) => host.accept({ room: this.room, raws: [raw], mark: null });
    return handOverPins(this.room, { call, calls: () => memory.pinCalls(this.room), now }, { accept, log });
  }

  async #enter(enters = true): Promise<ChannelFacts> {
    this.#facts = await readChannel(this.#context.api, this.room, enters);
    return this.#facts;
  }

  async #accept({ raw, moment }: Kept): Promise<void> {
    const begin = this.#position?.begin ?? "";
    // Slack may still send what was said before the channel was linked: it is none of the group's.
    const isOfTheGroup = raw.nativeKey === null || moment === "" || laterOf(begin, moment) !== begin;
    if (!isOfTheGroup) return;
    this.#moved(moment);
    return this.#context.host.accept({ room: this.room, raws: [raw], mark: this.mark });
  }

  #moved(to: string): void {
    if (this.#position) this.#position = { ...this.#position, read: laterOf(this.#position.read, to) };
  }

  #dropWaiting(): void {
    this.#waiting.end(() => Promise.reject(this.#busy()));
  }

  #busy(): GatewayError {
    return new GatewayError("account_down", `${this.room} can't take anything in now; it comes again`);
  }
}
