/** The conformance suite with everything by BullMQ, and on PostgreSQL. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { StoreConfig } from "../../../core/config/config.ts";
import type { FakeModes } from "../../support/fake-platform.ts";
import { sharedPostgres, sharedRedis, temporaryFolder } from "../../support/servers.ts";
import { conformance } from "./conformance.ts";
import { fakeConformance } from "./fake-conformance.ts";

const folder = temporaryFolder("conformance");
const startedPostgres = sharedPostgres();
const startedRedis = sharedRedis();

let settings = 0;

/** Redis is emptied of what an earlier gateway left by giving each setting a database of its own. */
async function redis() {
  return { kind: "configured", url: `${(await startedRedis()).url}/${++settings}` } as const;
}

async function postgres(): Promise<StoreConfig> {
  const name = `conformance_${randomUUID().replaceAll("-", "")}`;
  return { kind: "postgres", url: await (await startedPostgres()).createDatabase(name) };
}

const sqlite = (own: string): Promise<StoreConfig> =>
  Promise.resolve({ kind: "sqlite", file: join(own, "gateway.sqlite") });

function on(
  name: string,
  modes: Partial<FakeModes>,
  wake: "direct" | "queue",
  store: (own: string) => Promise<StoreConfig>,
): void {
  conformance(name, async () => {
    const shared = { wake, ...(wake === "queue" && { redis: await redis() }) };
    return {
      platform: fakeConformance(modes),
      options: async () => {
        const own = join(folder, randomUUID().slice(0, 8));
        return { ...shared, folder: own, store: await store(own) };
      },
    };
  });
}

on("a connection, wake: queue, SQLite", { window: 5 }, "queue", sqlite);
on("no connection, wake: queue, SQLite", { connected: false }, "queue", sqlite);
on("a connection, wake: direct, PostgreSQL", { window: 5 }, "direct", postgres);
on("no connection, wake: queue, PostgreSQL", { connected: false, window: 5 }, "queue", postgres);
