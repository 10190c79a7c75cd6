/**
 * `npm run demo`: rooms of a real XMPP server, linked in pairs by a real gateway, and four people who talk in one pair
 * and use every feature in the other; then a channel of a simulated Slack workspace, linked with a room of the same
 * gateway and with one behind another gateway, and what crosses between the three.
 *
 *   npm run demo                     stays up until Ctrl-C, to be looked at with a client of one's own
 *   npm run demo -- --federated      the pairs alone, their rooms on two servers behind two gateways
 *   npm run demo -- --once           ends; exit code 0 only if everything arrived, once and in order
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { asGatewayError } from "../../core/errors.ts";
import type { SlackPeople } from "../clients/slack-people.ts";
import type { ArchivedStanza } from "../servers/prosody-archive.ts";
import { archivedLines, compareArchives } from "./archives.ts";
import { converse } from "./conversation.ts";
import { crossingFaults, renderCrossings } from "./crossing-table.ts";
import { showCrossings } from "./crossings.ts";
import { featureFaults, renderFeatures } from "./feature-table.ts";
import { showFeatures } from "./features.ts";
import { endServers } from "../servers/server-process.ts";
import { Ends } from "./ends.ts";
import { installFederated } from "./federated.ts";
import { install, type Installation } from "./installation.ts";
import { linkName, PASSWORD, type Side, VISITOR } from "./service.ts";
import { clock, renderLatencies, renderTranscript } from "./transcript.ts";

const tell = (line: string): void => console.log(`demo: ${line}`);

const { once: onlyOnce, federated } = readCommandLine();
const interruption = new AbortController();
const ends = new Ends();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second one does not wait for an orderly end; the servers end with this process.
    if (interruption.signal.aborted) process.exit(130);
    tell("stopping everything");
    interruption.abort();
  });
}
const interrupted = once(interruption.signal, "abort").then((): number => 130);
const code = await Promise.race([demo(), interrupted]).catch(report);
await ends.all().catch(report);
// Where it was interrupted while it started, something may have come up since.
await endServers();
tell("everything is stopped");
process.exit(onlyOnce || code !== 130 ? code : 0);

/** The exit code. */
async function demo(): Promise<number> {
  const installation = await (federated ? installFederated : install)(ends, tell);
  tell("everybody talks");
  const { lines, complete } = await converse(installation.talk);
  console.log();
  for (const { room } of installation.talk) console.log(renderTranscript(room, lines));
  console.log(renderLatencies(lines));
  // Where lines are missing there is no use in waiting for more.
  const features = complete ? await demonstrate(installation) : [];
  const across = complete && features.length === 0 ? await demonstrateCrossings(installation) : [];
  const archives = compareRooms(installation);
  if (archives.length === 0) tell("the archives of tea and coffee agree: every line is there once, in order");
  const faults = [...archives, ...features, ...across];
  for (const fault of faults) console.error(`demo: ${fault}`);
  if (faults.length > 0) tell(`${faults.length} faults, see above`);
  if (onlyOnce) return faults.length === 0 ? 0 : 1;
  console.log(invitation(installation));
  return interrupted;
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
async function demonstrate({ features }: Installation): Promise<string[]> {
  tell("everybody uses every feature");
  const { showings, surprises } = await showFeatures(features);
  console.log(`\n${features.map(({ room }) => room).join(" and ")}\n${renderFeatures(showings)}`);
  const faults = [...featureFaults(showings), ...surprises];
  if (faults.length === 0) tell("every feature arrived in the other room, once, and nothing else did");
  return faults;
}

/** The same between the channel and the two rooms linked with it. */
async function demonstrateCrossings({ across }: Installation): Promise<string[]> {
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
  const logins = [...new Set(sides.map(({ service }) => service))].map((service) => {
    const rooms = sides.filter((side) => side.service === service).map(({ room }) => room);
    const { prosody } = service;
    return `
  address   ${VISITOR}@${prosody.domain}     password  ${PASSWORD}
  server    127.0.0.1, port ${prosody.ports.c2s}
  rooms     ${rooms.join(", ")}
`;
  });
  const [here] = talk;
  const asked = [["status"], ["set-aside", "list"], ["peer", "list"], ["group", "list"]];
  const lines = [...new Set([...gateways, ...(across ? [across.other] : [])])].map(
    (gateway) => `
${asked.map((line) => `  ${gateway.commandLine(...line)}\n`).join("")}
  its log: ${gateway.logFile}
`,
  );
  return `It is ${clock(Date.now())}; all of this stays up until Ctrl-C. To take part with an XMPP client of your own
(plain connection, without TLS: the server listens on this machine only):
${logins.join("")}${across ? slackInvitation(across.rooms.channel) : ""}
What an operator can ask, in another terminal:
${lines.join("")}
To end a link, and to make it again:

  ${gateways[1].commandLine("unlink", linkName(talk[1]))}
  ${gateways[1].commandLine("link", linkName(talk[1]), "--group", "GROUP")}

The way of a line: \`trace\` with the id that the room gave to it (stanza-id, which many clients show):

  ${gateways[0].commandLine("trace", lastId(here.service.prosody.readArchive(here.room)))}`;
}

function slackInvitation({ url, channel }: SlackPeople): string {
  const words = JSON.stringify({ act: "post", channel, user: "U0BOB", text: "hello" });
  return `
What the channel of the Slack simulator holds, and somebody's words in it:

  curl ${url}channels/${channel}
  curl ${url}act -d '${words}'
`;
}

function lastId(archive: readonly ArchivedStanza[]): string {
  return archive.findLast(({ stanza }) => stanza.includes("<body>"))?.stanzaId ?? "ID";
}

function report(thrown: unknown): number {
  const { code, detail } = asGatewayError(thrown);
  console.error(`demo: ${code}: ${detail}`);
  return 1;
}

function readCommandLine(): { readonly once: boolean; readonly federated: boolean } {
  try {
    const options = {
      once: { type: "boolean", default: false },
      federated: { type: "boolean", default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    console.error("usage: npm run demo [-- [--federated] [--once]]");
    return process.exit(2);
  }
}
