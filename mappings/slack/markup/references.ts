/** What both of Slack's forms of text refer to: users, groups, channels, dates, emoji and links. */
import { emojiOf } from "../../emoji/names.ts";
import type { Run } from "../../markup/flat.ts";
import { allowedUrl } from "../../markup/links.ts";
import type { Reading } from "./reading.ts";

/** What Slack puts before a domain that was typed without a scheme. */
const BARE = "http://";
/** Seconds since 1970 of the last date that is written with four digits of the year. */
const LAST_SECOND = 253_402_300_799;
/** Length of `:00.000Z`. */
const SECONDS_AND_ZONE = 8;

/** Text without a link. */
export function textRun(text: string, marks: number): Run {
  return { kind: "text", text, marks, link: null };
}

/**
 * A link; its label stays as text where the URL is not allowed, and where Slack itself made a link of a bare domain
 * that somebody typed. No label: the URL is shown.
 */
export function linkRun(reading: Reading, url: string, label: string, marks: number): Run {
  const text = label === "" ? url : label;
  const link = allowedUrl(url);
  if (link === null) reading.lose("link_refused", schemeOf(url));
  return { kind: "text", text, marks, link: isBareDomain(text, url) ? null : link };
}

/** A user; who isn't known stays as text. `label`: as the message names him, or empty. */
export function userRun(reading: Reading, id: string, label: string, marks: number): Run {
  const user = reading.context.user(id);
  if (user !== null) {
    // An id is no name: what the message calls him is better.
    const isNamed = user.name !== "" && user.name !== id;
    const name = isNamed ? user.name : withoutSign(label, "@") || id;
    return { kind: "mention", user: user.uri, name, marks };
  }
  reading.lose("mention_silent", id);
  return textRun(`@${withoutSign(label, "@") || id}`, marks);
}

/** A channel; one that isn't linked to a group stays as text. */
export function channelRun(reading: Reading, id: string, label: string, marks: number): Run {
  const room = reading.context.room(id);
  if (room !== null) return { kind: "group", group: room.uri, name: room.name, marks };
  reading.lose("link_refused", id);
  return textRun(`#${withoutSign(label, "#") || id}`, marks);
}

/** A group of users is Slack's own: text everywhere else. */
export function usergroupRun(reading: Reading, id: string, label: string, marks: number): Run {
  const handle = withoutSign(label, "@") || (reading.context.usergroup?.(id) ?? id);
  reading.lose("mention_silent", id);
  return textRun(`@${withoutSign(handle, "@")}`, marks);
}

/** Everybody, or null where `range` is none of Slack's words for it. */
export function broadcastRun(range: string, marks: number): Run | null {
  switch (range) {
    case "here":
    case "channel":
    case "everyone":
      return { kind: "broadcast", scope: range, marks };
    default:
      return null;
  }
}

/** An emoji by its short name: characters, a picture of the workspace, or null where it is neither. */
export function knownEmojiRun(reading: Reading, name: string, marks: number): Run | null {
  const emoji = emojiOf(reading.context.alias?.(name) ?? name);
  if (emoji !== null) return textRun(emoji, marks);
  const source = reading.context.emoji(name);
  return source === null ? null : { kind: "emoji", name, source, marks };
}

/** A date as its fallback says, or else in UTC: the reader's own zone is not known. */
export function dateText(timestamp: string, fallback: string): string {
  if (fallback !== "") return fallback;
  const seconds = Number(timestamp);
  if (timestamp === "" || !Number.isInteger(seconds) || Math.abs(seconds) > LAST_SECOND) return timestamp;
  return `${new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, -SECONDS_AND_ZONE)} UTC`;
}

function withoutSign(label: string, sign: string): string {
  return label.startsWith(sign) ? label.slice(sign.length) : label;
}

function isBareDomain(label: string, url: string): boolean {
  return url === `${BARE}${label}` || url === `${BARE}${label}/`;
}

/** The scheme alone: the rest may be private. */
function schemeOf(url: string): string {
  const end = url.indexOf(":");
  return end === -1 ? "" : url.slice(0, end);
}
