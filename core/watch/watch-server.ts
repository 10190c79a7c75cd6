/** What is served for monitoring, on an address of its own: whoever reaches it may ask. */
import { fastify } from "fastify";
import type { WatchConfig } from "../config/config.ts";
import { GatewayError } from "../errors.ts";
import type { HealthReport } from "./watch-report.ts";

export interface WatchServerOptions {
  readonly listen: NonNullable<WatchConfig["listen"]>;
  readonly health: () => HealthReport;
  /** The metrics in Prometheus's text form. Rejects as the store does. */
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>;
}

/**
 * `/live`: 200 as long as the process answers at all. `/health`: 200, or 503 with what does not work. `/metrics`: for Prometheus;
 * 503 where the store does not answer. Resolves with what ends it; rejects with config_invalid where the address can't be had.
 */
export async function startWatchServer(options: WatchServerOptions): Promise<() => Promise<void>> {
  const { listen, health, metrics } = options;
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.addHook("onSend", (_request, reply, _payload, done) => {
    reply.header("cache-control", "no-store");
    done();
  });
  server.get("/live", () => ({ status: "ok" }));
  server.get("/health", (_request, reply) => {
    const report = health();
    return reply.code(report.status === "ok" ? 200 : 503).send(report);
  });
  server.get("/metrics", async (_request, reply) => {
    try {
      const { type, body } = await metrics();
      return await reply.header("content-type", type).send(body);
    } catch {
      return reply.code(503).send({ status: "fault" });
    }
  });
  try {
    await server.listen(listen);
  } catch (cause) {
    await server.close();
    const { host, port } = listen;
    throw new GatewayError("config_invalid", `${host}:${port} can't be listened on: change watch.listen`, {
      cause,
    });
  }
  return () => server.close();
}
