/** Events of the checker's, right ones and ones that are wrong in one way. */
import { randomBytes } from "node:crypto";
import { draftOf, type MessageDraft, PLAIN_TEXT, textPart } from "../../mappings/content/content.ts";
import { encodeContent } from "../../mappings/content/codec.ts";
import { eventId, SALT_OCTETS } from "../../mappings/event-id.ts";
import type { EventKind } from "../../mappings/events.ts";
import {
  type EventId,
  type GroupUri,
  parseGroupUri,
  parseUserUri,
  type UserUri,
} from "../../mappings/ids.ts";
import { signProof } from "../federation/wire/proof.ts";
import { providerOf } from "../federation/wire/wire-event.ts";
import type { Identity } from "./identity.ts";

/** A submission as it travels. */
export interface OwnEvent {
  readonly id: EventId;
  readonly kind: string;
  readonly sender?: string;
  /** Who answers for an event without sender. */
  readonly provider?: string;
  readonly origin_at: number;
  readonly content: string;
  readonly proof: string;
  readonly via?: readonly string[];
  readonly expect?: number;
}

/** The user in whose name the checker speaks. */
export const checkerOf = ({ me }: { readonly me: Identity }): string => `mimi://${me.base}/u/checker`;

export const newSalt = (): Uint8Array => new Uint8Array(randomBytes(SALT_OCTETS));

/** An event with its right id and proof. `sender` null: the checker's gateway answers for it. */
export function makeEvent(
  me: Identity,
  group: string,
  sender: string | null,
  kind: EventKind,
  content: Uint8Array,
): OwnEvent {
  const salt = content.subarray(2, 2 + SALT_OCTETS);
  const id = eventId(kind, sender ?? "", group, content, salt);
  return {
    id,
    kind,
    ...(sender === null ? { provider: me.base } : { sender }),
    origin_at: Date.now(),
    content: Buffer.from(content).toString("base64url"),
    proof: proofOf(me, id, sender),
  };
}

/** What the checker signs for an event of any sender, its own or not. */
export function proofOf(me: Identity, id: EventId, sender: string | null): string {
  const provider = sender === null ? me.base : providerOf({ sender });
  return Buffer.from(signProof(id, provider, me.signer)).toString("base64url");
}

/** A message of plain text. `draft`: what else it says; `says`: sender and group within the content, where others than its own. */
export function makeMessage(
  me: Identity,
  group: string,
  sender: string,
  text: string,
  draft: Partial<MessageDraft> = {},
  says: { readonly sender?: string; readonly group?: string } = {},
): OwnEvent {
  const content = encodeContent({
    ...draftOf(textPart(text, PLAIN_TEXT)),
    ...draft,
    salt: newSalt(),
    sender: userOf(says.sender ?? sender),
    group: groupOf(says.group ?? group),
  });
  return makeEvent(me, group, sender, "message", content);
}

/** An id of a message that nobody has written. */
export const unknownId = (): EventId => `01${randomBytes(31).toString("hex")}` as EventId;

function userOf(text: string): UserUri {
  const uri = parseUserUri(text);
  if (uri === null) throw new RangeError(`${text} is no user`);
  return uri;
}

function groupOf(text: string): GroupUri {
  const uri = parseGroupUri(text);
  if (uri === null) throw new RangeError(`${text} is no group`);
  return uri;
}
