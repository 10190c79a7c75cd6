import { parseProviderDomain } from "../../mappings/ids.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { Config } from "../config/config.ts";
import type { AccountBase } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { MediaLimits } from "../media/remote-file.ts";
import type { Vault } from "../secrets/vault.ts";
import type { Pace, Paces } from "../pace.ts";
import { AccountHost } from "./account-host.ts";
import type { AccountOptions } from "./account-options.ts";
import { RestoredRooms } from "./restored-rooms.ts";

/** Makes the bridge of one configured account. Does no I/O. */
export type BridgeFactory<Account extends AccountBase> = (
  account: Account,
  context: { readonly log: Logger; readonly media: MediaLimits; readonly pace: Pace },
) => Bridge;

/** The configured accounts, with their rows in the store; none is started. */
export async function createHosts<Account extends AccountBase>(
  config: Config<Account>,
  createBridge: BridgeFactory<Account>,
  parts: Pick<
    AccountOptions,
    | "store"
    | "log"
    | "runner"
    | "writer"
    | "now"
    | "wake"
    | "announcer"
    | "holding"
    | "markers"
    | "profiles"
    | "avatar"
    | "command"
    | "portal"
    | "transients"
    | "policies"
    | "loops"
  > & { readonly vault: Vault; readonly paces: Paces },
): Promise<readonly AccountHost[]> {
  const hosts: AccountHost[] = [];
  const restored = await RestoredRooms.open(parts);
  for (const account of config.accounts) {
    const provider = parseProviderDomain(`${account.name}.${config.base}`);
    if (provider === null)
      throw new GatewayError(
        "config_invalid",
        `${account.name}.${config.base} is no domain: shorten the name`,
      );
    const { name, bridge: kind } = account;
    const row = await parts.store.write("registerAccount", { bridge: kind, name, domain: provider });
    const log = parts.log.child({ account: name });
    const bridge = createBridge(account, { log, media: config.media, pace: parts.paces.of(name) });
    const names = { name, bridgeKind: kind, provider, gateway: config.base };
    const secrets = parts.vault.of(row.id);
    const own = { log, row, bridge, secrets, restored, limits: config.limits };
    hosts.push(new AccountHost({ ...parts, ...names, ...own }));
  }
  await restored.serve(new Set(hosts.map(({ options }) => options.row.id)));
  return hosts;
}
