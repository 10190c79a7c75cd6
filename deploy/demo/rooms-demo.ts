/** The usual demo: people who talk in a pair of rooms, use every feature in another, and everything in a group of all platforms. */
import type { ArchivedStanza } from "../servers/prosody-archive.ts";
import { archivedLines, compareArchives } from "./archives.ts";
import { converse } from "./conversation.ts";
import type { Ends } from "./ends.ts";
import { featureFaults, renderFeatures } from "./feature-table.ts";
import { showFeatures } from "./features.ts";
import { installFederated } from "./federated.ts";
import { showGroup } from "./group/group-demo.ts";
import { groupInvitation } from "./group/group-invitation.ts";
import { install, type Installation } from "./installation.ts";
import { operatorsQuestions, xmppLogins } from "./invitation.ts";
import { linkName, type Side } from "./service.ts";
import type { Shown } from "./shown.ts";
import { clock, renderLatencies, renderTranscript } from "./transcript.ts";

/** `federated`: the pairs alone, across two gateways. */
export async function showRooms(
  federated: boolean,
  ends: Ends,
  tell: (line: string) => void,
): Promise<Shown> {
  const installation = await (federated ? installFederated : install)(ends, tell);
  tell("everybody talks");
  const { lines, complete } = await converse(installation.talk);
  console.log();
  for (const { room } of installation.talk) console.log(renderTranscript(room, lines));
  console.log(renderLatencies(lines));
  // Where lines are missing there is no use in waiting for more.
  const features = complete ? await demonstrate(installation, tell) : [];
  const { group } = installation;
  const across = group && complete && features.length === 0 ? await showGroup(group.rooms, tell) : [];
  const archives = compareRooms(installation);
  if (archives.length === 0) tell("the archives of tea and coffee agree: every line is there once, in order");
  return { faults: [...archives, ...features, ...across], invitation: invitation(installation) };
}

/** What is wrong with what the rooms of the talk hold now, against each other. */
function compareRooms({ talk }: Installation): string[] {
  const [a, b] = [held(talk[0]), held(talk[1])];
  const empty = [a, b].filter(({ lines }) => lines.length === 0);
  return [
    ...empty.map(({ room }) => `nothing stands in the archive of ${room}`),
    ...compareArchives(a, b),
    ...compareArchives(b, a),
  ];
}

function held({ room, service }: Side) {
  return { room, lines: archivedLines(service.prosody.readArchive(room)) };
}

/** Shows every feature and prints it; what is wrong, a sentence each. */
async function demonstrate({ features }: Installation, tell: (line: string) => void): Promise<string[]> {
  tell("everybody uses every feature");
  const { showings, surprises } = await showFeatures(features);
  console.log(`\n${features.map(({ room }) => room).join(" and ")}\n${renderFeatures(showings)}`);
  const faults = [...featureFaults(showings), ...surprises];
  if (faults.length === 0) tell("every feature arrived in the other room, once, and nothing else did");
  return faults;
}

function invitation({ gateways, talk, features, group }: Installation): string {
  const sides = [...talk, ...features, ...(group ? [group.rooms.near, group.rooms.far] : [])];
  const [here] = talk;
  return `It is ${clock(Date.now())}; all of this stays up until Ctrl-C. ${xmppLogins(sides)}${
    group ? groupInvitation(group.rooms) : ""
  }
${operatorsQuestions([...gateways, ...(group?.gateways ?? [])])}
To end a link, and to make it again:

  ${gateways[1].commandLine("unlink", linkName(talk[1]))}
  ${gateways[1].commandLine("link", linkName(talk[1]), "--group", "GROUP")}

The way of a line: \`trace\` with the id that the room gave to it (stanza-id, which many clients show):

  ${gateways[0].commandLine("trace", lastId(here.service.prosody.readArchive(here.room)))}`;
}

function lastId(archive: readonly ArchivedStanza[]): string {
  return archive.findLast(({ stanza }) => stanza.includes("<body>"))?.stanzaId ?? "ID";
}
