/** Look-ups for writing an event: what the context file says, else stand-ins. */
import { type EventId, parseEventId, type UserUri } from "../../mappings/ids.ts";
import type { Outgoing, OutboundContext, RoomMessage } from "../../mappings/mapping.ts";
import type { Block, Run } from "../../mappings/markup/flat.ts";
import type { MessageBody } from "../../mappings/message.ts";
import type { ContextFile, MessageEntry } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { hashOf, STAND_IN_HOST, standInNative } from "./stand-ins.ts";

/** How a platform's own ids look. */
export interface NativeForm {
  /** What the ids of messages start with. */
  readonly prefix: string;
  /** Whether each message has a second id. */
  readonly hasAux: boolean;
  /** What stands for a user of another platform; null: nobody does whom the platform could mention. */
  readonly ghost: (uri: UserUri) => string | null;
  /** The platform's own copy of a file; null: it has none. */
  readonly copy: (source: string) => string | null;
}

/** Who and what is known for one event; `standing`: the author's reactions that stand once it is through. */
export function targetKnowledge(
  event: Outgoing,
  reading: Reading,
  file: ContextFile,
  form: NativeForm,
  standing: readonly string[],
): OutboundContext {
  const names = namesIn(event);
  const entryOf = (id: EventId): Entry | null =>
    Object.entries(file.messages).find(([key, { version }]) => reading.idOf(key) === id || version === id) ??
    null;
  const message = (id: EventId): RoomMessage => roomMessage(id, entryOf(id), reading, form);
  return {
    message: (id) => (entryOf(id)?.[1].reaction ? null : message(id)),
    thread: (thread) => {
      const id = parseEventId(Buffer.from(thread).toString("hex"));
      const root = message(
        id ?? (`01${hashOf("thread", Buffer.from(thread).toString("hex")).slice(0, 62)}` as EventId),
      );
      return { root, latest: root };
    },
    reaction: (id) => reactionOf(entryOf(id), event, reading, message),
    reactionsOf: () => standing,
    reactionCount: () => (event.kind === "message" && event.message.body.kind === "unreaction" ? 0 : 1),
    poll: () => null,
    user: (uri) => {
      const entry = named(file.users, uri);
      return { native: entry?.native ?? form.ghost(uri), name: entry?.name ?? names.get(uri) ?? lastOf(uri) };
    },
    room: (uri) => {
      const entry = named(file.rooms, uri);
      return entry?.native === undefined ? null : { native: entry.native, name: entry.name };
    },
    emoji: (name) => (Object.hasOwn(file.emoji, name) ? (file.emoji[name] ?? null) : null),
    media: (source) => ({
      url: /^https?:/i.test(source)
        ? source
        : `https://${STAND_IN_HOST}/${hashOf("media", source).slice(0, 16)}`,
      native: form.copy(source),
    }),
  };
}

/** What the file says of a message, after the key that it stands under. */
type Entry = readonly [string, MessageEntry];

function roomMessage(id: EventId, entry: Entry | null, reading: Reading, form: NativeForm): RoomMessage {
  const found = entry?.[1];
  const root = entry === null ? id : reading.idOf(entry[0]);
  const native = found?.native ?? standInNative(form.prefix, root);
  return {
    root,
    parts: [{ native, aux: found?.aux ?? (form.hasAux ? native : null) }],
    edits: [],
    author: { name: found?.authorName ?? "stand-in", native: null },
    ours: found?.ours ?? true,
    excerpt: found?.text ?? "stand-in",
    threadRoot: null,
  };
}

/** What is taken back: as the file says, else what the input says of the message that it is about. */
function reactionOf(
  entry: Entry | null,
  event: Outgoing,
  reading: Reading,
  message: (id: EventId) => RoomMessage,
): ReturnType<OutboundContext["reaction"]> {
  const reaction = entry?.[1].reaction;
  const named = event.kind === "message" ? event.message.replyTo : null;
  const target = reaction === undefined ? named : reading.idOf(reaction.to);
  const emoji = reaction?.emoji ?? reading.takenBack;
  if (emoji === null || target === null) return null;
  const native = entry?.[1].native;
  return { target: message(target), emoji, part: native === undefined ? null : { native, aux: null } };
}

/** Entries may stand under the source's id as well, and say the URI. */
function named<Entry extends { readonly uri?: string | undefined }>(
  entries: Readonly<Record<string, Entry>>,
  uri: string,
): Entry | null {
  if (Object.hasOwn(entries, uri)) return entries[uri] ?? null;
  return Object.values(entries).find((entry) => entry.uri === uri) ?? null;
}

/** Names of the author and of those whom the text mentions. */
function namesIn(event: Outgoing): ReadonlyMap<UserUri, string> {
  const names = new Map<UserUri, string>();
  if (event.kind !== "message") return names;
  names.set(event.author.uri, event.author.name);
  for (const run of textOf(event.message.body).flatMap(runsOf))
    if (run.kind === "mention" && run.name !== "") names.set(run.user, run.name);
  return names;
}

function textOf(body: MessageBody): readonly Block[] {
  if (body.kind === "text") return body.text.blocks;
  return body.kind === "media" ? (body.caption?.blocks ?? []) : [];
}

function runsOf(block: Block): readonly Run[] {
  if (block.kind === "row") return block.cells.flat();
  return block.kind === "code" || block.kind === "rule" ? [] : block.runs;
}

const lastOf = (uri: string): string => uri.slice(uri.lastIndexOf("/") + 1);
