/**
 * The in-memory form of application/mimi-content (draft-ietf-mimi-content-08), as far as the gateway makes
 * and reads it.
 */
import type { EventId, GroupUri, UserUri } from "../ids.ts";

/** How a part is meant to be shown (draft-ietf-mimi-content-08, section 4.5); others count as render. */
export const Disposition = { unspecified: 0, render: 1, reaction: 2 } as const;

/** One body of one media type. */
export interface SinglePart {
  readonly cardinality: "single";
  readonly disposition: number;
  readonly language: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** No body: what an edit to nothing, that is a deletion, carries. */
export interface NullPart {
  readonly cardinality: "null";
  readonly disposition: number;
  readonly language: string;
}

export type Part = SinglePart | NullPart;

/** What a mapping says of a message; the core adds salt, sender and group and writes the bytes once. */
export interface MessageDraft {
  readonly body: Part;
}

export interface MimiContent extends MessageDraft {
  /** 16 octets. */
  readonly salt: Uint8Array;
  readonly replaces: EventId | null;
  readonly topicId: Uint8Array;
  readonly inReplyTo: EventId | null;
  /** Extension 1. */
  readonly sender: UserUri;
  /** Extension 2. */
  readonly group: GroupUri;
}

export const PLAIN_TEXT = "text/plain;charset=utf-8";

/** A message of plain text. */
export function plainText(text: string): MessageDraft {
  const content = new TextEncoder().encode(text);
  return {
    body: {
      cardinality: "single",
      disposition: Disposition.render,
      language: "",
      contentType: PLAIN_TEXT,
      content,
    },
  };
}
