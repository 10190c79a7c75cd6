/** What a room knows of the things that an event refers to, found before the event is planned for it. */
import type { OutEvent, RoomContext, Speaker } from "../bridge.ts";
import type { Store } from "../store/store.ts";
import type { OutboxBinding } from "../store/units/outbox.ts";
import {
  messageInRoom,
  type PartRow,
  reactionOf,
  type ReactionRow,
  reactionsTo,
  userOf,
  type UserRow,
} from "../store/units/relations.ts";
import { type EventId, parseEventId, type UserUri } from "../../mappings/ids.ts";
import type { RoomMessage } from "../../mappings/mapping.ts";
import type { FlatText } from "../../mappings/markup/flat.ts";
import type { Message } from "../../mappings/message.ts";
import { excerptOf } from "../../mappings/message/excerpt.ts";
import type { MessageMemo } from "./message-memo.ts";
import { filesOf, MEDIA_PATH, placeOfFile } from "./served-files.ts";
import { sourcesOf } from "../store/units/media.ts";

/** For what refers to nothing. */
export const emptyContext: RoomContext = {
  author: () => null,
  message: () => null,
  thread: () => null,
  reaction: () => null,
  reactionsOf: () => [],
  reactionCount: () => 0,
  user: () => ({ native: null, name: "" }),
  room: () => null,
  emoji: () => null,
  media: (source) => ({ url: source, native: null }),
};

/** Whether an event refers to what must have been delivered before it can be planned. */
export function refers(event: OutEvent): boolean {
  if (event.kind !== "message") return false;
  const { replaces, replyTo, thread } = event.message;
  return replaces !== null || replyTo !== null || thread.length > 0;
}

/** The context of one event, as it stood at the event's place in the log: the same whenever it is planned. */
export async function contextFor(
  store: Store,
  memo: MessageMemo,
  binding: OutboxBinding,
  event: OutEvent,
  seq: number,
): Promise<RoomContext> {
  if (event.kind !== "message") return emptyContext;
  const mentioned = mentionsIn(event.message);
  const served = filesOf(event.message).some(({ source }) => source.includes(MEDIA_PATH));
  if (!refers(event) && mentioned.length === 0 && !served) return emptyContext;
  const found = new Finder(store, memo, binding, seq);
  if (served) await found.files(event.id);
  await found.mentions(mentioned);
  await found.relations(event.message);
  return found.context();
}

/** The context of what says something of one message without being an event. */
export async function contextAround(
  store: Store,
  memo: MessageMemo,
  binding: Pick<OutboxBinding, "id" | "group" | "provider">,
  message: EventId,
): Promise<RoomContext> {
  const found = new Finder(store, memo, binding, Number.MAX_SAFE_INTEGER);
  await found.message(message);
  return found.context();
}

class Finder {
  readonly #store: Store;
  readonly #memo: MessageMemo;
  readonly #binding: Pick<OutboxBinding, "id" | "group" | "provider">;
  readonly #seq: number;
  readonly #messages = new Map<EventId, RoomMessage>();
  /** By the same ids as the messages; remote users only. */
  readonly #authors = new Map<EventId, Speaker>();
  readonly #users = new Map<UserUri, UserRow>();
  readonly #reactions = new Map<EventId, { readonly target: EventId; readonly emoji: string }>();
  readonly #standing = new Map<EventId, readonly ReactionRow[]>();
  #sources: Parameters<typeof placeOfFile>[1] = [];

  constructor(
    store: Store,
    memo: MessageMemo,
    binding: Pick<OutboxBinding, "id" | "group" | "provider">,
    seq: number,
  ) {
    this.#store = store;
    this.#memo = memo;
    this.#binding = binding;
    this.#seq = seq;
  }

  async files(event: EventId): Promise<void> {
    this.#sources = await this.#store.read(sourcesOf({ group: this.#binding.group, event }));
  }

  async mentions(uris: readonly UserUri[]): Promise<void> {
    for (const uri of uris) {
      const user = await this.#store.read(userOf(uri));
      if (user) this.#users.set(uri, user);
    }
  }

  async relations({ body, replaces, replyTo, thread }: Message): Promise<void> {
    const { group } = this.#binding;
    if (body.kind === "unreaction" && replaces !== null) {
      const reaction = await this.#store.read(reactionOf({ group, id: replaces }));
      if (!reaction) return;
      this.#reactions.set(replaces, reaction);
      await this.message(reaction.target);
      return this.#reactionsTo(reaction.target);
    }
    const root = threadRoot(thread);
    for (const id of [replaces, replyTo, root]) if (id !== null) await this.message(id);
    if (body.kind === "reaction" && replyTo !== null)
      await this.#reactionsTo(this.#messages.get(replyTo)?.root ?? replyTo);
  }

  context(): RoomContext {
    const standing = (target: EventId) => {
      const rows = this.#standing.get(this.#messages.get(target)?.root ?? target) ?? [];
      return rows.filter((row) => row.seq <= this.#seq && (row.goneSeq === null || row.goneSeq > this.#seq));
    };
    const { provider } = this.#binding;
    return {
      ...emptyContext,
      author: (id) => this.#authors.get(id) ?? null,
      message: (id) => this.#messages.get(id) ?? null,
      thread: (id) => {
        const root = threadRoot(id);
        const message = root === null ? undefined : this.#messages.get(root);
        return message ? { root: message, latest: message } : null;
      },
      reaction: (id) => {
        const reaction = this.#reactions.get(id);
        const target = reaction && this.#messages.get(reaction.target);
        return target ? { target, emoji: reaction.emoji, part: null } : null;
      },
      reactionsOf: (author, target) =>
        standing(target)
          .filter((row) => row.author === author)
          .map((row) => row.emoji),
      media: (source) => ({ url: placeOfFile(source, this.#sources), native: null }),
      reactionCount: (target, emoji) =>
        standing(target).filter((row) => row.emoji === emoji && row.provider !== provider).length,
      user: (uri) => {
        const user = this.#users.get(uri);
        if (!user) return { native: null, name: "" };
        return { native: user.provider === provider ? user.native : null, name: user.name };
      },
    };
  }

  async #reactionsTo(target: EventId): Promise<void> {
    this.#standing.set(target, await this.#store.read(reactionsTo({ group: this.#binding.group, target })));
  }

  async message(id: EventId): Promise<void> {
    const { id: binding, group, provider } = this.#binding;
    const found = await this.#store.read(messageInRoom({ binding, group, id }));
    if (!found) return;
    const { root, parts } = found;
    const ours = root.originBinding !== binding;
    const message = root.content === null ? null : this.#memo.read(root.root, root.content);
    const threadId = message && threadRoot(message.thread);
    const thread =
      threadId === null || threadId === root.root
        ? null
        : await this.#store.read(messageInRoom({ binding, group, id: threadId }));
    if (ours && root.authorUri !== null)
      for (const name of [id, root.root])
        this.#authors.set(name, { uri: root.authorUri, name: root.authorName ?? "" });
    this.#messages.set(id, {
      root: root.root,
      parts: inOrder(parts),
      edits: parts.filter((part) => part.part < 0),
      author: {
        name: root.authorName ?? "",
        native: root.authorProvider === provider ? root.authorNative : null,
      },
      ours,
      excerpt: message ? excerptOf(message) : "",
      threadRoot: (thread && inOrder(thread.parts)[0]) ?? null,
    });
  }
}

/** The native messages that make it up; later versions may have added some. */
const inOrder = (parts: readonly PartRow[]): readonly PartRow[] =>
  parts
    .filter((part) => part.part >= 0)
    .toSorted((a, b) => a.part - b.part)
    .filter((part, i, all) => part.part !== all[i - 1]?.part);

/** A thread's id is the event id of its root, where a gateway has made it. */
const threadRoot = (thread: Uint8Array): EventId | null =>
  thread.length === 32 ? parseEventId(Buffer.from(thread).toString("hex")) : null;

function mentionsIn({ body }: Message): readonly UserUri[] {
  const text = body.kind === "text" ? body.text : body.kind === "media" ? body.caption : null;
  return text ? [...new Set(usersIn(text))] : [];
}

function* usersIn(text: FlatText): Generator<UserUri> {
  for (const block of text.blocks) {
    if (block.kind === "code" || block.kind === "rule") continue;
    const runs = block.kind === "row" ? block.cells.flat() : block.runs;
    for (const run of runs) if (run.kind === "mention") yield run.user;
  }
}
