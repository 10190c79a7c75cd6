import { decodeContent } from "../../mappings/content/codec.ts";
import type { EventId, GroupUri, UserUri } from "../../mappings/ids.ts";
import type { Message } from "../../mappings/message.ts";
import { fromContent } from "../../mappings/message/from-content.ts";
import type { Milliseconds } from "../time.ts";
import type { StandingReaction } from "../../mappings/mapping.ts";
import type { KnownInRoom, Lookups, MessageName, StandingMessage } from "../bridge/inbound.ts";
import { GatewayError } from "../errors.ts";
import type { EventWriter } from "../groups/event-writer.ts";
import { effectOf } from "../groups/message-effect.ts";
import type { RoomPolicy } from "../policy/room-policy.ts";
import type { Store } from "../store/store.ts";
import type { InboxNumber, NativeRoom } from "../ids.ts";
import { roomsBeside } from "../store/units/account-rooms.ts";
import { findBinding } from "../store/units/bindings.ts";
import type { InboxBinding } from "../store/units/inbox.ts";
import { soleBearers } from "../store/units/named-members.ts";
import { votesAt } from "../store/units/polls.ts";
import { pinsSeen } from "../store/units/properties.ts";
import { callsUnderWay, knownMessages, type KnownRow, reactionsTo } from "../store/units/relations.ts";
import { copiesUnderWay } from "../store/units/restored-rooms.ts";
import { rootUnderWay, saidInRoom, saidUnderWay } from "../store/units/said-under-way.ts";
import { isLinked, standingIn } from "../store/units/standing.ts";
import { CLOCKS_MS } from "./outbox-restored.ts";

/** How long something said waits for a call under way that may be what it refers to. */
const WAITS_FOR_MS = 10_000;
/**
 * And for a copy that stands in the room of a restored store and has to be found there first, which takes as long as the room
 * is long. Not for ever: what several rooms wait for, each for the others, may be in none of them.
 */
const WAITS_FOR_COPY_MS = 10 * 60_000;

/** Since when something said is here, and where: its number in the inbox; null: it has none yet. */
export interface Said {
  readonly age: Milliseconds;
  readonly n: InboxNumber | null;
}

const readMessage = (content: Uint8Array): Message => fromContent(decodeContent(content));

/** The look-ups of one thing said in a room, at the time it was taken in. */
export class RoomLookups implements Lookups {
  readonly #store: Store;
  readonly #writer: EventWriter;
  readonly #room: InboxBinding;
  readonly #said: Said;
  readonly bots: boolean | null;

  /** `bots`: as the room's policy says. */
  constructor(
    store: Store,
    writer: EventWriter,
    room: InboxBinding,
    said: Said,
    { bots }: Pick<RoomPolicy, "bots">,
  ) {
    this.bots = bots;
    this.#store = store;
    this.#writer = writer;
    this.#room = room;
    this.#said = said;
  }

  async messages(names: readonly MessageName[]): Promise<readonly KnownInRoom[]> {
    const { id: binding, group, native: room } = this.#room;
    // Looked at first: a receipt that is committed in between is then found below.
    const underWay = await this.#isUnderWay();
    const found: KnownInRoom[] = [];
    for (const called of names)
      for (const row of await this.#store.read(knownMessages({ binding, group, ...called })))
        found.push(this.#known(row, called));
    const [first] = names;
    if (found.length === 0 && first && underWay)
      throw new GatewayError("target_under_way", `${first.name} in ${room} may be a call under way`);
    return found;
  }

  /** Whether what is not known now may be in a while. */
  async #isUnderWay(): Promise<boolean> {
    const { id: binding, group } = this.#room;
    const { age, n } = this.#said;
    if (age < WAITS_FOR_MS && (await this.#store.read(callsUnderWay(binding)))) return true;
    if (age >= WAITS_FOR_COPY_MS) return false;
    return this.#store.read(copiesUnderWay({ binding, group, n, clocks: CLOCKS_MS }));
  }

  async reactions(target: EventId, user: string): Promise<readonly StandingReaction[]> {
    const { id: binding, group, provider } = this.#room;
    // Looked at first: what gets into the log in between is then found below.
    const said = await this.#store.read(saidUnderWay({ group, provider, native: user }));
    const rows = await this.#store.read(reactionsTo({ group, target }));
    const given = rows.filter(
      (row) =>
        row.goneSeq === null &&
        row.originBinding === binding &&
        row.provider === provider &&
        row.native === user,
    );
    const logged = new Set(rows.map(({ id }) => id));
    const standing = new Map(given.map(({ id, emoji }) => [id, { id, emoji }]));
    for (const { id, content, originBinding } of said.toReversed()) {
      const effect = effectOf(readMessage(content));
      if (effect.kind === "unreaction") standing.delete(effect.reaction);
      if (effect.kind !== "reaction" || originBinding !== binding || logged.has(id)) continue;
      const root = await this.#store.read(rootUnderWay({ group, id: effect.target }));
      if (root === target) standing.set(id, { id, emoji: effect.emoji });
    }
    return [...standing.values()];
  }

  knows(native: string): Promise<boolean> {
    return this.#store.read(isLinked({ binding: this.#room.id, native }));
  }

  carriedBefore(at: Milliseconds): boolean {
    const { restoredAt } = this.#room;
    return restoredAt !== null && at <= restoredAt + CLOCKS_MS;
  }

  async standing(from: string, before: string): Promise<readonly StandingMessage[]> {
    const { id: binding, group, provider } = this.#room;
    // Looked at first, as above.
    const said = await this.#store.read(saidInRoom({ group, binding }));
    const found = await this.#store.read(standingIn({ binding, group, provider, from, before }));
    const names = new Map(found.messages.toReversed().map(({ root, name }) => [root, name]));
    const reactions = new Map(found.reactions.map((row) => [row.id, row]));
    for (const { id, content, user, at } of said.toReversed()) {
      const message = readMessage(content);
      const effect = effectOf(message);
      if (message.body.kind === "deletion" && message.replaces !== null) names.delete(message.replaces);
      if (effect.kind === "unreaction") reactions.delete(effect.reaction);
      if (effect.kind !== "reaction") continue;
      const root = await this.#store.read(rootUnderWay({ group, id: effect.target }));
      const name = root === null ? undefined : names.get(root);
      if (name !== undefined) reactions.set(id, { name, id, emoji: effect.emoji, user, at });
    }
    const given = Map.groupBy(reactions.values(), ({ name }) => name);
    return found.messages.flatMap(({ name, root, part, originBinding }) =>
      // What is being deleted stands no more.
      names.has(root)
        ? [{ name, root, part, saidHere: originBinding === binding, reactions: given.get(name) ?? [] }]
        : [],
    );
  }

  pins(): Promise<readonly EventId[]> {
    return this.#store.read(pinsSeen(this.#room.id));
  }

  async votes(poll: EventId, user: string): Promise<readonly string[]> {
    const { group, provider } = this.#room;
    for (const { content } of await this.#store.read(saidUnderWay({ group, provider, native: user }))) {
      const { body, replyTo } = readMessage(content);
      if (body.kind === "vote" && replyTo === poll) return body.options;
    }
    const votes = await this.#store.read(votesAt({ group, poll, seq: Number.MAX_SAFE_INTEGER }));
    return votes.find((vote) => vote.provider === provider && vote.native === user)?.options ?? [];
  }

  async group(room: NativeRoom): Promise<GroupUri | null> {
    const found = await this.#store.read(findBinding({ account: this.#room.account, native: room }));
    return found?.state === "live" ? found.groupUri : null;
  }

  beside(): Promise<readonly NativeRoom[]> {
    return this.#store.read(roomsBeside(this.#room));
  }

  named(names: readonly string[]) {
    const { group, provider } = this.#room;
    return this.#store.read(soleBearers({ group, provider, names }));
  }

  user(native: string): UserUri {
    return this.#writer.userUri(this.#room, native);
  }

  #known(row: KnownRow, called: MessageName): KnownInRoom {
    const { root, event, aux, version, at } = row;
    const author = row.authorProvider === this.#room.provider ? row.authorNative : null;
    const message = row.content === null ? null : readMessage(row.content);
    const thread = message?.thread ?? new Uint8Array();
    const pollOptions = message?.body.kind === "poll" ? message.body.options.map(({ id }) => id) : null;
    const deleted = row.deletedSeq !== null;
    return {
      called,
      event,
      aux,
      isReaction: message?.body.kind === "reaction",
      root,
      version,
      at,
      author,
      thread,
      replyTo: message?.replyTo ?? null,
      pollOptions,
      deleted,
    };
  }
}
