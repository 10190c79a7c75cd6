/** What is known of a room before it is linked. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Store } from "../store/store.ts";
import { findBinding, type LinkInput } from "../store/units/bindings.ts";
import type { LinkedBy } from "./room-codes.ts";

export interface RoomToLink {
  readonly room: LinkInput["rooms"][number];
  /** What will not work there. */
  readonly warnings: readonly string[];
}

/**
 * A room as `link` writes it; a gateway that runs enters it first, to see whether it can be linked, and how well. One that was
 * made for it is known already. Throws room_invalid, room_unreachable.
 */
export async function roomToLink(
  reference: RoomReference,
  host: AccountHost,
  { store, running }: { readonly store: Pick<Store, "read">; readonly running: boolean },
  made: LinkedBy["made"],
): Promise<RoomToLink> {
  const { bridge, row } = host.options;
  const native = bridge.parseRoom(reference.room);
  const label = `${reference.account}:${native}`;
  const known = await store.read(findBinding({ account: row.id, native }));
  const room = { account: row.id, provider: row.provider, native, label, unclear: bridge.unclear };
  if (made?.account === reference.account && made.room === native) {
    const { mark, name, topic, warnings = [] } = made.facts;
    return { room: { ...room, kind: "portal", mark, properties: { name, topic } }, warnings };
  }
  if (known || !running || !host.serving)
    return { room: { ...room, mark: null, properties: { name: null, topic: null } }, warnings: [] };
  const { mark, name, topic, warnings = [] } = await bridge.inspect(native);
  return { room: { ...room, mark, properties: { name, topic } }, warnings };
}
