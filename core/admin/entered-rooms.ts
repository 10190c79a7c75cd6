/** Rooms that were entered only to see whether they can be linked. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { AccountId, NativeRoom } from "../ids.ts";

/** Leaves those that were not linked after all. */
export async function leaveUnlinked(
  hosts: readonly AccountHost[],
  rooms: readonly { readonly account: AccountId; readonly native: NativeRoom }[],
): Promise<void> {
  for (const host of hosts)
    for (const { account, native } of rooms)
      if (account === host.options.row.id && !host.bindings().some((one) => one.native === native))
        await host.options.bridge.leave(native, []);
}
