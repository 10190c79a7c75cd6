/**
 * Makes what a mapping says into an event of the log: public ids, salt, content bytes and event id. The bytes are
 * written here once and never rebuilt, since every change of a byte changes the id.
 */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { NativeUser, Translated } from "../bridge.ts";
import { encodeContent } from "../../mappings/content/codec.ts";
import { encodeProperty } from "../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../mappings/event-id.ts";
import type { UserUri } from "../../mappings/ids.ts";
import type { Message, Reaction } from "../../mappings/message.ts";
import { normaliseMessage } from "../../mappings/message/normalise.ts";
import { toContent } from "../../mappings/message/to-content.ts";
import { userUri } from "../../mappings/ids.ts";
import type { NewEvent, Translation } from "../store/units/group-log.ts";
import type { Effect } from "../store/units/reactions.ts";
import type { MessageMemo } from "./message-memo.ts";
import type { InboxBinding, InboxRow } from "../store/units/inbox.ts";
import type { Limits } from "../limits.ts";

/** Users whose URIs are kept at hand. */
const CACHED = 10_000;

/** What tells one thing said from every other: the room's key for it, else its place in the inbox. */
export type Identity = Pick<InboxRow, "n" | "nativeKey">;

export class EventWriter {
  readonly #key: KeyObject;
  readonly #memo: MessageMemo;
  readonly #uris = new Map<string, UserUri>();

  /** `key`: the gateway's own secret; whoever lacks it can't tell a native id from a public one. */
  constructor(key: Uint8Array, memo: MessageMemo) {
    this.#memo = memo;
    // Made once: a key from bytes costs several times the hash itself.
    this.#key = createSecretKey(key);
  }

  /** What something said in a room becomes: its events, or the verdict on one that is larger than the limits allow. */
  translation(
    room: InboxBinding,
    said: Identity,
    translated: readonly Translated[],
    limits: Pick<Limits, "eventBytes">,
  ): Translation {
    const events = translated.flatMap((one, i) => this.#write(room, said, i, one));
    const replies = translated.filter((one) => one.kind === "reply");
    const tooLarge = events.find((event) => event.content.length > limits.eventBytes);
    if (!tooLarge) return { events, replies, refused: null };
    const notice =
      `Your message was not carried to the linked rooms: it has ${tooLarge.content.length} bytes, ` +
      `and at most ${limits.eventBytes} are allowed.`;
    return { events, replies, refused: { code: "content_invalid", notice } };
  }

  #write(room: InboxBinding, row: Identity, index: number, translated: Translated): readonly NewEvent[] {
    if (translated.kind === "reply") return [];
    const sender = translated.sender && this.#sender(room, translated.sender);
    const salt = this.#salt(room, row, index);
    switch (translated.kind) {
      case "message": {
        const { message, native, aux } = translated;
        const uri = this.userUri(room, translated.sender.native);
        const content = encodeContent({ ...toContent(message), salt, sender: uri, group: room.groupUri });
        const id = eventId("message", uri, room.groupUri, content, salt);
        this.#memo.keep(id, normaliseMessage(message));
        const effect = effectOf(message);
        return [{ kind: "message", id, content, sender, native, aux, effect, property: null }];
      }
      case "property": {
        const property = { name: translated.name, value: translated.value };
        const content = encodeProperty(property, salt);
        const id = eventId("property", sender?.uri ?? "", room.groupUri, content, salt);
        const effect = { kind: "none" } as const;
        return [{ kind: "property", id, content, sender, native: null, aux: null, effect, property }];
      }
    }
  }

  #sender(room: InboxBinding, user: NativeUser): NonNullable<NewEvent["sender"]> {
    return { uri: this.userUri(room, user.native), native: user.native, name: user.name };
  }

  /**
   * The public URI of a user of the room's platform. A keyed hash: it says nothing of the native id, and is the same at
   * every meeting.
   */
  userUri(room: Pick<InboxBinding, "domain">, native: string): UserUri {
    const cacheKey = `${room.domain} ${native}`;
    let uri = this.#uris.get(cacheKey);
    if (!uri) {
      uri = userUri(room.domain, this.#hash("user", room.domain, native).toString("hex").slice(0, 32));
      if (this.#uris.size >= CACHED) this.#uris.clear();
      this.#uris.set(cacheKey, uri);
    }
    return uri;
  }

  /** Derived, so that the same thing accepted again after a loss of the store gets the same id. */
  #salt(room: InboxBinding, row: Identity, index: number): Uint8Array {
    const native = row.nativeKey ?? `n${row.n}`;
    return this.#hash("salt", String(room.account), room.native, native, String(index)).subarray(
      0,
      SALT_OCTETS,
    );
  }

  #hash(...parts: readonly string[]): Buffer {
    return createHmac("sha256", this.#key).update(parts.join("\u001f")).digest();
  }
}

/** What the message does to what stands in its group. */
function effectOf({ body, replaces, replyTo }: Message): Effect {
  switch (body.kind) {
    case "reaction":
      if (replyTo === null) return { kind: "none" };
      return { kind: "reaction", target: replyTo, emoji: reactionText(body.reaction) };
    case "unreaction":
      return replaces === null ? { kind: "none" } : { kind: "unreaction", reaction: replaces };
    default:
      return replaces === null ? { kind: "none" } : { kind: "version", root: replaces };
  }
}

/** One text for one reaction, whichever way it is written: what tells equal ones. */
const reactionText = (reaction: Reaction): string =>
  reaction.kind === "unicode" ? reaction.emoji : `:${reaction.name}:`;
