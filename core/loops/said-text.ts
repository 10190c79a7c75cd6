/** What a message says, in a form that is the same when another bridge or a bot says it again under a name of its own. */
import { hash } from "node:crypto";
import { plainTextOf } from "../../mappings/markup/plain.ts";
import type { Message } from "../../mappings/message.ts";

/** Characters of a text that are looked at. */
const LOOKED_AT = 2_000;
/** Enough to tell texts apart; platforms cut long ones at different places. */
const COMPARED = 300;
/** Letters, digits and symbols from which on nobody says by chance what somebody else has said. */
const TELLING = 16;
/** Lines that quote, before what is said to them. */
const QUOTE = /^(?:>[^\n]*\n+)+/;
/** `<name>`, `[place]`, `(name)` or `name:` before a text, as bridges and bots put it; names may have colons in them. */
const PREFIX =
  /[\s*_~`>|]*(?:<[^<>\n]{1,80}>|\[[^[\]\n]{1,80}\]|\([^()\n]{1,80}\)|\S[^\n]{0,254}?:(?=\s))[\s:*_~`|]*/uy;
/** What is neither a letter, a digit, nor a symbol; and symbols that stand for markup. */
const UNTOLD = /[^\p{L}\p{M}\p{N}\p{S}]|[`~^>|<]/gu;
/** Marks of direction and the like, and the one that says how an emoji is drawn. */
const UNSEEN = /\p{Cf}|\uFE0F/gu;

/** A text to be compared with others; nothing of it can be read from this. */
export interface SaidText {
  readonly print: string;
  /** Whether it is long enough that nobody says the same by chance. */
  readonly telling: boolean;
}

/** The text of a message; null: it has none, as reactions and deletions have not. */
export function saidText({ body }: Message): SaidText | null {
  switch (body.kind) {
    case "text":
      return comparable(plainTextOf(body.text));
    case "media": {
      const caption = body.caption === null ? "" : plainTextOf(body.caption);
      return comparable(caption === "" ? body.files.map(({ filename }) => filename).join(" ") : caption);
    }
    default:
      return null;
  }
}

/** The text without names before it, markup, blanks and punctuation; null: nothing is left to be compared. */
export function comparable(text: string): SaidText | null {
  const whole = text.slice(0, LOOKED_AT).normalize("NFKC").replaceAll(UNSEEN, "").toLowerCase();
  const rest = withoutNames(withoutQuote(whole));
  const told = toldIn(rest);
  const compared = (told === "" ? rest.replaceAll(/\s+/gu, "") : told).slice(0, COMPARED);
  if (compared === "") return null;
  return { print: hash("sha256", compared, "base64url").slice(0, 16), telling: compared.length >= TELLING };
}

const toldIn = (text: string): string => text.replaceAll(UNTOLD, "");

/** The text behind what it quotes, unless it does nothing else. */
function withoutQuote(text: string): string {
  const rest = text.replace(QUOTE, "");
  return toldIn(rest) === "" ? text : rest;
}

/** The text behind all the names that stand before it, as long as something is left: a copy of a copy has several. */
function withoutNames(text: string): string {
  const starts = [0];
  for (let at = 0; ; at = PREFIX.lastIndex) {
    PREFIX.lastIndex = at;
    if (!PREFIX.test(text)) break;
    starts.push(PREFIX.lastIndex);
  }
  const start = starts.findLast((at) => toldIn(text.slice(at)) !== "") ?? 0;
  return text.slice(start);
}
