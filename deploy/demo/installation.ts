/**
 * What the demo runs: a gateway with Redis, Prosody with four people in pairs of rooms, a simulated Slack workspace and a
 * Synapse; and another gateway with a Prosody of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "../servers/redis.ts";
import type { Ends } from "./ends.ts";
import type { Gateway } from "./gateway.ts";
import { enterRooms, type GroupInstallation, serveRooms } from "./group/installation.ts";
import { linkName, type Pair, Service, shown, untilToldOfLink } from "./service.ts";

export interface Installation {
  /** Each with the side of the pairs that it serves; one may serve both. */
  readonly gateways: readonly [Gateway, Gateway];
  /** Two linked rooms to talk in. */
  readonly talk: Pair;
  /** Two others, with the same people, to use every feature in. */
  readonly features: Pair;
  /** Rooms of all platforms; null: not in this demo. */
  readonly group: GroupInstallation | null;
}

/** Starts it all and links the rooms by the command line. `tell` gets a line for each long step. */
export async function install(ends: Ends, tell: (line: string) => void): Promise<Installation> {
  const folder = demoFolder(ends);
  const options = { folder, ends, tell };
  tell("starting redis-server");
  const redis = await startRedis({ folder: join(folder, "redis") });
  ends.add(async () => redis.stop());
  tell("starting prosody, and another one for the other gateway");
  const people = ["anna", "ben", "carla", "david"];
  const service = await Service.start({ folder, domain: "localhost", people, ends });
  const south = await Service.start({ folder, domain: "south.localhost", people: ["erik", "frida"], ends });
  tell("anna and ben enter three rooms, carla and david two others, erik and frida one of the other service");
  const left = [await service.connect("anna"), await service.connect("ben")] as const;
  const right = [await service.connect("carla"), await service.connect("david")] as const;
  const others = [await south.connect("erik"), await south.connect("frida")] as const;
  const enter = async (here: string, there: string): Promise<Pair> => [
    await service.enter(here, left),
    await service.enter(there, right),
  ];
  const talk = await enter("tea", "coffee");
  const features = await enter("library", "garden");
  const crews = { near: { service, people: left }, far: { service: south, people: others } };
  const rooms = await enterRooms(crews, { slack: true, matrix: "if there is one" }, options);
  const group = await serveRooms(rooms, `{ url: "${redis.url}" }`, options);
  const [gateway] = group.gateways;
  for (const pair of [talk, features]) {
    await shown(gateway, tell, "link", ...pair.map(linkName));
    for (const side of pair) await untilToldOfLink(side);
  }
  return { gateways: [gateway, gateway], talk, features, group };
}

/** A folder that goes with the demo. */
export function demoFolder(ends: Ends): string {
  const folder = mkdtempSync(join(tmpdir(), "mimi-demo-"));
  ends.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
