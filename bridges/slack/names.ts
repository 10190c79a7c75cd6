/** Names of Slack: channels, timestamps, and the marks and keys that are made of them. */
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeKey, NativeRoom } from "../../core/ids.ts";
import type { Milliseconds } from "../../core/time.ts";

/** Digits behind the dot of a timestamp. */
const MICROSECONDS = 6;
/** Of a hash, enough that no two edits of one second meet. */
const CONTENT_DIGITS = 16;
const CHANNEL = /^[CG][A-Z0-9]{2,}$/;
const LINK = /^https:\/\/[a-z0-9-]+(?:\.enterprise)?\.slack\.com\/archives\/(?<channel>[CG][A-Z0-9]{2,})\/?$/;

/** The channel's id, from the id itself or from the link that "Copy link" gives. Throws GatewayError room_invalid. */
export function parseChannel(text: string): NativeRoom {
  const channel = LINK.exec(text)?.groups?.["channel"] ?? text;
  if (CHANNEL.test(channel)) return channel as NativeRoom;
  throw new GatewayError(
    "room_invalid",
    `${JSON.stringify(text.slice(0, 200))} is no channel: write its id (C0123456789), which stands below in its details`,
  );
}

/** Names a message the same way live, by retry and from history. */
export const messageKey = (channel: string, ts: string): NativeKey => `${channel}:${ts}` as NativeKey;
/** Slack counts edits in whole seconds: `content`, a hash, tells two of one second apart. */
export const editKey = (channel: string, ts: string, edited: string, content: string): NativeKey =>
  `${channel}:${ts}:e:${edited}:${content.slice(0, CONTENT_DIGITS)}` as NativeKey;
export const deletionKey = (channel: string, ts: string): NativeKey => `${channel}:${ts}:d` as NativeKey;
export const eventKey = (channel: string, ...parts: readonly string[]): NativeKey =>
  [channel, "x", ...parts].join(":") as NativeKey;

/** The moment that a timestamp of Slack names. */
export function timeOf(ts: string): Milliseconds {
  return Math.floor(Number(ts) * 1_000);
}

/** The timestamp of Slack's that stands for a moment. */
export function timestampAt(at: Milliseconds): string {
  return `${Math.max(0, at / 1_000).toFixed(3)}000`;
}

/** Timestamps compare as texts of one form, never as numbers, which lose their last digits. */
export function compareTimestamps(a: string, b: string): number {
  const [left, right] = [padded(a), padded(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export const laterOf = (a: string, b: string): string => (compareTimestamps(a, b) < 0 ? b : a);

/** The least timestamp that is later. */
export function nextTimestamp(ts: string): string {
  const [seconds = "", fraction = ""] = padded(ts).split(".");
  const next = String(BigInt(seconds + fraction) + 1n).padStart(MICROSECONDS + 1, "0");
  return `${next.slice(0, -MICROSECONDS)}.${next.slice(-MICROSECONDS)}`;
}

function padded(ts: string): string {
  const [seconds = "", fraction = ""] = ts.split(".");
  return `${seconds.padStart(12, "0")}.${fraction.padEnd(MICROSECONDS, "0")}`;
}

/** Where a channel has been read to. */
export interface Position {
  /** All that happened up to here was handed over. */
  readonly read: string;
  /** Nothing from before this is carried: the channel was not linked then. */
  readonly begin: string;
}

export const markOf = ({ read, begin }: Position): ArchiveMark => `${read}/${begin}` as ArchiveMark;

/** Takes apart what `markOf` made. */
export function positionOf(mark: ArchiveMark): Position {
  const [read = "0.000000", begin = read] = mark.split("/");
  return { read, begin };
}
