/**
 * `npm run demo`: two rooms of a real XMPP server, linked by a real gateway, and four people who talk in them.
 *
 *   npm run demo                stays up until Ctrl-C, to be looked at with a client of one's own
 *   npm run demo -- --once      ends; exit code 0 only if every line arrived once and in order
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { asGatewayError } from "../../core/errors.ts";
import type { ArchivedStanza } from "../servers/prosody-archive.ts";
import { archivedLines, compareArchives } from "./archives.ts";
import { changeState, converse, NAME, TOPIC, topicOf } from "./conversation.ts";
import { Ends, install, type Installation, PASSWORD, type Side, VISITOR } from "./installation.ts";
import { clock, renderLatencies, renderTranscript } from "./transcript.ts";

const tell = (line: string): void => console.log(`demo: ${line}`);

const { once: onlyOnce } = readCommandLine();
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
tell("everything is stopped");
process.exit(onlyOnce || code !== 130 ? code : 0);

/** The exit code. */
async function demo(): Promise<number> {
  const installation = await install(ends, tell);
  tell("everybody talks");
  const { lines, complete } = await converse(installation.sides);
  // Where lines are missing there is no use in waiting for more.
  const crossed = complete ? await changeState(installation.sides) : [];
  console.log();
  for (const { room } of installation.sides) console.log(renderTranscript(room, lines));
  console.log(renderLatencies(lines).trimEnd());
  for (const { what, tookMs } of crossed) console.log(`${what} crossed in ${tookMs} ms.`);
  console.log();
  const faults = await judge(installation);
  for (const fault of faults) console.error(`demo: ${fault}`);
  tell(
    faults.length === 0
      ? "the archives of both rooms agree: every line is there once, in order; so are name and topic"
      : `${faults.length} faults, see above`,
  );
  if (onlyOnce) return faults.length === 0 ? 0 : 1;
  console.log(invitation(installation));
  return interrupted;
}

/** What the rooms themselves hold now, against each other. */
async function judge({ prosody, sides }: Installation): Promise<string[]> {
  const held = ({ room }: Side) => ({ room, lines: archivedLines(prosody.readArchive(room)) });
  const [a, b] = [held(sides[0]), held(sides[1])];
  const faults = [...compareArchives(a, b), ...compareArchives(b, a)];
  for (const side of sides) {
    const { room, people } = side;
    const name = await people[0].user.roomName(room);
    if (held(side).lines.length === 0) faults.push(`nothing stands in the archive of ${room}`);
    if (topicOf(side) !== TOPIC) faults.push(`the topic of ${room} is ${JSON.stringify(topicOf(side))}`);
    if (name !== NAME) faults.push(`the name of ${room} is ${JSON.stringify(name)}`);
  }
  return faults;
}

function invitation({ prosody, gateway, sides }: Installation): string {
  const [a, b] = [sides[0].room, sides[1].room];
  return `It is ${clock(Date.now())}; all of this stays up until Ctrl-C. To take part with an XMPP client of your own
(plain connection, without TLS: the server listens on this machine only):

  address   ${VISITOR}@${prosody.domain}     password  ${PASSWORD}
  server    127.0.0.1, port ${prosody.ports.c2s}
  rooms     ${a} and ${b}

What an operator can ask, in another terminal:

  ${gateway.commandLine("status")}
  ${gateway.commandLine("set-aside", "list")}
  ${gateway.commandLine("unlink", `xmpp:${b}`)}
  ${gateway.commandLine("link", `xmpp:${a}`, `xmpp:${b}`)}

The way of a line: \`trace\` with the id that the room gave to it (stanza-id, which many clients show):

  ${gateway.commandLine("trace", lastId(prosody.readArchive(a)))}

The gateway's log: ${gateway.logFile}`;
}

function lastId(archive: readonly ArchivedStanza[]): string {
  return archive.findLast(({ stanza }) => stanza.includes("<body>"))?.stanzaId ?? "ID";
}

function report(thrown: unknown): number {
  const { code, detail } = asGatewayError(thrown);
  console.error(`demo: ${code}: ${detail}`);
  return 1;
}

function readCommandLine(): { readonly once: boolean } {
  try {
    const { values } = parseArgs({ options: { once: { type: "boolean", default: false } } });
    return values;
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    console.error("usage: npm run demo [-- --once]");
    return process.exit(2);
  }
}
