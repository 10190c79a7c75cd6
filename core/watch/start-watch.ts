/** The watch of a gateway, put together: its rooms, its looks, and what is served for monitoring. */
import type { AccountHost } from "../accounts/account-host.ts";
import type { Config } from "../config/config.ts";
import type { Wake } from "../lanes/waker.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Milliseconds } from "../time.ts";
import { AdminRooms } from "./admin-rooms.ts";
import type { Metrics } from "./metrics.ts";
import { noteStanding } from "./standing-metrics.ts";
import { Watch } from "./watch.ts";
import { healthReport } from "./watch-report.ts";
import { startWatchServer } from "./watch-server.ts";

export interface StartWatchOptions {
  readonly config: Pick<Config, "alarms" | "watch" | "limits">;
  readonly store: Store;
  readonly hosts: readonly AccountHost[];
  /** Links one room. Rejects with GatewayError. */
  readonly link: (room: RoomReference) => Promise<unknown>;
  readonly wake: Wake;
  /** null: nothing is served for monitoring. */
  readonly metrics: Metrics | null;
  readonly heldPolls: () => number;
  readonly log: Logger;
  readonly now: () => Milliseconds;
}

/** Resolves with what ends it. Rejects with config_invalid where `watch.listen` can't be listened on. */
export async function startWatch(options: StartWatchOptions): Promise<() => Promise<void>> {
  const { config, hosts, metrics, now } = options;
  const { alarms: rooms, limits } = config;
  const adminRooms = new AdminRooms({ ...options, rooms });
  const watch = new Watch({ ...options, adminRooms, limits });
  const report = () => watch.report;
  metrics?.know(hosts);
  const { listen } = config.watch;
  const close =
    listen === null || metrics === null
      ? null
      : await startWatchServer({
          listen,
          health: () => healthReport(watch.report, now(), limits.watchEveryMs),
          metrics: async () => {
            await noteStanding({ ...options, metrics, report });
            return metrics.text();
          },
        });
  watch.start();
  return async () => {
    await watch.stop();
    await close?.();
  };
}
