/** `npm run demo -- --matrix`: a room at a real homeserver and two MUCs, linked, and every kind of message in all directions. */
import type { Ends } from "./ends.ts";
import { showGroup } from "./group/group-demo.ts";
import { groupInvitation } from "./group/group-invitation.ts";
import { enterRooms, type GroupInstallation, serveRooms } from "./group/installation.ts";
import { MATRIX } from "./group/matrix/homeserver.ts";
import { demoFolder } from "./installation.ts";
import { operatorsQuestions, xmppLogins } from "./invitation.ts";
import { linkName, Service } from "./service.ts";
import type { Shown } from "./shown.ts";
import { clock } from "./transcript.ts";

export async function showMatrix(ends: Ends, tell: (line: string) => void): Promise<Shown> {
  const installation = await installMatrix(ends, tell);
  const faults = await showGroup(installation.rooms, tell);
  return { faults, invitation: invitation(installation) };
}

/** Starts it all and links the rooms by the command line. `tell` gets a line for each long step. */
async function installMatrix(ends: Ends, tell: (line: string) => void): Promise<GroupInstallation> {
  const options = { folder: demoFolder(ends), ends, tell };
  const { folder } = options;
  tell("starting prosody, and another one for the other gateway");
  const north = await Service.start({ folder, domain: "localhost", people: ["anna", "ben"], ends });
  const south = await Service.start({ folder, domain: "south.localhost", people: ["erik", "frida"], ends });
  tell("Mia and Nils enter a room at Synapse, anna and ben a MUC, erik and frida one of the other service");
  const near = [await north.connect("anna"), await north.connect("ben")] as const;
  const far = [await south.connect("erik"), await south.connect("frida")] as const;
  const crews = { near: { service: north, people: near }, far: { service: south, people: far } };
  const rooms = await enterRooms(crews, { slack: false, matrix: "required" }, options);
  return serveRooms(rooms, "off", options);
}

function invitation({ gateways, rooms }: GroupInstallation): string {
  const { near, far } = rooms;
  return `It is ${clock(Date.now())}; all of this stays up until Ctrl-C. ${xmppLogins([near, far])}${groupInvitation(rooms)}
${operatorsQuestions(gateways)}
What the gateway sees of the homeserver, from the registration to the rights in the room:

  ${gateways[0].commandLine("doctor", MATRIX)}

To take a MUC out of the link:

  ${gateways[1].commandLine("unlink", linkName(far))}`;
}
