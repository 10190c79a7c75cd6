/**
 * Makes what a mapping says into an event of the log: public ids, salt, content bytes and event id. The bytes are
 * written here once and never rebuilt, since every change of a byte changes the id.
 */
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { NativeUser, Translated } from "../bridge/inbound.ts";
import { encodeContent } from "../../mappings/content/codec.ts";
import { encodeMember, encodeProperty } from "../../mappings/event-content.ts";
import { eventId, SALT_OCTETS, saidKey } from "../../mappings/event-id.ts";
import { noParticulars } from "../../mappings/events.ts";
import type { UserUri } from "../../mappings/ids.ts";
import { actOf } from "../../mappings/message-act.ts";
import { normaliseMessage } from "../../mappings/message/normalise.ts";
import { toContent } from "../../mappings/message/to-content.ts";
import { userUri } from "../../mappings/ids.ts";
import type { NewEvent, Translation } from "../store/units/group-log.ts";
import { effectOf } from "./message-effect.ts";
import type { MessageMemo } from "./message-memo.ts";
import { hasPassed, passedText } from "../loops/passed.ts";
import { serveAvatar, serveFiles } from "./served-files.ts";
import type { MediaId } from "../ids.ts";
import type { NewMedia } from "../store/units/media.ts";
import type { InboxBinding, InboxRow } from "../store/units/inbox.ts";
import type { Limits } from "../limits.ts";

/** Users whose URIs are kept at hand. */
const CACHED = 10_000;

const MEDIA_ID_OCTETS = 16;

/** What tells one thing said from every other: the room's key for it, else its place in the inbox and what it says. */
export type Identity = Pick<InboxRow, "n" | "nativeKey" | "raw">;

export class EventWriter {
  readonly #key: KeyObject;
  readonly #memo: MessageMemo;
  readonly #endpoint: string | null;
  readonly #home: string;
  readonly #uris = new Map<string, UserUri>();

  /**
   * `key`: the gateway's own secret; whoever lacks it can't tell a native id from a public one. `endpoint`: where other gateways
   * find this one; null: no files are given to them. `home`: what addresses of this gateway begin with, whoever may reach them.
   */
  constructor(
    key: Uint8Array,
    memo: MessageMemo,
    endpoint: string | null = null,
    home = "https://gateway.invalid",
  ) {
    this.#memo = memo;
    this.#endpoint = endpoint;
    // Nothing else may stand in the log.
    this.#home = endpoint?.startsWith("https://") ? endpoint : home;
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
    const name = nameOf(said);
    const events = translated.flatMap((one, i) => this.#write(room, name, i, one));
    const replies = translated.filter((one) => one.kind === "reply");
    const tooLarge = events.find((event) => event.content.length > limits.eventBytes);
    if (!tooLarge) return { events, replies, refused: null };
    const notice =
      `Your message was not carried to the linked rooms: it has ${tooLarge.content.length} bytes, ` +
      `and at most ${limits.eventBytes} are allowed.`;
    return { events, replies, refused: { code: "content_invalid", notice } };
  }

  #write(room: InboxBinding, said: string, index: number, translated: Translated): readonly NewEvent[] {
    if (translated.kind === "reply" || hasPassed(room.groupUri, translated)) return [];
    const sender = translated.sender && this.#sender(room, translated.sender);
    const salt = this.#salt(room, said, index);
    switch (translated.kind) {
      case "message": {
        const { native, aux } = translated;
        const { message, media } = this.#served(room, said, index, translated);
        const uri = this.userUri(room, translated.sender.native);
        const content = encodeContent({ ...toContent(message), salt, sender: uri, group: room.groupUri });
        const id = eventId("message", uri, room.groupUri, content, salt);
        this.#memo.keep(id, normaliseMessage(message));
        const effect = effectOf(message);
        const does = { effect, act: actOf(message), property: null };
        const passed = passedText(translated);
        const known = saidKey("message", uri, room.groupUri, salt);
        return [
          { kind: "message", id, content, sender, native, aux, media, passed, ...does, saidKey: known },
        ];
      }
      case "leave": {
        const user = this.userUri(room, translated.sender.native);
        const member = { ...noParticulars, user, change: "leave", reason: translated.reason } as const;
        const content = encodeMember(member, salt);
        const id = eventId("member", user, room.groupUri, content, salt);
        const effect = { kind: "none" } as const;
        const told = { native: null, aux: null, effect, act: null, property: null };
        const known = saidKey("member", user, room.groupUri, salt);
        return [{ kind: "member", id, content, sender, ...told, member, saidKey: known }];
      }
      case "property": {
        const { name, item = "", shown, read } = translated;
        const { value, media } = this.#valueOf(room, said, index, translated);
        const property = { name, item, value, ...(shown !== undefined && { shown }), ...(read && { read }) };
        const content = encodeProperty(property, salt);
        const id = eventId("property", sender?.uri ?? "", room.groupUri, content, salt);
        const effect = { kind: "none" } as const;
        const told = { native: null, aux: null, effect, act: null, property, media };
        const known = saidKey("property", sender?.uri ?? "", room.groupUri, salt);
        const passed = passedText(translated);
        return [{ kind: "property", id, content, sender, passed, ...told, saidKey: known }];
      }
    }
  }

  #sender(room: InboxBinding, user: NativeUser): NonNullable<NewEvent["sender"]> {
    return { ...user, uri: this.userUri(room, user.native) };
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

  /** A picture has an address of this gateway's, also where nobody else is served: its own rooms know by it where it lies. */
  #valueOf(
    room: InboxBinding,
    said: string,
    index: number,
    { name, value }: Extract<Translated, { kind: "property" }>,
  ): { readonly value: string; readonly media: readonly NewMedia[] } {
    if (name !== "avatar" || value === "") return { value, media: [] };
    return serveAvatar(value, {
      endpoint: this.#home,
      account: room.account,
      idOf: this.#idsOf(room, said, index),
    });
  }

  #served(
    room: InboxBinding,
    said: string,
    index: number,
    { message, served = [] }: Extract<Translated, { kind: "message" }>,
  ): ReturnType<typeof serveFiles> {
    const endpoint = this.#endpoint;
    if (endpoint === null) return { message, media: [] };
    const idOf = this.#idsOf(room, said, index);
    return serveFiles(message, served, { endpoint, account: room.account, idOf });
  }

  /** Nobody who lacks the key can guess the ids; the group is in them, since it is what gives the right to a file. */
  #idsOf(room: InboxBinding, said: string, index: number): (place: number) => MediaId {
    const { account, groupUri: group } = room;
    return (place) =>
      this.#hash("media", group, String(account), room.native, said, String(index), String(place))
        .subarray(0, MEDIA_ID_OCTETS)
        .toString("base64url") as MediaId;
  }

  /** Derived, so that the same thing accepted again after a loss of the store gets the same id. */
  #salt(room: InboxBinding, said: string, index: number): Uint8Array {
    return this.#hash("salt", String(room.account), room.native, said, String(index)).subarray(
      0,
      SALT_OCTETS,
    );
  }

  #hash(...parts: readonly string[]): Buffer {
    return createHmac("sha256", this.#key).update(parts.join("\u001f")).digest();
  }
}

/** What it is called among all that its room ever says. */
function nameOf({ n, nativeKey, raw }: Identity): string {
  // Behind a backup its place in the inbox may be another's.
  return nativeKey ?? `n${n} ${hash("sha256", raw)}`;
}
