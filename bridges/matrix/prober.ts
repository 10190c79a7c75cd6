/** Finds out what became of calls without an answer, by what the room's timeline holds. */
import type { Milliseconds } from "../../core/time.ts";
import type { DeliveryContext, Receipt, Step } from "../../core/bridge/outbound.ts";
import { textArg } from "../../core/bridge/outbound.ts";
import { PastScans } from "../../core/bridge/past-scans.ts";
import type { DeliveryKey, NativeId, NativeRoom } from "../../core/ids.ts";
import type { History } from "./history.ts";
import { keyIn } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";
import { RELAYED } from "./outbound.ts";

/** Clocks of two machines differ. */
const MARGIN_MS: Milliseconds = 10 * 60_000;
/** Pages of a hundred events that are looked through. */
const MOST_PAGES = 100;
/** And of what may have been made long ago, for all that is asked for of it. */
const MOST_PAGES_PAST = 1_000;

interface Made {
  readonly id: string;
  readonly sender: string;
  readonly at: Milliseconds;
}

/** What this gateway has said. `cut`: and more before that. */
interface Own {
  readonly byKey: ReadonlyMap<string, Made>;
  readonly cut: boolean;
}

export class Prober {
  readonly #history: Pick<History, "backwards">;
  readonly #own: OwnUsers;
  readonly #scans = new PastScans<Own>();

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
    const isPast = this.#scans.isPast(at);
    const own = isPast
      ? await this.#scans.since(`${room} ${types.join(" ")}`, at, () =>
          this.#look(room, types, at, MOST_PAGES_PAST, null),
        )
      : await this.#look(room, types, at, MOST_PAGES, key);
    const found = own.byKey.get(key);
    if (found) return this.#receipt(found, step);
    return own.cut ? "unknown" : "absent";
  }

  /** Back to a time; `key`: no further than to what bears it. */
  async #look(
    room: NativeRoom,
    types: readonly string[],
    at: Milliseconds,
    most: number,
    key: DeliveryKey | null,
  ): Promise<Own> {
    const byKey = new Map<string, Made>();
    let pages = 0;
    for await (const page of this.#history.backwards(room, types)) {
      for (const { id, event } of page) {
        const { sender } = event;
        const borne = this.#own.isOurs(sender) ? keyIn(event.content) : null;
        if (borne !== null && !byKey.has(borne)) byKey.set(borne, { id, sender, at: event.at });
      }
      if (key !== null && byKey.has(key)) break;
      // One event with a wrong time is no end.
      if (page.length > 0 && page.every(({ event }) => event.at < at - MARGIN_MS)) break;
      pages += 1;
      if (pages === most) return { byKey, cut: true };
    }
    return { byKey, cut: false };
  }

  #receipt({ id, sender, at }: Made, step: Step): Receipt {
    const edited = textArg(step, "edited");
    const relays = step.speaker !== null && sender === this.#own.bot;
    return { native: id as NativeId, aux: edited !== "" ? edited : relays ? RELAYED : null, at };
  }
}
