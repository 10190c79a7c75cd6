/** A room that the gateway takes part in: what was missed first, then what the homeserver tells. */
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { Capabilities, RoomFacts } from "../../core/bridge/room.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import { roomCapabilities } from "./capabilities.ts";
import { caughtUp, keptOf } from "./catch-up.ts";
import type { RoomAround } from "./inbound-context.ts";
import { rawOf, type Told } from "./kept-event.ts";
import { isAlias, markOf, placeOf } from "./names.ts";
import type { RoomContext } from "./room-context.ts";
import { CARRIERS, type RoomState } from "./room-state.ts";

const TRY_AGAIN_FIRST_MS: Milliseconds = 1_000;
const TRY_AGAIN_MOST_MS: Milliseconds = 60_000;
/** How long what is told waits for what was missed before it; then it is taken as it comes. */
const WAITS_AT_MOST_MS: Milliseconds = 20_000;

export class Room {
  readonly id: NativeRoom;
  readonly #context: RoomContext;
  #state: RoomState | null = null;
  #position: string | null = null;
  /** Events from before it was linked, which the homeserver may hand over late. */
  #before: ReadonlySet<string> = new Set();
  #phase: "out" | "entering" | "live" = "out";
  /** Of taking part: what an earlier one still reads is nothing any more. */
  #attempt = 0;
  /** Whether it has to be read once more. */
  #again = false;
  #entered: Promise<void> = Promise.resolve();
  #fault: GatewayError | null = null;
  #pause = TRY_AGAIN_FIRST_MS;
  #retry: NodeJS.Timeout | null = null;
  #toldMissing = false;

  constructor(id: NativeRoom, context: RoomContext) {
    this.id = id;
    this.#context = context;
  }

  get joined(): boolean {
    return this.#phase !== "out" || this.#retry !== null;
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

  get mark(): ArchiveMark | null {
    return this.#position === null ? null : markOf(this.id, this.#position);
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
    const { door, history } = this.#context;
    if (isAlias(this.id)) throw await door.aliasRefused(this.id);
    this.#state = await door.enter(this.id);
    await door.checkRights(this.id, this.#state);
    const { name, topic } = this.#state;
    const { id: end, before } = await history.end(this.id);
    this.#before = before;
    const warnings = await door.warnings(this.id, this.#state, end);
    return { name, topic, mark: end === null ? null : markOf(this.id, end), warnings };
  }

  join(since: ArchiveMark | null): void {
    if (this.joined) return;
    this.#position = since === null ? null : (placeOf(since, this.id) ?? "");
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
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  /** The room can't be entered any more, until it is tried again. */
  putOut(reason: string): void {
    if (!this.joined) return;
    this.#attempt += 1;
    this.#away(new GatewayError("room_unreachable", reason));
  }

  /** Somebody has let the gateway in again. */
  letIn(): void {
    if (this.#phase === "out" && this.#retry !== null) this.#start();
  }

  /** Takes over what a transaction says of it. Resolves after the durable write. */
  async heard(told: readonly Told[]): Promise<void> {
    for (const one of told) this.#state?.take(one);
    // What is said meanwhile is read when somebody lets the gateway in again, as far as the room shows it then.
    if (!this.joined || this.shutOut) return;
    if (this.#phase === "entering") await Promise.race([this.#entered, waits()]);
    const complete = this.#phase === "live";
    const latest = told.at(-1)?.id ?? null;
    if (complete && latest !== null) this.#position = latest;
    const raws = this.#kept(told.filter(({ id }) => !this.#before.has(id))).map(rawOf);
    // The mark must not pass what is still to be read.
    const mark = complete ? this.mark : null;
    if (raws.length > 0) await this.#context.host.accept({ room: this.id, raws, mark });
    if (told.some(({ event }) => event.type === "m.room.encryption")) await this.#closeIfEncrypted();
    if (this.#state !== null && told.some(({ event }) => event.type === CARRIERS))
      await this.#context.carriers.claim(this.id, this.#state);
    const replacement = told.some(({ event }) => event.type === "m.room.tombstone")
      ? (this.#state?.replacement ?? null)
      : null;
    if (replacement !== null) await this.#context.replaced(this, replacement as NativeRoom);
  }

  /** As `caughtUp`. */
  catchUp(since: ArchiveMark): AsyncGenerator<AcceptBatch> {
    const { history } = this.#context;
    return caughtUp(this.id, since, { history, kept: (told) => this.#kept(told) });
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

  #start(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#phase = "entering";
    this.#again = false;
    const attempt = ++this.#attempt;
    this.#entered = this.#takePart(attempt).catch((thrown: unknown) => {
      if (this.#attempt === attempt) this.#away(asGatewayError(thrown));
    });
  }

  /** It is tried again after a while. */
  #away(error: GatewayError): void {
    this.#context.log.warn({ room: this.id, err: error }, "nothing can be done in a room now");
    this.#phase = "out";
    this.#fault = error;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#start(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, TRY_AGAIN_MOST_MS);
  }

  async #takePart(attempt: number): Promise<void> {
    const { door, host, carriers } = this.#context;
    const state = await door.enter(this.id);
    this.#state = state;
    await door.refuseEncrypted(this.id, state);
    await carriers.claim(this.id, state);
    if (this.#position === null) await this.#begin();
    else await this.#readMissed(attempt, this.#position);
    if (this.#attempt !== attempt) return;
    this.#phase = "live";
    this.#fault = null;
    this.#pause = TRY_AGAIN_FIRST_MS;
    host.ready(this.id);
    if (this.#again) this.#start();
    const { replacement } = state;
    if (replacement !== null) await this.#context.replaced(this, replacement as NativeRoom);
  }

  async #begin(): Promise<void> {
    const { history, host } = this.#context;
    const { id, before } = await history.end(this.id);
    this.#position = id;
    this.#before = before;
    await host.accept({ room: this.id, raws: [], mark: this.mark });
  }

  async #readMissed(attempt: number, position: string): Promise<void> {
    const { host, log } = this.#context;
    try {
      for await (const batch of this.catchUp(markOf(this.id, position))) {
        if (this.#attempt !== attempt) return;
        await host.accept(batch);
        if (batch.mark !== null) this.#position = placeOf(batch.mark, this.id);
      }
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (error.code !== "event_unknown") throw error;
      // It was purged: what the homeserver still hands over is all there is.
      log.warn(
        { room: this.id, err: error },
        "what was said while nobody listened can't be read from the room",
      );
      await this.#begin();
    }
  }
}

const waits = (): Promise<void> => pause(WAITS_AT_MOST_MS, undefined, { ref: false });
