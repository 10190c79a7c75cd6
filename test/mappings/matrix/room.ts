/** A Matrix room as the tests of its mapping know it. */
import {
  type EventId,
  groupUri,
  parseEventId,
  parseProviderDomain,
  type UserUri,
  userUri,
} from "../../../mappings/ids.ts";
import type { Author, KnownMessage, NativePart, RoomMessage } from "../../../mappings/mapping.ts";
import type { MatrixCapabilities, MatrixInbound, MatrixOutbound } from "../../../mappings/matrix/context.ts";

const domain = parseProviderDomain("gw.example");
if (domain === null) throw new Error("not a domain");

export const group = groupUri(domain, "eng");

/** An event id that begins with octet 1 and ends with `digit`. */
export function eventId(digit: number): EventId {
  const id = parseEventId(`01${"0".repeat(61)}${digit.toString(16)}`);
  if (id === null) throw new Error("not an event id");
  return id;
}

export function octetsOf(id: EventId): Uint8Array {
  return new Uint8Array(Buffer.from(id, "hex"));
}

export const alice: UserUri = userUri(domain, "alice");
export const bob: UserUri = userUri(domain, "bob");
export const al: UserUri = userUri(domain, "slack-t1-u123");
export const ghostOfAl = "@_gw_slack_t1_u123:hs.example";

/** Native users alice and bob; al is of Slack and has a ghost. */
const people: Readonly<Record<string, { uri: UserUri; name: string }>> = {
  "@alice:hs.example": { uri: alice, name: "Alice" },
  "@bob:hs.example": { uri: bob, name: "Bob" },
  [ghostOfAl]: { uri: al, name: "Al" },
};

export const root = eventId(1);
export const reply = eventId(2);
export const reactionId = eventId(3);
export const pollId = eventId(4);

const known: Readonly<Record<string, KnownMessage>> = {
  $root: { root, version: root, thread: new Uint8Array(), replyTo: null, author: null },
  $bobs: {
    root: eventId(5),
    version: eventId(6),
    thread: octetsOf(root),
    replyTo: root,
    author: "@bob:hs.example",
  },
  $poll: {
    root: pollId,
    version: pollId,
    thread: new Uint8Array(),
    replyTo: null,
    author: "@bob:hs.example",
  },
};

export const inbound: MatrixInbound = {
  message: (native) => (Object.hasOwn(known, native) ? (known[native] ?? null) : null),
  user: (native) => (Object.hasOwn(people, native) ? (people[native] ?? null) : null),
  room: (native) => (native === "!eng:hs.example" ? { uri: group, name: "eng" } : null),
  emoji: (name) => (name === "blob" ? "mxc://hs.example/blob" : null),
  reactions: () => [],
  isOurs: (user) => user.startsWith("@_gw_"),
  isMarked: (content) => Object.hasOwn(content, "org.example.gw.origin"),
  reaction: (native) => (native === "$reaction" ? { id: reactionId, author: "@bob:hs.example" } : null),
  edit: () => null,
  latestEdit: () => null,
  poll: (native) => (native === "$poll" ? { options: ["a", "b", "c"], most: 2, ended: false } : null),
  member: () => null,
  powerLevels: { users: { "@bob:hs.example": 50 } },
  creators: [],
  pinned: [],
  typing: [],
};

export const mark = { "org.example.gw.origin": { id: "01b8", gw: "eu1" } };

function part(native: string): NativePart {
  return { native, aux: null };
}

/** A message as the room holds it; ours, with one part, unless said otherwise. */
export function roomMessage(native: string, id: EventId, change: Partial<RoomMessage> = {}): RoomMessage {
  return {
    root: id,
    parts: [part(native)],
    edits: [],
    author: { name: "Al", native: ghostOfAl },
    ours: true,
    excerpt: "Ship 2.0",
    threadRoot: null,
    ...change,
  };
}

const messages: Readonly<Record<string, RoomMessage>> = {
  [root]: roomMessage("$root", root),
  [reply]: roomMessage("$reply", reply, { edits: [{ native: "$edit", aux: "$reply" }] }),
  [pollId]: roomMessage("$poll", pollId),
  [eventId(5)]: roomMessage("$bobs", eventId(5), {
    author: { name: "Bob", native: "@bob:hs.example" },
    ours: false,
  }),
};

export const outbound: MatrixOutbound = {
  message: (id) => messages[id] ?? null,
  thread: (id) => {
    const begun = roomMessage("$root", root);
    return Buffer.from(id).toString("hex") === root
      ? { root: begun, latest: roomMessage("$latest", reply) }
      : null;
  },
  reaction: (id) =>
    id === reactionId ? { target: roomMessage("$root", root), emoji: "👍", part: part("$reaction") } : null,
  reactionsOf: () => [],
  reactionCount: () => 1,
  poll: () => null,
  user: (uri) => {
    const found = Object.entries(people).find(([, person]) => person.uri === uri);
    return found === undefined
      ? { native: null, name: "Stranger" }
      : { native: found[0], name: found[1].name };
  },
  room: (uri) => (uri === group ? { native: "!eng:hs.example", name: "eng" } : null),
  emoji: (name) => (name === "blob" ? "mxc://hs.example/blob" : null),
  media: (source) => ({
    url: source.startsWith("mxc://") ? `https://gw.example/m/${source.slice(6)}` : source,
    native: source.startsWith("mxc://")
      ? source
      : source.startsWith("https://gw.example/m/")
        ? "mxc://hs.example/copy"
        : null,
  }),
  mark,
  isRemote: (uri) => uri === al,
  powerLevels: { users: { "@bob:hs.example": 50 }, users_default: 0, events_default: 0, ban: 50 },
  pinned: ["$bobs"],
};

export const everything: MatrixCapabilities = {
  broadcasts: true,
  redact: true,
  properties: ["name", "topic", "avatar", "moderated", "read-only", "pins"],
  moderate: true,
  mirrorModeration: true,
  roles: true,
  polls: true,
  receipts: true,
  typing: true,
  presence: true,
};

/** A room in which the gateway's own user has no power. */
export const nothingAllowed: MatrixCapabilities = {
  broadcasts: false,
  redact: false,
  properties: [],
  moderate: false,
  mirrorModeration: false,
  roles: false,
  polls: false,
  receipts: false,
  typing: false,
  presence: false,
};

export const authorAl: Author = { uri: al, name: "Al" };
export const authorBob: Author = { uri: bob, name: "Bob" };
