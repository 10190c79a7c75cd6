/**
 * Starts the simulator by hand, so that the gateway can be tried without a workspace:
 *
 *   node test/slack/main.ts [--port 4010] [--events-url http://127.0.0.1:8080/slack/events] [--people-port 4011]
 *
 * Then type into it: `CHANNEL USER text` says something there as that person.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { startPeopleServer } from "./people-server.ts";
import { startSlackSimulator } from "./simulator.ts";
import type { SlackMessageRecord } from "./state/records.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4010" },
    "events-url": { type: "string" },
    "people-port": { type: "string" },
  },
});

const slack = await startSlackSimulator({ port: Number(values.port) });
const workspace = slack.workspace();
const eventsUrl = values["events-url"];
const peoplePort = values["people-port"];
const people = peoplePort === undefined ? null : await startPeopleServer(workspace, Number(peoplePort));

console.log(`This is a SIMULATOR of Slack, not Slack. Nothing that happens here reaches any workspace.

Web API          ${slack.apiUrl}
bot token        ${workspace.botToken}
app-level token  ${slack.app.appToken}   (Socket Mode)
signing secret   ${slack.app.signingSecret}
client id        ${slack.app.clientId}
client secret    ${slack.app.clientSecret}
install          ${slack.url}/oauth/v2/authorize
workspace        ${workspace.id}, bot ${workspace.botUser}
channels         C0GENERAL (#general, the bot is in it), C0LAB (#lab), C0SECRET (private)
people           U0ALICE (owner), U0BOB, U0CAROL
events           ${eventsUrl === undefined ? "by Socket Mode" : `to ${eventsUrl}`}
people by HTTP   ${people === null ? "no (--people-port)" : people.url}

Say something:   C0GENERAL U0BOB hello
A command:       C0GENERAL U0ALICE /mimi status
End:             Ctrl-C
`);

const seen = new Map<string, string>();
const channels = ["C0GENERAL", "C0LAB", "C0SECRET"] as const;

function show(): void {
  for (const channel of channels) {
    for (const message of workspace.messages(channel)) {
      const state = JSON.stringify([message.text, message.reactions, message.files]);
      if (seen.get(message.ts) === state) continue;
      console.log(lineOf(message, seen.has(message.ts)));
      seen.set(message.ts, state);
    }
  }
}

function lineOf(message: SlackMessageRecord, isChanged: boolean): string {
  const who = message.username ?? message.user ?? "";
  const marks = message.reactions.map(({ name, users }) => ` :${name}: ${users.length}`).join("");
  const files = message.files.map((id) => ` [${workspace.file(id)?.name ?? id}]`).join("");
  return `${message.channel} ${message.ts}${isChanged ? " (changed)" : ""} <${who}> ${message.text}${files}${marks}`;
}

async function type(line: string): Promise<void> {
  const [, channel = "", user = "", command, text = ""] =
    /^(\S+) +(\S+) +(?:(\/\S+) *)?(.*)$/.exec(line.trim()) ?? [];
  if (channel === "") return console.log("Say it as: CHANNEL USER text");
  try {
    if (command === undefined) workspace.people.post(channel, user, text);
    else await workspace.asking.command(channel, user, command, text);
    for (const { text: answer, user: reader } of workspace.ephemerals.splice(0)) {
      console.log(`only ${reader} sees: ${answer}`);
    }
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
}

if (eventsUrl !== undefined) {
  await slack.events.verifyUrl(eventsUrl).catch((error: unknown) => {
    console.log(error instanceof Error ? error.message : error);
    console.log("Start the gateway first, or leave --events-url out.");
    process.exitCode = 1;
  });
}
if (process.exitCode === 1) {
  await people?.stop();
  await slack.stop();
} else {
  const watch = setInterval(show, 200);
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => void type(line));
  process.once("SIGINT", () => {
    clearInterval(watch);
    lines.close();
    void people?.stop();
    void slack.stop();
  });
}
