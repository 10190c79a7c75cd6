/** What needs no look-up is translated before it is written, and goes straight into the log. */
import type { AcceptBatch } from "../bridge/inbound.ts";
import type { BindingId, InboxNumber } from "../ids.ts";
import { RoomLookups } from "../lanes/room-lookups.ts";
import { heed } from "../policy/inbound.ts";
import type { Translation } from "../store/units/group-log.ts";
import { inboxBinding } from "../store/units/inbox.ts";
import type { Translated } from "./accept-pump.ts";
import type { AccountOptions } from "./account-options.ts";

type TranslateOptions = Pick<AccountOptions, "bridge" | "store" | "writer" | "limits" | "now" | "policies">;

/** null: the bridge's translations take their time. A row without a translation waits in the inbox for its lane. */
export async function translateAtOnce(
  { bridge, store, writer, limits, now, policies }: TranslateOptions,
  id: BindingId,
  raws: AcceptBatch["raws"],
): Promise<Translated | null> {
  if (!bridge.translatesAtOnce || !bridge.connected) return null;
  const room = await store.read(inboxBinding(id));
  if (!room) return null;
  const rules = await policies.rulesOf(room, writer);
  const translations: (Translation | null)[] = [];
  for (const raw of raws) {
    try {
      // Without a key it has no identity before it has a place in the inbox.
      // What refers to something waits for it there.
      if (raw.nativeKey === null || bridge.refers(raw)) translations.push(null);
      else {
        const said = { n: 0 as InboxNumber, nativeKey: raw.nativeKey };
        const lookups = new RoomLookups(store, writer, room, 0, rules.policy);
        const { events } = heed(rules, await bridge.toEvents(room.native, raw, lookups));
        translations.push(writer.translation(room, said, events, limits));
      }
    } catch {
      // Its lane meets the same fault, and deals with it.
      translations.push(null);
    }
  }
  return { place: { binding: id, group: room.group, provider: room.provider, now: now() }, translations };
}
