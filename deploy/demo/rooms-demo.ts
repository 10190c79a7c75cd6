/** The usual demo: people who talk in a pair of rooms and use every feature in another, and what crosses to and from Slack. */
import type { ArchivedStanza } from "../servers/prosody-archive.ts";
import { archivedLines, compareArchives } from "./archives.ts";
import { converse } from "./conversation.ts";
import { crossingFaults, renderCrossings } from "./crossing-table.ts";
import { showCrossings } from "./crossings.ts";
import type { Ends } from "./ends.ts";
import { featureFaults, renderFeatures } from "./feature-table.ts";
import { showFeatures } from "./features.ts";
import { installFederated } from "./federated.ts";
import { install, type Installation } from "./installation.ts";
import { operatorsQuestions, slackInvitation, xmppLogins } from "./invitation.ts";
import { linkName, type Side } from "./service.ts";
import { clock, renderLatencies, renderTranscript } from "./transcript.ts";

/** What a demo has found. */
export interface Shown {
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[];
  /** How to look at what stays up. */
  readonly invitation: string;
}

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
  const across = complete && features.length === 0 ? await demonstrateCrossings(installation, tell) : [];
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

/** The same between the channel and the two rooms linked with it. */
async function demonstrateCrossings(
  { across }: Installation,
  tell: (line: string) => void,
): Promise<string[]> {
  if (across === null) return [];
  const { rooms } = across;
  tell(
    "everybody uses every feature between a simulated Slack channel and two rooms, one behind another gateway",
  );
  const { crossings, faults } = await showCrossings(rooms);
  const names = `channel #lab of the Slack simulator, ${rooms.near.room} and ${rooms.far.room}`;
  console.log(`\n${names}\n${renderCrossings(crossings)}`);
  const all = [...crossingFaults(crossings), ...faults];
  if (all.length === 0) tell("the workspace and both archives hold every one of them once, and nothing else");
  return all;
}

function invitation({ gateways, talk, features, across }: Installation): string {
  const sides = [...talk, ...features, ...(across ? [across.rooms.near, across.rooms.far] : [])];
  const [here] = talk;
  return `It is ${clock(Date.now())}; all of this stays up until Ctrl-C. ${xmppLogins(sides)}${
    across ? slackInvitation(across.rooms.channel) : ""
  }
${operatorsQuestions([...gateways, ...(across ? [across.other] : [])])}
To end a link, and to make it again:

  ${gateways[1].commandLine("unlink", linkName(talk[1]))}
  ${gateways[1].commandLine("link", linkName(talk[1]), "--group", "GROUP")}

The way of a line: \`trace\` with the id that the room gave to it (stanza-id, which many clients show):

  ${gateways[0].commandLine("trace", lastId(here.service.prosody.readArchive(here.room)))}`;
}

function lastId(archive: readonly ArchivedStanza[]): string {
  return archive.findLast(({ stanza }) => stanza.includes("<body>"))?.stanzaId ?? "ID";
}
