/** What was missed in a room, as the core takes it in: in batches, each with how far the room is read by it. */
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { ArchiveMark, NativeRoom } from "../../core/ids.ts";
import { step } from "../../core/steps.ts";
import type { History } from "./history.ts";
import { isKept, markedBy, rawOf, type Told } from "./kept-event.ts";
import { markOf, type OwnUsers, placeOf } from "./names.ts";
import { isCommand } from "./room-commands.ts";

/** Those events that are kept of what people say in a room: nothing that comes from the gateway itself, or is for it alone. */
export function keptOf(
  told: readonly Told[],
  { own, gateway }: { readonly own: Pick<OwnUsers, "isOurs">; readonly gateway: string },
): readonly Told[] {
  return told.filter(
    ({ event }) =>
      isKept(event) &&
      !own.isOurs(event.sender) &&
      !own.isOurs(event.state ?? "") &&
      !isCommand(event) &&
      markedBy(event.content) !== gateway,
  );
}

export interface CatchUpContext {
  readonly history: Pick<History, "after" | "beginning">;
  /** What is kept of a page. */
  readonly kept: (told: readonly Told[]) => readonly Told[];
}

/** What came after the mark, oldest first. Rejects with event_unknown where the room does not show that place any more. */
export async function* caughtUp(
  room: NativeRoom,
  since: ArchiveMark,
  { history, kept }: CatchUpContext,
): AsyncGenerator<AcceptBatch> {
  const place = placeOf(since, room);
  // It was followed from a room that it replaces: all of it is news.
  const pages = place === null ? history.beginning(room) : history.after(room, place);
  for await (const page of pages) {
    step("catchup.page");
    const last = page.at(-1)?.id;
    const mark = last === undefined ? null : markOf(room, last);
    yield { room, raws: kept(page).map(rawOf), mark };
  }
}
