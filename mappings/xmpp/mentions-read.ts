/** Who is mentioned in a body: by elements (XEP-0513, XEP-0372), else by the nicks that stand in it. */
import type { PlatformUser } from "../mapping.ts";
import type { XmlElement } from "../xml.ts";
import type { Atom } from "./atoms.ts";
import type { Body } from "./body-read.ts";
import { children, natural } from "./elements.ts";
import { bareJid, type Origin, resourceOf } from "./inbound.ts";
import { NS } from "./namespaces.ts";

/** Elements beyond these are not looked at. */
const MOST_MENTIONS = 200;
/** UTF-16 code units and words of a nick that is looked for in plain text. */
const LONGEST_NICK = 64;
const MOST_WORDS = 4;
const EVERYBODY = "urn:xmpp:mentions:0#channel";
const WORD_END = /[\s:,]/g;
const CLOSING = /[.!?;)]+$/;

export interface Mentions {
  readonly atoms: readonly Atom[];
  /** Whether somebody addressed everybody without the right to. */
  readonly refused: boolean;
}

/** The mentions of a body, in no order. */
export function readMentions(origin: Origin, body: Body): Mentions {
  const { stanza } = origin;
  const atoms: Atom[] = [];
  let refused = false;
  const mentions = children(stanza, "mention", NS.mentions).slice(0, MOST_MENTIONS);
  const references = children(stanza, "reference", NS.reference).slice(0, MOST_MENTIONS);
  for (const mention of mentions) {
    if (mention.attrs["mentions"] === EVERYBODY) {
      const atom = everybody(origin, mention, body);
      if (atom === null) refused = true;
      else atoms.push(atom);
      continue;
    }
    const id = mention.attrs["occupantid"];
    const native = id === undefined ? null : `${origin.context.roomJid}/${id}`;
    const address = mention.attrs["mentions"] ?? mention.attrs["uri"] ?? mention.attrs["jid"];
    pushUser(atoms, origin, mention, body, native ?? addressed(origin, address));
  }
  for (const reference of references) {
    if (reference.attrs["type"] === "mention")
      pushUser(atoms, origin, reference, body, addressed(origin, reference.attrs["uri"]));
  }
  if (mentions.length === 0 && references.length === 0) atoms.push(...nicksIn(origin, body.text));
  return { atoms, refused };
}

function everybody({ context, sender }: Origin, mention: XmlElement, body: Body): Atom | null {
  const range = rangeOf(mention, body);
  if (range === null || !context.mayBroadcast(sender)) return null;
  return { ...range, run: (marks) => ({ kind: "broadcast", scope: "room", marks }) };
}

function pushUser(
  atoms: Atom[],
  { context }: Origin,
  mention: XmlElement,
  body: Body,
  native: string | null,
): void {
  const range = rangeOf(mention, body);
  const user = native === null ? null : context.user(native);
  if (range === null || user === null) return;
  const shown = body.text.slice(range.from, range.to);
  const name = shown.replace(/^@/, "").replace(/[:,]$/, "").trim() || user.name;
  atoms.push({ ...range, run: (marks) => ({ kind: "mention", user: user.uri, name, marks }) });
}

function rangeOf(mention: XmlElement, body: Body): { from: number; to: number } | null {
  const from = body.offset(natural(mention.attrs["begin"]));
  const to = body.offset(natural(mention.attrs["end"]));
  return from === null || to === null || to <= from ? null : { from, to };
}

/** The native id of whom an `xmpp:` URI or a JID names. */
function addressed({ context }: Origin, address: string | undefined): string | null {
  if (address === undefined) return null;
  const jid = decoded(address.replace(/^xmpp:/, "").replace(/[?#].*$/s, ""));
  if (jid === null || jid === "") return null;
  const nick = resourceOf(jid);
  if (bareJid(jid).toLowerCase() === context.roomJid)
    return nick === "" ? null : (context.occupant(nick)?.native ?? null);
  return bareJid(jid);
}

function decoded(text: string): string | null {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/**
 * Exact nicks: after `@` at the beginning of a word, and, as clients complete them, at the beginning of a line with `:` or `,` behind.
 * Elsewhere a nick may be a word like any other.
 */
function nicksIn(origin: Origin, text: string): readonly Atom[] {
  const atoms: Atom[] = [];
  for (let at = 0; at < text.length;) {
    const atom = text[at] === "@" ? markedAt(origin, text, at) : addressedAt(origin, text, at);
    if (atom !== null) atoms.push(atom);
    at = atom === null ? at : atom.to;
    while (at < text.length && !isSpace(text, at)) at += 1;
    while (at < text.length && isSpace(text, at)) at += 1;
  }
  return atoms;
}

/** The longest nick after the `@`, with white space, `:`, `,` or signs that close a sentence behind. */
function markedAt(origin: Origin, text: string, from: number): Atom | null {
  const start = from + "@".length;
  let found: Atom | null = null;
  for (const end of wordEnds(text, start)) {
    const nick = text.slice(start, end);
    found = atomOf(origin, nick, from, end) ?? closed(origin, nick, from) ?? found;
  }
  return found;
}

function closed(origin: Origin, nick: string, from: number): Atom | null {
  const bare = nick.replace(CLOSING, "");
  return atomOf(origin, bare, from, from + "@".length + bare.length);
}

/** The longest nick with which a line begins that is addressed to somebody. */
function addressedAt(origin: Origin, text: string, from: number): Atom | null {
  if (from > 0 && text[from - 1] !== "\n") return null;
  let found: Atom | null = null;
  for (const end of wordEnds(text, from))
    if (text[end] === ":" || text[end] === ",")
      found = atomOf(origin, text.slice(from, end), from, end) ?? found;
  return found;
}

function atomOf(origin: Origin, nick: string, from: number, to: number): Atom | null {
  const { context, sender } = origin;
  const occupant: PlatformUser | null = nick === "" ? null : context.occupant(nick);
  if (occupant === null || occupant.native === sender.native) return null;
  const user = context.user(occupant.native);
  if (user === null) return null;
  return { from, to, run: (marks) => ({ kind: "mention", user: user.uri, name: nick, marks }) };
}

/** Where the first word ends, the second, ..., as far as a nick may go. */
function wordEnds(text: string, from: number): readonly number[] {
  const ends: number[] = [];
  WORD_END.lastIndex = from;
  const limit = from + LONGEST_NICK;
  while (ends.length < MOST_WORDS) {
    const end = WORD_END.exec(text)?.index ?? text.length;
    if (end > limit) break;
    if (end > from) ends.push(end);
    if (end === text.length) break;
  }
  return ends;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}
