/**
 * What a message means: the form between a platform's event and mimi-content. Every platform reads its events into
 * this and writes it as its calls; message-content.ts turns it into the parts of mimi-content and back.
 */
import type { EventId } from "./ids.ts";
import type { FlatText } from "./markup/flat.ts";

/** Key, nonce and additional data under which the bytes at the source are encrypted, and the hash of those bytes. */
export interface MediaEncryption {
  /** IANA AEAD number: 1 AES-128-GCM, 2 AES-256-GCM; 0x8000: AES-256-CTR, as Matrix's encrypted files (private). */
  readonly algorithm: number;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

/** A file that a message carries; its bytes stay where they are. */
export interface MediaFile {
  /** Where the bytes are: an https URL, or a platform's own reference such as mxc. Never logged: it may hold keys. */
  readonly source: string;
  readonly contentType: string;
  /** Without any path; empty: unknown. */
  readonly filename: string;
  /** What is to be seen or heard, for those who can't; empty: not said. */
  readonly description: string;
  /** Octets; null: unknown. */
  readonly size: number | null;
  /** SHA-256 of the bytes at the source; null: unknown. */
  readonly sha256: Uint8Array | null;
  readonly encryption: MediaEncryption | null;
  /** Whether it is shown in the conversation (pictures, video, voice) or offered as a file. */
  readonly inline: boolean;
  /** Pixels; null: unknown or none. */
  readonly width: number | null;
  readonly height: number | null;
  /** Milliseconds; null: unknown or none. */
  readonly duration: number | null;
  /** Recorded on the spot to be listened to. */
  readonly voice: boolean;
}

/** A reaction: one emoji, or a picture of a platform's own with its short name. */
export type Reaction =
  | { readonly kind: "unicode"; readonly emoji: string }
  | { readonly kind: "custom"; readonly name: string; readonly source: string | null };

export interface PollOption {
  readonly id: string;
  readonly text: string;
}

/** A page that the text links to, as the author's platform previews it. */
export interface LinkPreview {
  readonly url: string;
  readonly title: string;
  readonly description: string;
}

export type MessageBody =
  | {
      readonly kind: "text";
      /** `notice`: said by a program. `emote`: what the author does, without his name. */
      readonly style: "plain" | "emote" | "notice";
      readonly text: FlatText;
      /** Not null: the text is hidden behind this reason (which may be empty) until asked for. */
      readonly spoiler: string | null;
      readonly previews: readonly LinkPreview[];
    }
  | {
      readonly kind: "media";
      readonly files: readonly MediaFile[];
      readonly caption: FlatText | null;
      readonly sticker: boolean;
      readonly spoiler: string | null;
    }
  | { readonly kind: "reaction"; readonly reaction: Reaction }
  | { readonly kind: "unreaction" }
  /** `by` is not null where it was not the author who deleted it. */
  | { readonly kind: "deletion"; readonly by: { readonly name: string; readonly reason: string } | null }
  | {
      readonly kind: "location";
      /** RFC 5870, at most six decimals. */
      readonly geo: string;
      readonly name: string;
    }
  | {
      readonly kind: "poll";
      readonly question: string;
      readonly options: readonly PollOption[];
      /** How many options one vote may name. */
      readonly most: number;
      /** Whether the counts are shown before the end. */
      readonly disclosed: boolean;
    }
  /** Its target is `replyTo`. No options: the vote is taken back. */
  | { readonly kind: "vote"; readonly options: readonly string[] }
  /** Its target is `replyTo`. */
  | { readonly kind: "poll-end"; readonly text: string }
  | { readonly kind: "call"; readonly url: string; readonly name: string }
  /** Of a media type that nobody here shows; `text` stands for it. */
  | { readonly kind: "unknown"; readonly contentType: string; readonly text: string };

/** When a message is to vanish: at a time (seconds since 1970), or so many seconds after it was read. */
export interface Expiry {
  readonly relative: boolean;
  readonly seconds: number;
}

/** A message, its references resolved to event ids. */
export interface Message {
  readonly body: MessageBody;
  /** An edit, a deletion or an unreaction: the FIRST version of what it replaces. */
  readonly replaces: EventId | null;
  /** A reply, a reaction, a vote: the exact version that it answers. Kept unchanged in every edit. */
  readonly replyTo: EventId | null;
  /** The thread's id, opaque octets (usually its root's event id); empty: none. Kept unchanged in every edit. */
  readonly thread: Uint8Array;
  /** A message in a thread that is shown in the room as well. */
  readonly broadcast: boolean;
  readonly expires: Expiry | null;
}

const unrelated = {
  replaces: null,
  replyTo: null,
  thread: new Uint8Array(),
  broadcast: false,
  expires: null,
} as const;

/** A message that refers to nothing. */
export function message(body: MessageBody): Message {
  return { ...unrelated, body };
}

/** A message of text that refers to nothing. */
export function textMessage(text: FlatText, style: "plain" | "emote" | "notice" = "plain"): Message {
  return message({ kind: "text", style, text, spoiler: null, previews: [] });
}
