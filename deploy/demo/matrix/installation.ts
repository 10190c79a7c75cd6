/** What `--matrix` runs: a gateway with a Synapse and a Prosody, and another gateway with a Prosody of its own. */
import type { Ends } from "../ends.ts";
import type { Gateway } from "../gateway.ts";
import { startGateways } from "../gateways.ts";
import { demoFolder } from "../installation.ts";
import { Service } from "../service.ts";
import { DemoHomeserver } from "./homeserver.ts";
import { enterRooms, type LinkedThree, linkThree } from "./rooms.ts";

export interface MatrixInstallation {
  readonly gateways: readonly [Gateway, Gateway];
  readonly rooms: LinkedThree;
}

/** Starts it all and links the rooms by the command line. `tell` gets a line for each long step. */
export async function installMatrix(ends: Ends, tell: (line: string) => void): Promise<MatrixInstallation> {
  const folder = demoFolder(ends);
  const homeserver = await DemoHomeserver.start(folder, ends, tell);
  tell("starting prosody, and another one for the other gateway");
  const north = await Service.start({ folder, domain: "localhost", people: ["anna", "ben"], ends });
  const south = await Service.start({ folder, domain: "south.localhost", people: ["erik", "frida"], ends });
  tell("Mia and Nils enter a room at Synapse, anna and ben a MUC, erik and frida one of the other service");
  const near = [await north.connect("anna"), await north.connect("ben")] as const;
  const far = [await south.connect("erik"), await south.connect("frida")] as const;
  const rooms = await enterRooms(
    homeserver,
    { service: north, people: near },
    { service: south, people: far },
  );
  tell("starting two gateways, each with a store of its own");
  const connected = ["connected to the XMPP service", "the homeserver answers"];
  const gateways = await startGateways(
    folder,
    [
      { base: "mimi.localhost", redis: "off", accounts: north.account + homeserver.account, connected },
      { base: "south.example", redis: "off", accounts: south.account },
    ],
    ends,
  );
  await linkThree(rooms, gateways, tell);
  return { gateways, rooms };
}
