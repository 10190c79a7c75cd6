/** A platform that costs nothing: what is said in it comes from the bench, and what it is told has arrived at once. */
import type { Raw, Translated } from "../../core/bridge/inbound.ts";
import type { DeliveryContext, OutEvent, Plan, Receipt, Step } from "../../core/bridge/outbound.ts";
import type { Capabilities, Health, RoomFacts } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Bridge } from "../../core/bridge/bridge.ts";
import { textArg } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeKey, NativeRoom } from "../../core/ids.ts";
import { plainFlat } from "../../mappings/markup/flat.ts";
import { plainTextOf } from "../../mappings/markup/plain.ts";
import { textMessage } from "../../mappings/message.ts";

const capabilities: Capabilities = { name: "none", topic: "none", archive: false, textBytes: 65_536 };

export class SinkBridge implements Bridge {
  readonly connected = true;
  readonly window: number;
  readonly settleMs = 0;
  readonly unclear = "repeat";
  readonly #started = Promise.withResolvers<void>();
  /** Resolves when the gateway has started it. */
  readonly started = this.#started.promise;
  /** Called with the text of each message that is delivered, in that very moment. */
  readonly #arrived: (room: NativeRoom, text: string) => void;
  #host: BridgeHost | null = null;
  #delivered = 0;

  constructor(window: number, arrived: (room: NativeRoom, text: string) => void) {
    this.window = window;
    this.#arrived = arrived;
  }

  start(host: BridgeHost): Promise<void> {
    this.#host = host;
    this.#started.resolve();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  health(): Health {
    return { state: "up", since: 0 };
  }

  fault(): string | null {
    return null;
  }

  parseRoom(text: string): NativeRoom {
    return text as NativeRoom;
  }

  inspect(): Promise<RoomFacts> {
    return Promise.resolve({ name: "", topic: "", mark: null });
  }

  join(room: NativeRoom): void {
    this.#host?.ready(room);
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  capabilities(): Capabilities {
    return capabilities;
  }

  mark(): null {
    return null;
  }

  // oxlint-disable-next-line require-yield -- there is no archive
  async *catchUp(): AsyncGenerator<never> {
    await Promise.resolve();
  }

  /** Somebody says something in the room. Resolves when the gateway has it on disk. */
  say(room: NativeRoom, number: number, text: string): Promise<void> {
    if (!this.#host) throw new GatewayError("account_down", "the sink is not started");
    const nativeKey = `${room} ${number}` as NativeKey;
    const raws = [{ nativeKey, at: Date.now(), raw: text }];
    return this.#host.accept({ room, raws, mark: null });
  }

  toEvents(room: NativeRoom, raw: Raw): Promise<readonly Translated[]> {
    const sender = { native: `${room}/somebody`, name: "somebody" };
    const native = raw.nativeKey as string as NativeId;
    const message = textMessage(plainFlat(raw.raw));
    return Promise.resolve([{ kind: "message", sender, message, native, aux: null }]);
  }

  refers(): boolean {
    return false;
  }

  translatesAtOnce(): boolean {
    return true;
  }

  show(): void {}

  plan(_room: NativeRoom, event: OutEvent): Plan {
    if (event.kind !== "message") return { steps: [], losses: [] };
    const { body } = event.message;
    const text = body.kind === "text" ? plainTextOf(body.text) : "";
    return { steps: [{ op: "message", part: 0, speaker: event.speaker, args: { text } }], losses: [] };
  }

  perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    this.#delivered += 1;
    this.#arrived(context.room, textArg(step, "text"));
    return Promise.resolve({ native: `to ${this.#delivered}` as NativeId, aux: null, at: Date.now() });
  }

  probe(): Promise<"absent"> {
    return Promise.resolve("absent");
  }
}
