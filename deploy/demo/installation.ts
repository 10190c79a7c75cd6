/** What the demo runs on one gateway: Redis, Prosody with four people in four rooms, the gateway. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "../servers/redis.ts";
import type { Ends } from "./ends.ts";
import { Gateway } from "./gateway.ts";
import { linkName, type Pair, Service, shown, untilToldOfLink } from "./service.ts";

export interface Installation {
  /** Each with the side of the rooms that it serves; one may serve both. */
  readonly gateways: readonly [Gateway, Gateway];
  /** Two linked rooms to talk in. */
  readonly talk: Pair;
  /** Two others, with the same people, to use every feature in. */
  readonly features: Pair;
}

/** Starts it all and links the rooms by the command line. `tell` gets a line for each long step. */
export async function install(ends: Ends, tell: (line: string) => void): Promise<Installation> {
  const folder = demoFolder(ends);
  tell("starting redis-server");
  const redis = await startRedis({ folder: join(folder, "redis") });
  ends.add(async () => redis.stop());
  tell("starting prosody");
  const people = ["anna", "ben", "carla", "david"];
  const service = await Service.start({ folder, domain: "localhost", people, ends });
  tell("anna and ben enter two rooms, carla and david two others");
  const left = [await service.connect("anna"), await service.connect("ben")] as const;
  const right = [await service.connect("carla"), await service.connect("david")] as const;
  const enter = async (here: string, there: string): Promise<Pair> => [
    await service.enter(here, left),
    await service.enter(there, right),
  ];
  const talk = await enter("tea", "coffee");
  const features = await enter("library", "garden");
  tell("starting mimi-gateway");
  const config = `base: mimi.localhost
data: data
redis: { url: "${redis.url}" }
# One of the files that are shown comes from this very machine.
media: { allow: [127.0.0.0/8] }
${service.account}`;
  const gateway = new Gateway({ folder: join(folder, "gateway"), config });
  ends.add(async () => gateway.stop());
  await gateway.start();
  for (const pair of [talk, features]) {
    await shown(gateway, tell, "link", ...pair.map(linkName));
    for (const side of pair) await untilToldOfLink(side);
  }
  return { gateways: [gateway, gateway], talk, features };
}

/** A folder that goes with the demo. */
export function demoFolder(ends: Ends): string {
  const folder = mkdtempSync(join(tmpdir(), "mimi-demo-"));
  ends.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
