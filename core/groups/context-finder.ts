/** Looks up what a room knows of the things that an event refers to. */
import type { RoomContext, Speaker } from "../bridge/outbound.ts";
import type { AccountId, NativeRoom } from "../ids.ts";
import type { Store } from "../store/store.ts";
import { roomOfGroup } from "../store/units/linked-rooms.ts";
import { sourcesOf } from "../store/units/media.ts";
import type { OutboxBinding } from "../store/units/outbox.ts";
import { pollAt } from "../store/units/polls.ts";
import {
  messageInRoom,
  partOf,
  type PartRow,
  reactionOf,
  type ReactionRow,
  reactionsTo,
  userOf,
  type UserRow,
} from "../store/units/relations.ts";
import { type EventId, type GroupUri, parseEventId, type UserUri } from "../../mappings/ids.ts";
import type { NativePart, RoomMessage } from "../../mappings/mapping.ts";
import type { Message } from "../../mappings/message.ts";
import { excerptOf } from "../../mappings/message/excerpt.ts";
import { type PollTally, tallyOf } from "../../mappings/message/poll-tally.ts";
import type { MessageMemo } from "./message-memo.ts";
import { placeOfFile } from "./served-files.ts";

/** For what refers to nothing. */
export const emptyContext: RoomContext = {
  author: () => null,
  manners: { named: false, massMentions: null },
  message: () => null,
  thread: () => null,
  reaction: () => null,
  reactionsOf: () => [],
  reactionCount: () => 0,
  poll: () => null,
  user: () => ({ native: null, name: "" }),
  room: () => null,
  emoji: () => null,
  media: (source) => ({ url: source, native: null }),
};

/** Finds what one event refers to, as it stood at a place in the log. */
export class ContextFinder {
  readonly #store: Store;
  readonly #memo: MessageMemo;
  readonly #binding: Pick<OutboxBinding, "id" | "group" | "provider">;
  readonly #seq: number;
  readonly #messages = new Map<EventId, RoomMessage>();
  /** By the same ids as the messages; remote users only. */
  readonly #authors = new Map<EventId, Speaker>();
  readonly #users = new Map<UserUri, UserRow>();
  readonly #reactions = new Map<
    EventId,
    { readonly target: EventId; readonly emoji: string; readonly part: NativePart | null }
  >();
  readonly #standing = new Map<EventId, readonly ReactionRow[]>();
  readonly #rooms = new Map<GroupUri, { readonly native: NativeRoom; readonly name: string }>();
  readonly #polls = new Map<EventId, PollTally>();
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

  /** Groups, each with the name that it has in the text. `account`: whose rooms it may be linked to. */
  async rooms(groups: ReadonlyMap<GroupUri, string>, account: AccountId): Promise<void> {
    for (const [uri, name] of groups) {
      const native = await this.#store.read(roomOfGroup({ account, uri }));
      if (native !== null) this.#rooms.set(uri, { native, name });
    }
  }

  async relations({ body, replaces, replyTo, thread }: Message): Promise<void> {
    const { group } = this.#binding;
    if (body.kind === "unreaction" && replaces !== null) {
      const reaction = await this.#store.read(reactionOf({ group, id: replaces }));
      if (!reaction) return;
      const part = (await this.#store.read(partOf({ binding: this.#binding.id, event: replaces }))) ?? null;
      this.#reactions.set(replaces, { ...reaction, part });
      await this.message(reaction.target);
      return this.#reactionsTo(reaction.target);
    }
    const root = threadRoot(thread);
    for (const id of [replaces, replyTo, root]) if (id !== null) await this.message(id);
    const poll = body.kind === "poll" ? replaces : body.kind === "poll-end" ? replyTo : null;
    if (poll !== null) await this.poll(poll);
    if (body.kind === "reaction" && replyTo !== null)
      await this.#reactionsTo(this.#messages.get(replyTo)?.root ?? replyTo);
  }

  context(): RoomContext {
    const standing = (target: EventId) => {
      const rows = this.#standing.get(this.#messages.get(target)?.root ?? target) ?? [];
      return rows.filter((row) => row.seq <= this.#seq && (row.goneSeq === null || row.goneSeq > this.#seq));
    };
    const { id: binding, provider } = this.#binding;
    // What people of this room gave stands there by itself; two rooms of one account show each other's.
    const elsewhere = (row: ReactionRow) => row.originBinding !== binding;
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
        return target ? { ...reaction, target } : null;
      },
      reactionsOf: (author, target) =>
        standing(target)
          .filter((row) => row.author === author && elsewhere(row))
          .map((row) => row.emoji),
      media: (source) => ({ url: placeOfFile(source, this.#sources), native: null }),
      reactionCount: (target, emoji) =>
        standing(target).filter((row) => row.emoji === emoji && elsewhere(row)).length,
      room: (uri) => this.#rooms.get(uri) ?? null,
      poll: (id) => this.#polls.get(id) ?? null,
      user: (uri) => {
        const user = this.#users.get(uri);
        if (!user) return { native: null, name: "" };
        return { native: user.provider === provider ? user.native : null, name: user.name };
      },
    };
  }

  /** By any of its versions, as one of the messages that were found already. */
  async poll(id: EventId): Promise<void> {
    const poll = this.#messages.get(id)?.root ?? id;
    const row = await this.#store.read(pollAt({ group: this.#binding.group, poll, seq: this.#seq }));
    const message = row?.content ? this.#memo.read(row.id, row.content) : null;
    if (!row || message?.body.kind !== "poll") return;
    const votes = row.votes.map(({ options }) => options);
    this.#polls.set(id, tallyOf(message.body, votes, row.ended));
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
export const threadRoot = (thread: Uint8Array): EventId | null =>
  thread.length === 32 ? parseEventId(Buffer.from(thread).toString("hex")) : null;
