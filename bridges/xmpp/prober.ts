import type { Milliseconds } from "../../core/time.ts";
import type { DeliveryContext, Receipt, Step } from "../../core/bridge/outbound.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import type { Room } from "./room.ts";
import { messageId } from "./said-by.ts";

/** Clocks of two machines differ, and an archive may know whole seconds only. */
const MARGIN_MS = 60_000;

interface Scan {
  readonly from: Milliseconds;
  readonly begun: Milliseconds;
  readonly own: ReadonlyMap<string, Receipt>;
}

/** Finds out what became of calls without an answer, by the room's archive and its present state. */
export class Prober {
  /** The last look into a room's archive: it answers for all that was under way when the stream was lost. */
  readonly #scans = new Map<NativeRoom, Scan>();

  async probe(
    room: Room,
    step: Step,
    context: DeliveryContext,
    since: { readonly mark: ArchiveMark | null; readonly at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown"> {
    const held = { native: null, aux: null, at: Date.now() };
    switch (step.op) {
      case "topic":
        return room.stay.subject === step.args["text"] ? held : "absent";
      case "name":
        return room.stay.info.name === step.args["text"] ? held : "absent";
      case "moderated":
        return room.stay.info.moderated === step.args["moderated"] ? held : "absent";
      case "out":
      case "avatar":
      case "moderate":
        // Doing it again does no harm.
        return "absent";
      default: {
        // What went to one person is in no archive.
        const whispered = step.op === "notice" && step.args["to"] !== null;
        if (whispered || !room.stay.info.archive) return "unknown";
        const own = await this.#own(room, since);
        return own.get(context.key) ?? own.get(messageId(context.key, "relay")) ?? "absent";
      }
    }
  }

  async #own(room: Room, since: { readonly mark: ArchiveMark | null; readonly at: Milliseconds }) {
    const last = this.#scans.get(room.jid);
    // Good for a call that was intended after the scan's beginning in the archive and before the scan itself.
    if (last && since.at >= last.from && since.at < last.begun) return last.own;
    const begun = Date.now();
    const own = await room.ownSince({ mark: since.mark, at: since.at - MARGIN_MS });
    this.#scans.set(room.jid, { from: since.at, begun, own });
    return own;
  }
}
