/**
 * Receipts: XEP-0114 has no acknowledgements, so the room's reflection of what we said is the only proof that it was
 * taken (XEP-0045, section 7.4). What is waited for is named by the delivery's key, which is the stanza's id.
 */
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError, type Receipt } from "../../core/bridge/outbound.ts";
import type { NativeId } from "../../core/ids.ts";
import { step } from "../../core/steps.ts";
import { stanzaId } from "./kept-stanza.ts";
import { attribute, type Element } from "./xml.ts";
import { refusal } from "./refusal.ts";

/** A room that has not reflected a message for this long is asked by other means. */
const REFLECTED_WITHIN_MS = 20_000;

interface Waiting {
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: DeliveryError) => void;
  readonly timer: NodeJS.Timeout;
}

export class Echoes {
  readonly #waiting = new Map<string, Waiting>();

  /** Resolves when the room reflects the stanza of this id. */
  wait(id: string, room: string): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        const detail = `${room} did not reflect the message within ${REFLECTED_WITHIN_MS / 1000} s`;
        reject(new DeliveryError("delivery_unclear", detail, { certainty: "unknown", retry: "backoff" }));
      }, REFLECTED_WITHIN_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  /** A message of ours came back from the room. */
  reflected(id: string, message: Element, room: string, at: Milliseconds): void {
    step("perform.reflected");
    const native = (stanzaId(message, room) ?? `id:${id}`) as NativeId;
    this.#take(id)?.resolve({ native, aux: id, at });
  }

  /** Something else proves the effect, for example the room's new subject. */
  confirmed(id: string, at: Milliseconds): void {
    this.#take(id)?.resolve({ native: null, aux: null, at });
  }

  /** The room sent the stanza back as an error: certainly not taken. */
  bounced(error: Element): void {
    this.#take(attribute(error, "id") ?? "")?.reject(refusal(error));
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** The stream ended: whatever was under way may or may not have been taken. */
  lose(reason: string): void {
    for (const id of this.#waiting.keys())
      this.#take(id)?.reject(
        new DeliveryError("account_down", reason, { certainty: "unknown", retry: "after", afterMs: 2_000 }),
      );
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (!waiting) return undefined;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}
