/** What needs no look-up is translated before it is written, and goes straight into the log. */
import type { AcceptBatch } from "../bridge/inbound.ts";
import type { BindingId, InboxNumber } from "../ids.ts";
import { RoomLookups } from "../lanes/room-lookups.ts";
import type { LoopFound } from "../loops/loop-breaker.ts";
import { heed } from "../policy/inbound.ts";
import type { Translation } from "../store/units/group-log.ts";
import { inboxBinding } from "../store/units/inbox.ts";
import type { Translated } from "./accept-pump.ts";
import type { AccountOptions } from "./account-options.ts";

type TranslateOptions = Pick<
  AccountOptions,
  "bridge" | "store" | "writer" | "limits" | "now" | "policies" | "loops"
>;

/**
 * null: all of it takes its time. A row without a translation waits in the inbox for its lane. Rejects as the store does where the
 * room can't be read or paused.
 */
export async function translateAtOnce(
  { bridge, store, writer, limits, now, policies, loops }: TranslateOptions,
  id: BindingId,
  raws: AcceptBatch["raws"],
): Promise<Translated | null> {
  if (!bridge.translatesAtOnce) return null;
  const room = await store.read(inboxBinding(id));
  if (!room || room.pausedAt !== null) return null;
  const rules = await policies.rulesOf(room, writer);
  const translations: (Translation | null)[] = [];
  for (const raw of raws) {
    let loop: LoopFound | null = null;
    try {
      // Without a key it has no identity before it has a place in the inbox.
      if (raw.nativeKey === null || !bridge.translatesAtOnce(room.native, raw)) translations.push(null);
      else {
        const said = { n: 0 as InboxNumber, nativeKey: raw.nativeKey, raw: raw.raw, originAt: raw.at };
        const lookups = new RoomLookups(store, writer, room, { age: 0, n: null }, rules.policy);
        const { events } = heed(rules, await bridge.toEvents(room.native, raw, lookups));
        loop = await loops.hears(room, said, events);
        if (loop === null) translations.push(writer.translation(room, said, events, limits));
      }
    } catch {
      // Its lane meets the same fault, and deals with it.
      translations.push(null);
    }
    if (loop !== null) {
      // All of it waits in the inbox then.
      await loops.pause(room, loop);
      return null;
    }
  }
  return { place: { binding: id, group: room.group, provider: room.provider, now: now() }, translations };
}
