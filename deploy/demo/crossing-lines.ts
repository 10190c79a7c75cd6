/** What the people of three linked rooms say, and how it reads in each. */
import { shortened } from "./reading.ts";
import type { Change } from "./three-stage.ts";

/** The channel, the room that its own gateway serves, and the room behind the other gateway. */
export type RoomName = "channel" | "near" | "far";
export const TITLES: Readonly<Record<RoomName, string>> = {
  channel: "#lab",
  near: "harbour",
  far: "island",
};

export const ALICE = "U0ALICE";
export const BOB = "U0BOB";
/** People by id, as the simulated workspace calls them. */
export const NAMES = new Map([
  [ALICE, "Alice Liddell"],
  [BOB, "Bobby"],
]);

export const STYLED = "*bold* _italic_ ~struck~ `code`";
export const FROM_SLACK = "Hello from the channel";
export const IN_THREAD = "In a thread";

export const helloOf = (home: "near" | "far"): string =>
  home === "near" ? "Hello from the harbour" : "Hello from the island";

export const edited = (room: RoomName, name: string, before: string, after: string): Change =>
  room === "channel"
    ? { adds: [`${name}: ${after} (edited)`], removes: [`${name}: ${before}`] }
    : { adds: [`${name}: ${after} (was: ${shortened(before)})`] };

export const deleted = (room: RoomName, gone: string, word: string): Change =>
  room === "channel" ? { adds: [], removes: [gone] } : { adds: [word] };

/** `as`: who reacts on Slack, where the gateway does it for everybody elsewhere. */
export const reacted = (room: RoomName, name: string, emoji: string, text: string, as: string): Change => ({
  adds: [room === "channel" ? onSlack(emoji, text, as) : `${name}: ${emoji} (on: ${shortened(text)})`],
});

export const unreacted = (room: RoomName, name: string, emoji: string, text: string, as: string): Change =>
  room === "channel"
    ? { adds: [], removes: [onSlack(emoji, text, as)] }
    : { adds: [`${name}: no reaction (on: ${shortened(text)})`] };

const onSlack = (emoji: string, text: string, as: string): string =>
  `${emoji} by ${as} (on: ${shortened(text)})`;

/** `first`: what was said first in the thread, apart from what began it; null: this. */
export const threaded = (room: RoomName, line: string, root: string, first: string | null): Change => {
  const elsewhere = first === null ? "new" : shortened(first);
  return { adds: [`${line} (thread: ${room === "channel" ? shortened(root) : elsewhere})`] };
};

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
