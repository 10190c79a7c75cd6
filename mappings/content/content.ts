/** The in-memory form of application/mimi-content (draft-ietf-mimi-content-08, section 3). */
import type { EventId, GroupUri, UserUri } from "../ids.ts";
import type { Expiry } from "../message.ts";
import type { CborValue } from "./cbor-value.ts";

/** How a part is meant to be shown (draft-ietf-mimi-content-08, section 4.5); others, up to 255, count as render. */
export const Disposition = {
  unspecified: 0,
  render: 1,
  reaction: 2,
  profile: 3,
  inline: 4,
  icon: 5,
  attachment: 6,
  session: 7,
  preview: 8,
} as const;

interface AnyPart {
  /** 0 to 255, see Disposition. */
  readonly disposition: number;
  /** BCP 47 tags with commas between them; empty: not said. */
  readonly language: string;
}

/** No body: what an edit to nothing, that is a deletion, carries. */
export interface NullPart extends AnyPart {
  readonly cardinality: "null";
}

/** One body of one media type. */
export interface SinglePart extends AnyPart {
  readonly cardinality: "single";
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** A body that is fetched from elsewhere. */
export interface ExternalPart extends AnyPart {
  readonly cardinality: "external";
  /** Empty: not said, as with a conference's URL. */
  readonly contentType: string;
  readonly url: string;
  /** Seconds since 1970 until which it can be fetched; 0: for ever. */
  readonly expires: number;
  /** Octets at the URL; 0: unknown. */
  readonly size: number;
  /** IANA AEAD number (see Encryption); 0: not encrypted. */
  readonly encAlg: number;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  /** IANA Named Information hash number; 0: none, 1: SHA-256. */
  readonly hashAlg: number;
  /** Of the octets at the URL, that is of what is encrypted. */
  readonly contentHash: Uint8Array;
  readonly description: string;
  readonly filename: string;
}

/** Several parts: alternatives of which the best is shown, parts of one whole, or parts one after the other. */
export interface MultiPart extends AnyPart {
  readonly cardinality: "multi";
  readonly semantics: "chooseOne" | "singleUnit" | "processAll";
  /** Two or more. */
  readonly parts: readonly Part[];
}

export type Part = NullPart | SinglePart | ExternalPart | MultiPart;

/** What an extension may hold. */
export type ExtensionValue = CborValue;

/** All but 1 and 2, which are fields of their own. Integers by the draft's registry; below 0 and texts: private. */
export type Extensions = ReadonlyMap<number | string, ExtensionValue>;

/** What a mapping says of a message; the core adds salt, sender and group and writes the bytes once. */
export interface MessageDraft {
  readonly body: Part;
  /** The first version of what this replaces; null: nothing. */
  readonly replaces: EventId | null;
  /** At most 4096 octets; empty: no topic. */
  readonly topicId: Uint8Array;
  readonly expires: Expiry | null;
  /** The exact version that this answers; null: nothing. */
  readonly inReplyTo: EventId | null;
  readonly extensions: Extensions;
}

/** A document on its own, which need not say who sent it or where. */
export interface ContentDocument extends MessageDraft {
  /** 16 octets. */
  readonly salt: Uint8Array;
  /** Extension 1. */
  readonly sender: UserUri | null;
  /** Extension 2. */
  readonly group: GroupUri | null;
}

/** A message of a group chat. */
export interface MimiContent extends ContentDocument {
  readonly sender: UserUri;
  readonly group: GroupUri;
}

export const PLAIN_TEXT = "text/plain;charset=utf-8";

const NO_TOPIC = new Uint8Array();
const NO_EXTENSIONS: Extensions = new Map();

/** A message that refers to nothing. */
export function draftOf(body: Part): MessageDraft {
  return {
    body,
    replaces: null,
    topicId: NO_TOPIC,
    expires: null,
    inReplyTo: null,
    extensions: NO_EXTENSIONS,
  };
}

/** A part of text. Lone surrogates become U+FFFD. */
export function textPart(
  text: string,
  contentType: string,
  disposition: number = Disposition.render,
): SinglePart {
  const content = new TextEncoder().encode(text);
  return { cardinality: "single", disposition, language: "", contentType, content };
}

/** A message of plain text that refers to nothing. */
export function plainText(text: string): MessageDraft {
  return draftOf(textPart(text, PLAIN_TEXT));
}
