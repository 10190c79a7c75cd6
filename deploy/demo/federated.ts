/**
 * What the federated demo runs: two gateways, each with a Prosody of its own, that know nothing of each other until a code
 * is handed over.
 */
import { join } from "node:path";
import { z } from "zod";
import { freePorts } from "../servers/ports.ts";
import type { Ends } from "./ends.ts";
import { Gateway } from "./gateway.ts";
import { demoFolder, type Installation } from "./installation.ts";
import { linkName, type Pair, Service, shown, untilToldOfLink } from "./service.ts";

const codeReport = z.object({ code: z.string() });

interface Place {
  readonly base: string;
  readonly port: number;
}

/** Starts it all, and links the rooms across the two gateways by code. */
export async function installFederated(ends: Ends, tell: (line: string) => void): Promise<Installation> {
  const folder = demoFolder(ends);
  tell("starting two prosodys");
  const north = await Service.start({ folder, domain: "north.localhost", people: ["anna", "ben"], ends });
  const south = await Service.start({ folder, domain: "south.localhost", people: ["carla", "david"], ends });
  tell("anna and ben enter two rooms in the north, carla and david two in the south");
  const left = [await north.connect("anna"), await north.connect("ben")] as const;
  const right = [await south.connect("carla"), await south.connect("david")] as const;
  const enter = async (here: string, there: string): Promise<Pair> => [
    await north.enter(here, left),
    await south.enter(there, right),
  ];
  const talk = await enter("tea", "coffee");
  const features = await enter("library", "garden");
  tell("starting two gateways, each with a store of its own");
  const [northPort = 0, southPort = 0] = await freePorts(2);
  const places = [
    { base: "north.example", port: northPort },
    { base: "south.example", port: southPort },
  ] as const;
  const gateways = [
    await startGateway(join(folder, "gateway-north"), north, places, ends),
    await startGateway(join(folder, "gateway-south"), south, places.toReversed(), ends),
  ] as const;
  for (const pair of [talk, features]) await linkAcross(gateways, pair, tell);
  return { gateways, talk, features };
}

async function startGateway(
  folder: string,
  service: Service,
  [own, other]: readonly Place[],
  ends: Ends,
): Promise<Gateway> {
  if (!own || !other) throw new RangeError("a gateway needs a place, and the other one's");
  const config = `base: ${own.base}
data: data
redis: off
# Files come from this very machine.
media: { allow: [127.0.0.0/8] }
# In the world the base domain tells where a gateway is, over https.
federation:
  listen: 127.0.0.1:${own.port}
  endpoint: http://127.0.0.1:${own.port}
  peers: [{ base: ${other.base}, endpoint: "http://127.0.0.1:${other.port}" }]
${service.account}`;
  const gateway = new Gateway({ folder, config });
  ends.add(async () => gateway.stop());
  await gateway.start();
  return gateway;
}

/** Three commands: the room gets a group, the group a code, and the code is taken for the other room. */
async function linkAcross(
  [issuer, redeemer]: readonly [Gateway, Gateway],
  [here, there]: Pair,
  tell: (line: string) => void,
): Promise<void> {
  await shown(issuer, (line) => tell(`north: ${line}`), "link", linkName(here));
  const answer = await shown(
    issuer,
    (line) => tell(`north: ${line}`),
    "code",
    "create",
    "--room",
    linkName(here),
  );
  const { code } = codeReport.parse(answer);
  await shown(redeemer, (line) => tell(`south: ${line}`), "redeem", code, "--room", linkName(there));
  for (const side of [here, there]) await untilToldOfLink(side);
}
