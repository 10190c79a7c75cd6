/** What a message refers to: replies, threads, corrections, retractions, reactions. */
import { createHash } from "node:crypto";
import { isOneEmoji, qualified, sameEmoji } from "../emoji/names.ts";
import type { EventId } from "../ids.ts";
import type { Loss } from "../loss.ts";
import type { KnownMessage, MappedEvent, Mapped } from "../mapping.ts";
import { type Expiry, message, type MessageBody } from "../message.ts";
import type { XmlElement } from "../xml.ts";
import { child, children, childText, natural, textOf } from "./elements.ts";
import { loss, namedMessage, nativeOf, onlyLoss, type Origin } from "./inbound.ts";
import { NS } from "./namespaces.ts";

/** Octets of a topic id (draft-ietf-mimi-content-08). */
const LONGEST_THREAD = 4096;
/** More than any client lets its user choose. */
const MOST_REACTIONS = 64;
const YEAR = 365 * 24 * 60 * 60;
const OCTETS = /^(?:hex:)?((?:[0-9a-f]{2})+)$/;
const EVENT_ID_DIGITS = 64;
const KEYCAP = /^[1-9]\ufe0f?\u20e3$/;

export interface Relations {
  /** The first version of what is answered. */
  readonly root: EventId | null;
  readonly replyTo: EventId | null;
  readonly thread: Uint8Array;
  readonly losses: readonly Loss[];
}

/** What a new message answers (XEP-0461) and which thread it is in: that of what it answers, else its own. */
export function readRelations(origin: Origin): Relations {
  const reply = child(origin.stanza, "reply", NS.reply);
  const id = reply?.attrs["id"] ?? "";
  const known = id === "" ? null : namedMessage(id, origin);
  const losses = reply !== null && known === null ? [loss("reply_unrelated", "the answered message")] : [];
  const inherited = known === null || known.thread.length === 0 ? null : known.thread;
  const root = known?.root ?? null;
  return { root, replyTo: known?.version ?? null, thread: inherited ?? readThread(origin.stanza), losses };
}

/**
 * The octets that `<thread>` stands for (RFC 6121, section 5.2.5): an event id's, what `threadText` wrote as `hex:`,
 * else its characters; of overlong ones a hash.
 */
export function readThread(stanza: XmlElement): Uint8Array {
  const text = childText(stanza, "thread").trim();
  const digits = OCTETS.exec(text)?.[1];
  if (digits !== undefined && (digits.length === EVENT_ID_DIGITS || digits !== text))
    return new Uint8Array(Buffer.from(digits, "hex").subarray(0, LONGEST_THREAD));
  const octets = new Uint8Array(Buffer.from(text));
  if (octets.length <= LONGEST_THREAD) return octets;
  return new Uint8Array(createHash("sha256").update(octets).digest());
}

/** When the message is to vanish (XEP-0466), between a second and a year. */
export function readExpiry(stanza: XmlElement): Expiry | null {
  const timer = child(stanza, "ephemeral", NS.ephemeral)?.attrs["timer"];
  const seconds = natural(timer);
  if (seconds === null || seconds === 0) return null;
  return { relative: true, seconds: Math.min(seconds, YEAR) };
}

export type Correction =
  | { readonly kind: "none" | "foreign" | "unknown" }
  | { readonly kind: "known"; readonly known: KnownMessage };

/** Which message is corrected (XEP-0308), by its first id or, as some clients do, by that of a later correction. */
export function readCorrection(origin: Origin): Correction {
  const { stanza, context, sender } = origin;
  const replace = child(stanza, "replace", NS.correct);
  if (replace === null) return { kind: "none" };
  const id = replace.attrs["id"] ?? "";
  const known = id === "" ? null : (context.messageByOrigin(id, sender.native) ?? namedMessage(id, origin));
  if (known === null) return { kind: "unknown" };
  return context.sameAuthor(known, sender) ? { kind: "known", known } : { kind: "foreign" };
}

/** The element that takes a message back, and the id it names: XEP-0424, its older form, XEP-0425 in a room's name. */
export function retraction(stanza: XmlElement): { element: XmlElement; id: string } | null {
  const retract = child(stanza, "retract", NS.retract) ?? child(stanza, "retract", NS.retractOld);
  if (retract !== null) return { element: retract, id: retract.attrs["id"] ?? "" };
  const fastened = child(stanza, "apply-to", NS.fasten);
  if (fastened === null) return null;
  const moderated = child(fastened, "moderated", NS.moderateOld);
  const old = child(moderated ?? fastened, "retract", NS.retractOld);
  return old === null ? null : { element: moderated ?? fastened, id: fastened.attrs["id"] ?? "" };
}

/** The message that a retraction takes back. `origin.sender`: who says so; `isRoom`: whether it is the room itself. */
export function readRetraction(origin: Origin, isRoom: boolean): MappedEvent {
  const found = retraction(origin.stanza);
  // Where the room gives no ids, others may have used the same one: whoever takes something back means his own.
  const own =
    found === null || isRoom ? null : origin.context.messageByOrigin(found.id, origin.sender.native);
  const known = found === null ? null : (own ?? namedMessage(found.id, origin));
  if (found === null || known === null) return onlyLoss("target_unknown", "a retraction");
  const { element } = found;
  const isOld = element.name === "moderated" || child(element, "moderated", NS.moderateOld) !== null;
  const moderated = isOld ? element : child(element, "moderated", NS.moderate);
  if (moderated === null) {
    if (isRoom || !origin.context.sameAuthor(known, origin.sender))
      return onlyLoss("edit_unverified", "a retraction");
    return one(origin, { kind: "deletion", by: null }, known);
  }
  if (!isRoom) return onlyLoss("edit_unverified", "moderation that the room did not announce");
  const name = moderatorOf(moderated);
  const reason = childText(element, "reason") || childText(moderated, "reason");
  return one(origin, { kind: "deletion", by: { name, reason } }, known);
}

function moderatorOf(moderated: XmlElement): string {
  const by = moderated.attrs["by"] ?? "";
  return by.slice(by.indexOf("/") + 1);
}

function one({ stanza, context, sender }: Origin, body: MessageBody, known: KnownMessage): MappedEvent {
  const { replyTo, thread } = known;
  const deletion = { ...message(body), replaces: known.root, replyTo, thread };
  const native = nativeOf(stanza, context);
  return { events: [{ kind: "message", sender, native, message: deletion }], losses: [] };
}

/** The reactions that come and go, since a stanza says all that stand (XEP-0444). */
export function readReactions(origin: Origin, reactions: XmlElement): MappedEvent {
  const { context, sender } = origin;
  const id = reactions.attrs["id"] ?? "";
  const known = namedMessage(id, origin);
  if (known === null) return onlyLoss("target_unknown", "reactions");
  const options = context.pollOptions(known.root);
  if (options !== null) return vote(origin, reactions, known, options);
  const native = context.message(id) === null ? `id:${id}` : id;
  const standing = context.reactions(native, sender.native);
  const { emoji, refused } = readSet(reactions);
  const events: Mapped[] = [];
  const say = (body: MessageBody, replaces: EventId | null): void => {
    const said = { ...message(body), replaces, replyTo: known.version };
    events.push({ kind: "message", sender, native: null, message: said });
  };
  for (const { id: reaction, emoji: old } of standing) {
    if (!emoji.some((one) => sameEmoji(one, old))) say({ kind: "unreaction" }, reaction);
  }
  for (const one of emoji) {
    if (!standing.some(({ emoji: old }) => sameEmoji(one, old)))
      say({ kind: "reaction", reaction: { kind: "unicode", emoji: one } }, null);
  }
  const losses = refused === 0 ? [] : [loss("reaction_unsupported", `${refused} reactions are no emoji`)];
  return { events, losses };
}

/** A reaction to a poll with a number's keycap votes for the option of that number. */
function vote(
  { sender }: Origin,
  reactions: XmlElement,
  known: KnownMessage,
  options: readonly string[],
): MappedEvent {
  const chosen = readSet(reactions).emoji.flatMap((emoji) => {
    const option = KEYCAP.test(emoji) ? options[Number(emoji[0]) - 1] : undefined;
    return option === undefined ? [] : [option];
  });
  const said = { ...message({ kind: "vote", options: chosen }), replyTo: known.version };
  return { events: [{ kind: "message", sender, native: null, message: said }], losses: [] };
}

function readSet(reactions: XmlElement): { emoji: readonly string[]; refused: number } {
  const all = children(reactions, "reaction");
  const emoji = new Set<string>();
  let refused = Math.max(0, all.length - MOST_REACTIONS);
  for (const reaction of all.slice(0, MOST_REACTIONS)) {
    const text = textOf(reaction).trim();
    if (isOneEmoji(text)) emoji.add(qualified(text));
    else refused += 1;
  }
  return { emoji: [...emoji], refused };
}
