/** Finds out what became of calls without an answer, by what the room's timeline holds. */
import type { Milliseconds } from "../../core/time.ts";
import type { DeliveryContext, Receipt, Step } from "../../core/bridge/outbound.ts";
import { textArg } from "../../core/bridge/outbound.ts";
import type { NativeId } from "../../core/ids.ts";
import type { History } from "./history.ts";
import { keyIn, type Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";
import { RELAYED } from "./outbound.ts";

/** Clocks of two machines differ. */
const MARGIN_MS: Milliseconds = 10 * 60_000;
/** Pages of a hundred events that are looked through. */
const MOST_PAGES = 100;

export class Prober {
  readonly #history: Pick<History, "backwards">;
  readonly #own: OwnUsers;

  constructor(history: Pick<History, "backwards">, own: OwnUsers) {
    this.#history = history;
    this.#own = own;
  }

  /**
   * What is not there is made again as the same transaction, which the homeserver takes once: an answer that comes late does
   * not matter. Redactions and state come to the same however often they are made. Rejects with request_timeout and the like.
   */
  async probe(
    step: Step,
    { room, key }: DeliveryContext,
    at: Milliseconds,
  ): Promise<Receipt | "absent" | "unknown"> {
    if (step.op !== "send" && step.op !== "text-file") return "absent";
    // Of what an application service sends only its type is sure: a sticker may have been linked instead.
    const types = [...new Set([textArg(step, "type"), "m.room.message"])];
    let pages = 0;
    for await (const page of this.#history.backwards(room, types)) {
      const found = page.find((told) => this.#isOf(told, key));
      if (found) return this.#receipt(found, step);
      // One event with a wrong time is no end.
      if (page.length > 0 && page.every(({ event }) => event.at < at - MARGIN_MS)) return "absent";
      pages += 1;
      if (pages === MOST_PAGES) return "unknown";
    }
    return "absent";
  }

  #isOf({ event }: Told, key: string): boolean {
    return this.#own.isOurs(event.sender) && keyIn(event.content) === key;
  }

  #receipt({ id, event }: Told, step: Step): Receipt {
    const edited = textArg(step, "edited");
    const relays = step.speaker !== null && event.sender === this.#own.bot;
    return { native: id as NativeId, aux: edited !== "" ? edited : relays ? RELAYED : null, at: event.at };
  }
}
