/** A room's archive as the core asks for it: what others said, and what became of what we said. */
import type { Milliseconds } from "../../core/time.ts";
import type { AcceptBatch } from "../../core/bridge/inbound.ts";
import type { Receipt } from "../../core/bridge/outbound.ts";
import type { ArchiveMark, NativeId, NativeRoom } from "../../core/ids.ts";
import type { GroupUri } from "../../mappings/ids.ts";
import type { Archive } from "./archive.ts";
import { isOfGroup } from "./group-copies.ts";
import { isKept, isOwn, isSubject, rawMessage, type Vouched } from "./kept-stanza.ts";
import { isModeratedBy } from "./moderation.ts";
import { attribute } from "./xml.ts";

/** What others said after the mark, a page at a time, with the keys that it would have had live. */
export async function* saidSince(
  archive: Archive,
  room: NativeRoom,
  since: ArchiveMark,
  reader: {
    readonly gateway: string;
    readonly group: GroupUri | null;
    readonly vouched: Vouched;
    /** The gateway's own. */ readonly nick: string | null;
  },
): AsyncGenerator<AcceptBatch> {
  for await (const page of archive.after(room, since, null)) {
    const raws = page.items
      .filter(({ message }) => !isOwn(message, reader.gateway) && !isOfGroup(message, reader.group))
      .filter(({ message }) => !isSubject(message) && isKept(message))
      .filter(({ message }) => !isModeratedBy(message, room, reader.nick))
      // Nobody can say who was in the room all the time that the gateway was not.
      .map(({ id, at, message }) => rawMessage(room, message, { id, at, since: null }, reader.vouched));
    yield { room, raws, mark: page.last };
  }
}

/** What we said since then, by the ids that we gave. */
export async function ownSince(
  archive: Archive,
  room: NativeRoom,
  since: { readonly mark: ArchiveMark | null; readonly at: Milliseconds },
  gateway: string,
): Promise<ReadonlyMap<string, Receipt>> {
  const found = new Map<string, Receipt>();
  for await (const page of archive.after(room, since.mark, since.at))
    for (const { id, at, message } of page.items) {
      const key = attribute(message, "id") ?? "";
      if (isOwn(message, gateway)) found.set(key, { native: id as string as NativeId, aux: key, at });
    }
  return found;
}
