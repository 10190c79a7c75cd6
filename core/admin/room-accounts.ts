/** Accounts and their rooms, as commands about other gateways name them. */
import type { ProviderDomain } from "../../mappings/ids.ts";
import type { Bridge } from "../bridge/bridge.ts";
import { GatewayError } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Store } from "../store/store.ts";
import { type BindingRow, findBinding } from "../store/units/bindings.ts";

/** What is asked of an account. */
export interface RoomAccount {
  readonly options: {
    readonly name: string;
    readonly provider: ProviderDomain;
    readonly row: { readonly id: AccountId };
    readonly bridge: Pick<Bridge, "parseRoom">;
  };
}

/** The provider of an account; of the only one where none is named. Throws usage, account_unknown. */
export function providerOf(accounts: readonly RoomAccount[], name: string | null): ProviderDomain {
  const names = accounts.map((one) => one.options.name).join(", ");
  if (name === null && accounts.length !== 1)
    throw new GatewayError("usage", `say with --as for which account: ${names || "none is configured"}`);
  const account = name === null ? accounts[0] : accounts.find((one) => one.options.name === name);
  if (account) return account.options.provider;
  throw new GatewayError("account_unknown", `no account ${name} is configured; there is ${names}`);
}

/** What a room is linked in now. Throws room_invalid. */
export async function bindingOf(
  store: Pick<Store, "read">,
  accounts: readonly RoomAccount[],
  { account, room }: RoomReference,
): Promise<BindingRow | undefined> {
  const found = accounts.find((one) => one.options.name === account);
  if (!found) return undefined;
  const { bridge, row } = found.options;
  return store.read(findBinding({ account: row.id, native: bridge.parseRoom(room) }));
}
