/** What `status` shows: what the store knows, and what the accounts that this process serves know of themselves. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { Config } from "../config/config.ts";
import type { NativeRoom } from "../ids.ts";
import type { StatusReport } from "../operations.ts";
import type { Store } from "../store/store.ts";
import { statusReport } from "../store/units/status.ts";
import { version } from "../version.ts";

export interface StatusOptions {
  readonly config: Pick<Config, "base">;
  readonly store: Store;
  readonly hosts: readonly AccountHost[];
  readonly redis: StatusReport["redis"];
  readonly wake: StatusReport["wake"];
  readonly running: boolean;
}

export async function gatewayStatus(options: StatusOptions): Promise<StatusReport> {
  const { store, config, redis, wake, running, hosts } = options;
  const { accounts, bindings, alarms, setAside, unclear } = await store.read(statusReport());
  const fault = (account: string, room: NativeRoom) => {
    const host = hosts.find((one) => one.options.name === account);
    return host?.serving ? host.options.bridge.fault(room) : null;
  };
  const health = (id: AccountHost["options"]["row"]["id"]) => {
    return hosts.find((one) => one.options.row.id === id)?.health ?? null;
  };
  return {
    version,
    pid: process.pid,
    running,
    base: config.base,
    store: store.dialect,
    redis,
    wake,
    accounts: accounts.map(({ id, ...account }) => ({ ...account, health: health(id) })),
    bindings: bindings.map(({ id: _id, unclear: _unclear, pausedAt: at, pausedWhy: why, ...binding }) => ({
      ...binding,
      lastError: binding.lastError ?? fault(binding.account, binding.room),
      paused: at === null ? null : { at, why: why ?? "" },
    })),
    alarms: alarms.map(({ code, account, room, since, raisedAt, why }) => ({
      code,
      account,
      room,
      since,
      raisedAt,
      why,
    })),
    setAside,
    unclear,
  };
}
