/**
 * What the federated demo runs: two gateways, each with a Prosody of its own, that know nothing of each other until a code
 * is handed over.
 */
import { z } from "zod";
import type { Ends } from "./ends.ts";
import type { Gateway } from "./gateway.ts";
import { startGateways } from "./gateways.ts";
import { demoFolder, type Installation } from "./installation.ts";
import { linkName, type Pair, Service, shown, untilToldOfLink } from "./service.ts";

const NORTH = "north.example";
const SOUTH = "south.example";

const codeReport = z.object({ code: z.string() });

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
  const gateways = await startGateways(
    folder,
    [
      { base: NORTH, redis: "off", accounts: north.account },
      { base: SOUTH, redis: "off", accounts: south.account },
    ],
    ends,
  );
  for (const pair of [talk, features]) await linkAcross(gateways, pair, tell);
  return { gateways, talk, features, group: null };
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
