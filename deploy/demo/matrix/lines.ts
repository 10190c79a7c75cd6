/** What the people of the three rooms say, and how it reads in each. */
import { fileText } from "../file-text.ts";
import { shortened } from "../reading.ts";
import type { Change, Scene, Speaker, Titles } from "../three-stage.ts";

/** The room at the homeserver, the MUC that the same gateway serves, and the MUC behind the other gateway. */
export type RoomName = "matrix" | "near" | "far";
export type MucName = Exclude<RoomName, "matrix">;
export const TITLES: Titles<RoomName> = { matrix: "Matrix", near: "harbour", far: "island" };

export type Act = Scene<RoomName>;
type Lines = Act["change"];

/** The first words of each room. */
export const HELLO: Readonly<Record<RoomName, string>> = {
  matrix: "Hello from Matrix",
  near: "Hello from the harbour",
  far: "Hello from the island",
};
/** What somebody else in each says then. */
export const MORNING: Readonly<Record<RoomName, string>> = {
  matrix: "Good morning all",
  near: "Good morning to you",
  far: "Good morning to everybody",
};
export const IN_THREAD = "In a thread";
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

/** All of a room's names for somebody are the same. */
export const speaker = (home: RoomName, name: string): Speaker<RoomName> => ({
  home,
  names: { matrix: name, near: name, far: name },
});

/** Reads the same in all rooms, behind the speaker's name. */
export const alike =
  (text: string): Lines =>
  (_, name) => ({ adds: [`${name}: ${text}`] });

/** Reads otherwise in the room at the homeserver than in MUCs. */
export const each =
  (matrix: (name: string) => Change, muc: (name: string) => Change): Lines =>
  (room, name) =>
    room === "matrix" ? matrix(name) : muc(name);

export const line =
  (text: string) =>
  (name: string): Change => ({ adds: [`${name}: ${text}`] });

export const edited = (before: string, after: string): Lines =>
  each(
    (name) => ({ adds: [`${name}: ${after} (edited)`], removes: [`${name}: ${before}`] }),
    line(`${after} (was: ${shortened(before)})`),
  );

export const deleted = (text: string): Lines =>
  each(
    (name) => ({ adds: [], removes: [`${name}: ${text}`] }),
    (name) => ({ adds: [`${name} takes back: ${shortened(text)}`] }),
  );

export const reacted = (emoji: string, text: string): Lines =>
  each(
    (name) => ({ adds: [`${emoji} by ${name} (on: ${shortened(text)})`] }),
    line(`${emoji} (on: ${shortened(text)})`),
  );

export const unreacted = (emoji: string, text: string): Lines =>
  each(
    (name) => ({ adds: [], removes: [`${emoji} by ${name} (on: ${shortened(text)})`] }),
    line(`no reaction (on: ${shortened(text)})`),
  );

export const replied = (text: string, to: string): Lines => alike(`${text} (to: ${shortened(to)})`);

/** `first`: what was said first in the thread, apart from what began it; null: this. */
export const threaded = (text: string, root: string, first: string | null): Lines =>
  each(
    line(`${text} (thread: ${shortened(root)})`),
    line(`${text} (thread: ${first === null ? "new" : shortened(first)})`),
  );

/** `kind`: what a Matrix client shows it as; to a MUC it is a file. */
export const filed = (kind: string, filename: string, content: Uint8Array): Lines =>
  each(line(`${kind} ${filename}: ${fileText(content)}`), line(`file ${filename}: ${fileText(content)}`));

/** A line that is there as long as it is so, in all rooms. */
export const state =
  (text: (name: string) => string): Lines =>
  (_, name) => ({ adds: [text(name)] });

/** A state's end. */
export const ended =
  (text: (name: string) => string): Lines =>
  (_, name) => ({ adds: [], removes: [text(name)] });

export const types = (name: string): string => `${name} is typing`;

export const hasRead =
  (text: string) =>
  (name: string): string =>
    `${name} has read: ${shortened(text)}`;

/** `before`: what the room was called. */
export const renamed =
  (to: string, before: (room: RoomName) => string): Lines =>
  (room) => ({ adds: [`the name is: ${to}`], removes: [`the name is: ${before(room)}`] });

export const newTopic =
  (to: string, before: string): Lines =>
  () => ({ adds: [`the topic is: ${to}`], removes: [`the topic is: ${before}`] });

export const unshown = (why: string) => (): Change => ({ adds: [], unshown: why });
