import type { WatchConfig } from "../config/config.ts";
import type { Metrics } from "./metrics.ts";

/** The metrics; null where nothing is served for monitoring: then nothing is counted, and the library not loaded. */
export async function openMetrics({ listen }: WatchConfig): Promise<Metrics | null> {
  if (listen === null) return null;
  const { Metrics } = await import("./metrics.ts");
  return new Metrics();
}
