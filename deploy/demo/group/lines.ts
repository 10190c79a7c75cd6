/** What the people of the rooms say, and how it reads in each. */
import { fileText } from "../file-text.ts";
import { shortened } from "../reading.ts";
import type { Change, RoomName, Scene, Speaker } from "./group-stage.ts";

export type MucName = "near" | "far";
type Lines = Scene["change"];
type Reading = (name: string) => Change;

/** A text for each room. */
export type Everywhere = Readonly<Record<RoomName, string>>;

export const everywhere = (text: string): Everywhere => ({
  channel: text,
  matrix: text,
  near: text,
  far: text,
});

/** The first words of each room. */
export const HELLO: Everywhere = {
  channel: "Hello from the channel",
  matrix: "Hello from Matrix",
  near: "Hello from the harbour",
  far: "Hello from the island",
};
/** What somebody else in each says then. */
export const MORNING: Everywhere = {
  channel: "Morning, everyone",
  matrix: "Good morning all",
  near: "Good morning to you",
  far: "Good morning to everybody",
};
export const IN_THREAD: Readonly<Record<"channel" | "matrix", string>> = {
  channel: "In a thread of Slack's",
  matrix: "In a thread at Matrix",
};
export const QUESTION = "Tea or coffee?";
export const OPTIONS = ["Tea", "Coffee"] as const;
/** What the poll is to MUCs. */
export const POLL_TEXT = `*${QUESTION}*

${OPTIONS.map((option, at) => `${at + 1}. ${option}`).join("\n")}

Vote by reacting with a number, or answer this with !vote and the number.`;

export const MENU = new TextEncoder().encode("Tea and cake.");
/** A PNG of one pixel. */
export const PICTURE = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
);
/** How an Ogg file begins, which is as much of one as anybody here reads. */
export const SOUND = new Uint8Array(Buffer.from("4f67675300020000", "hex"));

/** `provider`: of whose people Slack says that he is, behind his name; null: of Slack itself. */
export const speaker = (home: RoomName, name: string, provider: string | null): Speaker => ({
  home,
  nameIn: (room) => (room === "channel" && provider !== null ? `${name} (${provider})` : name),
});

/** Reads the same in all rooms, behind the speaker's name. */
export const alike =
  (text: string): Lines =>
  (_, name) => ({ adds: [`${name}: ${text}`] });

/** Reads otherwise on each platform. */
export const each =
  ({ slack, matrix, muc }: Readonly<Record<"slack" | "matrix" | "muc", Reading>>): Lines =>
  (room, name) =>
    (room === "channel" ? slack : room === "matrix" ? matrix : muc)(name);

export const line =
  (text: string): Reading =>
  (name) => ({ adds: [`${name}: ${text}`] });

export const unshown =
  (why: string): Reading =>
  () => ({ adds: [], unshown: why });

const changed =
  (before: string, after: string): Reading =>
  (name) => ({ adds: [`${name}: ${after} (edited)`], removes: [`${name}: ${before}`] });

export const edited = (before: string, after: string): Lines =>
  each({
    slack: changed(before, after),
    matrix: changed(before, after),
    muc: line(`${after} (was: ${shortened(before)})`),
  });

/** `inMuc`: how the text reads in a MUC. */
export const deleted = (text: string, inMuc = text): Lines => {
  const gone: Reading = (name) => ({ adds: [], removes: [`${name}: ${text}`] });
  return each({
    slack: gone,
    matrix: gone,
    muc: (name) => ({ adds: [`${name} takes back: ${shortened(inMuc)}`] }),
  });
};

/** On Slack the gateway reacts for those who are not of the workspace. */
const onSlack = (speaker: string): string => (speaker.endsWith(")") ? "mimi-gateway" : speaker);

export const reacted = (emoji: string, text: string): Lines =>
  each({
    slack: (name) => ({ adds: [`${emoji} by ${onSlack(name)} (on: ${shortened(text)})`] }),
    matrix: (name) => ({ adds: [`${emoji} by ${name} (on: ${shortened(text)})`] }),
    muc: line(`${emoji} (on: ${shortened(text)})`),
  });

export const unreacted = (emoji: string, text: string): Lines =>
  each({
    slack: (name) => ({ adds: [], removes: [`${emoji} by ${onSlack(name)} (on: ${shortened(text)})`] }),
    matrix: (name) => ({ adds: [], removes: [`${emoji} by ${name} (on: ${shortened(text)})`] }),
    muc: line(`no reaction (on: ${shortened(text)})`),
  });

/** Slack has no replies: what is answered is quoted. `author`: of that. */
export const replied = (text: string, to: string, author: string): Lines =>
  each({
    slack: line(`> *${author}*: ${to} ↗ ⏎ ${text}`),
    matrix: line(`${text} (to: ${shortened(to)})`),
    muc: line(`${text} (to: ${shortened(to)})`),
  });

/** `first`: what was said first in the thread, apart from what began it; null: this. */
export const threaded = (text: string, root: string, first: string | null): Lines =>
  each({
    slack: line(`${text} (thread: ${shortened(root)})`),
    matrix: line(`${text} (thread: ${shortened(root)})`),
    muc: line(`${text} (thread: ${first === null ? "new" : shortened(first)})`),
  });

/** On Slack the text stands in a thread below a warning. */
export const spoiled = (text: string, why: string): Lines => {
  const warning = `⚠ Spoiler (${why}): `;
  const hidden = line(`${text} (hidden: ${why})`);
  return each({
    slack: (name) => ({
      adds: [`${name}: ${warning}▒▒▒`, `${name}: ${text} (thread: ${shortened(warning)})`],
    }),
    matrix: hidden,
    muc: hidden,
  });
};

/** `kind`: what a Matrix client shows it as; elsewhere it is a file. */
export const filed = (kind: string, filename: string, content: Uint8Array): Lines => {
  const file = line(`file ${filename}: ${fileText(content)}`);
  return each({ slack: file, matrix: line(`${kind} ${filename}: ${fileText(content)}`), muc: file });
};

const ON_SLACK_NOTHING = unshown("nothing: apps see and show nothing of it on Slack");

/** A line that is there as long as it is so, in all rooms but on Slack. */
export const state = (text: (name: string) => string): Lines => {
  const stands: Reading = (name) => ({ adds: [text(name)] });
  return each({ slack: ON_SLACK_NOTHING, matrix: stands, muc: stands });
};

/** A state's end. */
export const ended = (text: (name: string) => string): Lines => {
  const ends: Reading = (name) => ({ adds: [], removes: [text(name)] });
  return each({ slack: ON_SLACK_NOTHING, matrix: ends, muc: ends });
};

export const types = (name: string): string => `${name} is typing`;

export const hasRead =
  (text: string) =>
  (name: string): string =>
    `${name} has read: ${shortened(text)}`;

/** `before`: what the room was called. */
export const renamed =
  (to: string, before: Everywhere): Lines =>
  (room) => ({ adds: [`the name is: ${to}`], removes: [`the name is: ${before[room]}`] });

/** Elsewhere than on Slack. */
export const renamedElsewhere =
  (to: string, before: Everywhere): Lines =>
  (room, name) =>
    room === "channel"
      ? unshown("nothing: Slack lets no app rename a channel that it has not made")(name)
      : renamed(to, before)(room, name);

/** `before`: what the topic was. */
export const newTopic =
  (to: string, before: Everywhere): Lines =>
  (room) => ({ adds: [`the topic is: ${to}`], removes: [`the topic is: ${before[room]}`] });
