/** A room that the gateway takes part in: what was missed first, then what the homeserver tells. */
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { Capabilities, RoomFacts } from "../../core/bridge/room.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import { RetryTimer, type RetryTimes } from "../../core/retry-timer.ts";
import { roomCapabilities } from "./capabilities.ts";
import { keptOf } from "./catch-up.ts";
import type { RoomAround } from "./inbound-context.ts";
import { rawOf, type Told } from "./kept-event.ts";
import { isAlias, markOf } from "./names.ts";
import { ReadingPlace } from "./reading-place.ts";
import type { RoomContext } from "./room-context.ts";
import { CARRIERS, type RoomState } from "./room-state.ts";

const TRY_AGAIN: RetryTimes = { first: 1_000, most: 60_000 };
/** How long what is told waits for what was missed before it; then it is taken as it comes. */
const WAITS_AT_MOST_MS: Milliseconds = 20_000;

export class Room {
  readonly id: NativeRoom;
  readonly #context: RoomContext;
  #state: RoomState | null = null;
  readonly #place: ReadingPlace;
  #phase: "out" | "entering" | "live" = "out";
  /** Of taking part: what an earlier one still reads is nothing any more. */
  #attempt = 0;
  /** Whether it has to be read once more. */
  #again = false;
  #entered: Promise<void> = Promise.resolve();
  #fault: GatewayError | null = null;
  /** When it began to be read, once or several times in a row. */
  #readSince: Milliseconds = 0;
  /** Whether it is closed, and goes on nowhere that can be followed. */
  #stays = false;
  readonly #retry = new RetryTimer(() => this.#start(), TRY_AGAIN);
  #toldMissing = false;

  constructor(id: NativeRoom, context: RoomContext) {
    this.id = id;
    this.#context = context;
    this.#place = new ReadingPlace(id, { ...context, kept: (told) => this.#kept(told) });
  }

  get joined(): boolean {
    return this.#phase !== "out" || this.#retry.waits;
  }

  get fault(): string | null {
    const other = this.carriedBy;
    const standsBy = other && `${other} carries this room for the same group: unlink it here, or there`;
    return this.#fault?.detail ?? standsBy;
  }

  /** Another gateway that carries the room for the same group, so that this one neither hears nor says anything there; null: none. */
  get carriedBy(): string | null {
    return this.#context.carriers.other(this.id, this.#state);
  }

  /** Whether the gateway was put out of it, or can't enter it: nothing is said or heard there until that changes. */
  get shutOut(): boolean {
    return this.#phase === "out" && this.#fault?.code === "room_unreachable" && !this.#state?.encrypted;
  }

  /** Whether it goes on in another room, into which it is still to be followed: what is for it waits. */
  get closing(): boolean {
    return !this.#stays && (this.#state?.replacement ?? null) !== null;
  }

  get mark(): ArchiveMark | null {
    return this.#place.mark;
  }

  /** What is known of it without asking; null: nothing yet. */
  get known(): RoomState | null {
    return this.#state;
  }

  get around(): RoomAround | null {
    if (this.#state === null) return null;
    const { name, powers, creators } = this.#state;
    return { name, powers, creators };
  }

  capabilities(): Capabilities {
    return roomCapabilities(this.#state, this.#context.own.bot);
  }

  /** The room's state, read where it is not known yet. Rejects as look-ups do, or with room_unreachable. */
  async state(): Promise<RoomState> {
    this.#state ??= await this.#context.door.enter(this.id);
    return this.#state;
  }

  /** Looks at the room, and enters it. Throws GatewayError room_unreachable, or room_invalid for an alias. */
  async inspect(): Promise<RoomFacts> {
    const { door } = this.#context;
    if (isAlias(this.id)) throw await door.aliasRefused(this.id);
    this.#state = await door.enter(this.id);
    await door.checkRights(this.id, this.#state);
    const { name, topic } = this.#state;
    const { id: end } = await this.#place.end();
    const warnings = await door.warnings(this.id, this.#state, end);
    return { name, topic, mark: end === null ? null : markOf(this.id, end), warnings };
  }

  join(since: ArchiveMark | null): void {
    if (this.joined) return;
    this.#place.setTo(since);
    this.#start();
  }

  /** Reads again what may have been missed, before anything that comes from now on. */
  repair(): void {
    // What is being read now may have been read before the gap.
    if (this.#phase === "entering") this.#again = true;
    else if (this.joined) this.#start();
  }

  stop(): void {
    this.#phase = "out";
    this.#attempt += 1;
    this.#retry.stop();
  }

  /** The room can't be entered any more, until it is tried again. */
  putOut(reason: string): void {
    if (this.joined) this.tryAgain(reason);
  }

  tryAgain(reason: string): void {
    this.#attempt += 1;
    this.#away(new GatewayError("room_unreachable", reason));
  }

  /** Somebody has let the gateway in again. */
  letIn(): void {
    if (this.#phase === "out" && this.#retry.waits) this.#start();
  }

  /** Takes over what a transaction says of it. Resolves after the durable write. */
  async heard(told: readonly Told[]): Promise<void> {
    for (const one of told) this.#state?.take(one);
    // What is said meanwhile is read when somebody lets the gateway in again, as far as the room shows it then.
    if (!this.joined || this.shutOut) return;
    await this.#hasRead();
    // It may have been a try to come back in that failed.
    if (this.shutOut) return;
    const complete = this.#phase === "live";
    const latest = told.at(-1)?.id ?? null;
    if (complete && latest !== null) this.#place.movedTo(latest);
    const raws = this.#kept(this.#place.news(told)).map(rawOf);
    // The mark must not pass what is still to be read.
    const mark = complete ? this.mark : null;
    if (raws.length > 0) await this.#context.host.accept({ room: this.id, raws, mark });
    if (told.some(({ event }) => event.type === "m.room.encryption")) await this.#closeIfEncrypted();
    if (this.#state !== null && told.some(({ event }) => event.type === CARRIERS))
      await this.#context.carriers.claim(this.id, this.#state);
    if (told.some(({ event }) => event.type === "m.room.tombstone")) await this.#isFollowed();
  }

  /** As `caughtUp`. */
  catchUp(since: ArchiveMark): AsyncGenerator<AcceptBatch> {
    return this.#place.catchUp(since);
  }

  /** Says once what the ghosts of this room lack, in the room and in the log. */
  async tellMissingRight(): Promise<void> {
    if (this.#toldMissing) return;
    this.#toldMissing = true;
    await this.#context.door.tellMissingRight(this.id, await this.state());
  }

  async #closeIfEncrypted(): Promise<void> {
    try {
      if (this.#state !== null) await this.#context.door.refuseEncrypted(this.id, this.#state);
    } catch (thrown) {
      this.#attempt += 1;
      this.#away(asGatewayError(thrown));
    }
  }

  #kept(told: readonly Told[]): readonly Told[] {
    const { own, host } = this.#context;
    return this.carriedBy === null ? keptOf(told, { own, gateway: host.gateway }) : [];
  }

  /** What was missed is taken before what is told; where that takes long, all of it waits for so long only. */
  async #hasRead(): Promise<void> {
    while (this.#phase === "entering") {
      const left = this.#readSince + WAITS_AT_MOST_MS - performance.now();
      if (left <= 0) return;
      await Promise.race([this.#entered, pause(left, undefined, { ref: false })]);
    }
  }

  /** Where the room says that it goes on elsewhere: whether it does for the gateway, so that this is its end. */
  async #isFollowed(): Promise<boolean> {
    const replacement = this.#state?.replacement ?? null;
    if (replacement === null) return false;
    const follows = await this.#context.replaced(this, replacement as NativeRoom);
    this.#stays = !follows;
    return follows;
  }

  #start(): void {
    if (this.#phase !== "entering") this.#readSince = performance.now();
    this.#retry.stop();
    this.#phase = "entering";
    this.#again = false;
    const attempt = ++this.#attempt;
    this.#entered = this.#context.turns
      .take(() => this.#takePart(attempt))
      .catch((thrown: unknown) => {
        if (this.#attempt === attempt) this.#away(asGatewayError(thrown));
      });
  }

  /** It is tried again after a while. */
  #away(error: GatewayError): void {
    this.#context.log.warn({ room: this.id, err: error }, "nothing can be done in a room now");
    this.#phase = "out";
    this.#fault = error;
    this.#retry.failed();
  }

  async #takePart(attempt: number): Promise<void> {
    if (this.#attempt !== attempt) return;
    const { door, host, carriers, reads } = this.#context;
    const state = await door.enter(this.id);
    reads(this.id);
    this.#state = state;
    await door.refuseEncrypted(this.id, state);
    await carriers.claim(this.id, state);
    await this.#place.readOn(() => this.#attempt === attempt);
    if (this.#attempt !== attempt || (await this.#isFollowed())) return;
    this.#phase = "live";
    this.#fault = null;
    this.#retry.worked();
    host.ready(this.id);
    if (this.#again) this.#start();
  }
}
