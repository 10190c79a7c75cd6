/** Look-ups for reading an event: what the context file says, else stand-ins. */
import { type EventId, type GroupUri, parseEventId, type UserUri } from "../../mappings/ids.ts";
import type { InboundContext, KnownMessage, StandingReaction } from "../../mappings/mapping.ts";
import type { ContextFile, MessageEntry } from "./context-file.ts";
import type { Source } from "./platforms.ts";
import { standInEvent, standInGroup, standInUser } from "./stand-ins.ts";

/** What a user or a room is named where nobody says. */
type Unnamed = (native: string) => string;

export class SourceKnowledge {
  readonly #platform: Source;
  readonly #file: ContextFile;

  constructor(platform: Source, file: ContextFile) {
    this.#platform = platform;
    this.#file = file;
  }

  entry(native: string): MessageEntry | null {
    const { messages } = this.#file;
    return Object.hasOwn(messages, native) ? (messages[native] ?? null) : null;
  }

  idOf(native: string): EventId {
    return this.entry(native)?.id ?? parseEventId(native) ?? standInEvent(this.#platform, native);
  }

  /** `author`: whose it is taken to be where the file does not say. A reaction is no message. */
  message(native: string, author: string): KnownMessage | null {
    const entry = this.entry(native);
    if (entry?.reaction) return null;
    const root = this.idOf(native);
    return {
      root,
      version: entry?.version ?? root,
      thread: Buffer.from(entry?.thread ?? "", "hex"),
      replyTo: entry?.replyTo ?? null,
      author: entry?.author ?? author,
    };
  }

  /** The reactions to a message that the file names, of this user or of nobody in particular. */
  reactions(native: string, user: string): readonly StandingReaction[] {
    return Object.entries(this.#file.messages).flatMap(([key, { reaction, author }]) =>
      reaction?.to === native && (author ?? user) === user
        ? [{ id: this.idOf(key), emoji: reaction.emoji }]
        : [],
    );
  }

  userUri(native: string): UserUri {
    const entry = this.#user(native);
    return entry?.uri ?? standInUser(this.#platform, native);
  }

  userName(native: string): string | null {
    return this.#user(native)?.name ?? null;
  }

  groupUri(native: string): GroupUri {
    const { room } = this.#file;
    if (room.uri !== undefined && (room.native === undefined || room.native === native)) return room.uri;
    return this.#room(native)?.uri ?? standInGroup(this.#platform, native);
  }

  /** What every platform looks up. `author` as in `message`. */
  context(author: string, unnamed: Unnamed): InboundContext {
    return {
      message: (native) => this.message(native, author),
      user: (native) => ({ uri: this.userUri(native), name: this.userName(native) ?? unnamed(native) }),
      room: (native) => ({ uri: this.groupUri(native), name: this.#room(native)?.name ?? unnamed(native) }),
      emoji: (name) => {
        const { emoji } = this.#file;
        return Object.hasOwn(emoji, name) ? (emoji[name] ?? null) : null;
      },
      reactions: (native, user) => this.reactions(native, user),
    };
  }

  #user(native: string) {
    const { users } = this.#file;
    return Object.hasOwn(users, native) ? users[native] : undefined;
  }

  #room(native: string) {
    const { rooms } = this.#file;
    return Object.hasOwn(rooms, native) ? rooms[native] : undefined;
  }
}
