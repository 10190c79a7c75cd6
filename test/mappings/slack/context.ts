/** A small workspace for the tests of Slack's mapping: one channel, two people, a bot of another app. */
import {
  type EventId,
  type GroupUri,
  type UserUri,
  parseEventId,
  parseGroupUri,
  parseProviderDomain,
  userUri,
} from "../../../mappings/ids.ts";
import type { KnownMessage, Outgoing, RoomMessage } from "../../../mappings/mapping.ts";
import { type Message, type MessageBody, message, textMessage } from "../../../mappings/message.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import type { SlackCapabilities, SlackOutbound } from "../../../mappings/slack/call.ts";
import type { SlackInbound } from "../../../mappings/slack/inbound.ts";

export const TS = "1755517523.123450";
export const LATER = "1755517530.000200";
export const ROOT = id("a");
export const VERSION = id("b");
export const REACTION = id("c");

export const AL = user("slack-t1-u123");
export const BOB = user("matrix-bob");
export const GROUP = group("eng");

export function id(digit: string): EventId {
  const made = parseEventId(`01${digit.repeat(62)}`);
  if (made === null) throw new Error("not an event id");
  return made;
}

export function user(name: string): UserUri {
  const domain = parseProviderDomain("gw.example");
  if (domain === null) throw new Error("not a domain");
  return userUri(domain, name);
}

function group(name: string): GroupUri {
  const uri = parseGroupUri(`mimi://gw.example/r/${name}`);
  if (uri === null) throw new Error("not a group");
  return uri;
}

export function known(changes: Partial<KnownMessage> = {}): KnownMessage {
  const thread = new Uint8Array();
  return { root: ROOT, version: VERSION, thread, replyTo: null, author: "U123", ...changes };
}

/** Knows the message at TS, and nothing else but what `changes` say. */
export function inbound(changes: Partial<SlackInbound> = {}): SlackInbound {
  return {
    team: "T1",
    self: { user: "UGW", bot: "BGW", app: "AGW" },
    bots: true,
    revision: () => null,
    deleting: () => false,
    lastSet: () => null,
    votes: () => [],
    message: (ts) => (ts === TS ? known() : null),
    user: (native) => (native === "U123" ? { uri: AL, name: "Al" } : null),
    room: (native) => (native === "C1" ? { uri: GROUP, name: "eng" } : null),
    emoji: (name) => (name === "party" ? "https://emoji.example/party.png" : null),
    reactions: () => [{ id: REACTION, emoji: "👍" }],
    ...changes,
  };
}

export const everything: SlackCapabilities = {
  replies: "quote",
  broadcasts: false,
  uploads: true,
  largestFile: 1_000_000,
  rename: true,
  topic: true,
  pins: true,
  archive: true,
  members: true,
};

export function shown(changes: Partial<RoomMessage> = {}): RoomMessage {
  return {
    root: ROOT,
    parts: [{ native: TS, aux: null }],
    edits: [],
    author: { name: "Al", native: "U123" },
    ours: true,
    excerpt: "Ship 2.0 & win",
    threadRoot: null,
    ...changes,
  };
}

/** The room holds the message ROOT (by either version), posted by the gateway. */
export function outbound(changes: Partial<SlackOutbound> = {}): SlackOutbound {
  return {
    channel: "C1",
    icon: () => "https://gw.example/a/9f3c.png",
    label: () => "Matrix",
    permalink: (ts) => `https://team.slack.example/archives/C1/p${ts.replace(".", "")}`,
    closed: () => false,
    poll: () => null,
    message: (event) => (event === ROOT || event === VERSION ? shown() : null),
    thread: (thread) =>
      Buffer.from(thread).toString("hex") === ROOT ? { root: shown(), latest: shown() } : null,
    reaction: () => ({ target: shown(), emoji: "👍", part: null }),
    reactionsOf: () => [],
    reactionCount: () => 1,
    user: (uri) => (uri === AL ? { native: "U123", name: "Al" } : { native: null, name: "Bob" }),
    room: (uri) => (uri === GROUP ? { native: "C1", name: "eng" } : null),
    emoji: (name) => (name === "party" ? "party" : null),
    media: () => ({ url: "https://gw.example/m/1", native: null }),
    ...changes,
  };
}

export const THREAD = new Uint8Array(Buffer.from(ROOT, "hex"));

export function said(text: string, changes: Partial<Message> = {}): Outgoing {
  return outgoing({ ...textMessage(plainFlat(text)), ...changes });
}

export function body(content: MessageBody, changes: Partial<Message> = {}): Outgoing {
  return outgoing({ ...message(content), ...changes });
}

export function outgoing(content: Message): Outgoing {
  return { kind: "message", id: id("d"), author: { uri: BOB, name: "Bob" }, message: content };
}
