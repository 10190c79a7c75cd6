import type { Logger } from "../log.ts";
import { localPaces, type Paces } from "../pace.ts";
import type { RedisAccess } from "./redis-access.ts";

/** The paces of this gateway's accounts: kept with all its processes where there is a Redis. `close`: ends the connection. */
export async function openPaces(
  { connect }: RedisAccess,
  log: Logger,
): Promise<{ readonly paces: Paces; readonly close: () => void }> {
  if (connect === null) return { paces: localPaces, close: () => undefined };
  // Loaded only where there is a Redis.
  const { sharedPaces } = await import("./shared-pace.ts");
  const redis = connect("producer");
  return { paces: sharedPaces(redis, log), close: () => redis.disconnect() };
}
