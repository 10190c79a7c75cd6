import { decodeContent } from "../../mappings/content/codec.ts";
import type { EventId } from "../../mappings/ids.ts";
import type { Message } from "../../mappings/message.ts";
import { fromContent } from "../../mappings/message/from-content.ts";

/** Messages kept at hand: more than are under way at once. */
const KEPT = 2_000;

/**
 * What the messages of this process's last events mean, so that they need not be read from their bytes again to be
 * delivered. What is kept equals what reading the bytes gives.
 */
export class MessageMemo {
  readonly #messages = new Map<EventId, Message>();

  keep(id: EventId, message: Message): void {
    this.#messages.set(id, message);
    if (this.#messages.size <= KEPT) return;
    const [oldest] = this.#messages.keys();
    if (oldest !== undefined) this.#messages.delete(oldest);
  }

  /** Throws ContentError where the bytes are no mimi-content. */
  read(id: EventId, content: Uint8Array): Message {
    return this.#messages.get(id) ?? fromContent(decodeContent(content));
  }
}
