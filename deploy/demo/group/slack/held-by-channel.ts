/** A Slack channel as the simulator holds it: as it stands, so that what was edited or deleted shows as it is now. */
import { shortened } from "../../reading.ts";
import type { Held } from "../../held-rooms.ts";
import type { SlackPeople } from "../../../clients/slack-people.ts";
import { fileText } from "../../file-text.ts";
import { type Names, readSlackMessage, wordsOfMessage } from "./reading-slack.ts";

/** What Slack says of a channel's life, in the channel. */
const NEWS: ReadonlySet<string | null> = new Set(["channel_join", "channel_topic", "channel_name"]);

export async function heldByChannel(people: SlackPeople, names: Names): Promise<Held> {
  const { name, topic, pinned, messages } = await people.shown();
  const all = messages.filter(({ subtype }) => !NEWS.has(subtype));
  const files = new Map<string, string>();
  for (const { id } of all.flatMap((message) => message.files))
    files.set(id, fileText(await people.file(id)));
  const own = all.filter(({ app, copy, files: posted }) => app && !copy && posted.length === 0);
  const said = all.filter((message) => !own.includes(message));
  const pins = pinned.map((pin) => {
    const message = all.find(({ ts }) => ts === pin);
    return `pinned: ${message ? shortened(wordsOfMessage(message, names)) : "nothing in this channel"}`;
  });
  return {
    lines: [
      ...said.flatMap((message) => readSlackMessage(message, all, names, files)),
      `the name is: ${name}`,
      ...(topic === "" ? [] : [`the topic is: ${topic}`]),
      ...pins,
    ],
    words: own.map(({ text }) => text),
  };
}
