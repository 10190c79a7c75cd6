/** Runs as Markdown: spans by delimiters, code, links, mentions and pictures. */
import type { Run, TextRun } from "../flat.ts";
import { Mark } from "../flat.ts";
import { escapeText } from "./escape.ts";
import type { Span, Step } from "./nesting.ts";
import type { RunsPlace } from "./prepare-runs.ts";

const SAFE_AUTOLINK = /^[A-Za-z][A-Za-z0-9+.-]{1,31}:[!#-;=?-[\]-{}~]+$/;
/** What every parser counts as punctuation. */
const PUNCTUATION = /^(?=[\0-\uFFFF])[\p{P}!-/:-@[-`{-~]/u;
/** What some parsers count as punctuation: symbols, and what lies outside the basic plane. */
const UNSURE = /^[\p{S}\u{10000}-\u{10FFFF}]/u;
const SPACE = /^\s/u;
const REFERENCE = /&(?=#?[A-Za-z0-9]{1,32};)/g;

/** The steps of nestRuns as Markdown. Lines end with a hard break; whoever places the block adds its prefixes. */
export function writeSteps(steps: readonly Step[], place: RunsPlace): string {
  return new StepWriter(steps, place).write();
}

class StepWriter {
  readonly #steps: readonly Step[];
  readonly #place: RunsPlace;
  readonly #out: string[] = [];
  #inLabel = false;
  /** Italic as `*`: a part of a word, where `_` has no meaning. */
  #starred = false;
  /** The last text was one character, written as a reference. */
  #isReference = false;

  constructor(steps: readonly Step[], place: RunsPlace) {
    this.#steps = steps;
    this.#place = place;
  }

  write(): string {
    for (let at = 0; at < this.#steps.length; at++) {
      const step = this.#steps[at];
      if (step === undefined) break;
      switch (step.kind) {
        case "open":
        case "close":
          this.#out.push(this.#delimiter(step, at));
          break;
        case "link":
          if (this.#isAutolink(at)) {
            this.#out.push(`<${step.url}>`);
            at += 2;
          } else {
            this.#out.push("[");
            this.#inLabel = true;
          }
          break;
        case "unlink":
          this.#out.push(`](${this.#destination(step.url)})`);
          this.#inLabel = false;
          break;
        case "run":
          this.#out.push(this.#run(step.run, at));
      }
    }
    return this.#out.join("");
  }

  #delimiter(step: { readonly kind: "open" | "close"; readonly span: Span }, at: number): string {
    if (step.span === Mark.bold) return "**";
    if (step.span === Mark.strike) return "~~";
    if (step.kind === "open") this.#starred = this.#isPartOfWord(at);
    return this.#starred ? "*" : "_";
  }

  /** Whether the italic span that opens here is one text within unmarked text and touches a word of it. */
  #isPartOfWord(at: number): boolean {
    const inner = this.#steps[at + 1];
    const close = this.#steps[at + 2];
    if (inner?.kind !== "run" || inner.run.kind !== "text" || inner.run.marks !== Mark.italic) return false;
    if (close?.kind !== "close") return false;
    const before = this.#steps[at - 1];
    const after = this.#steps[at + 3];
    if ((before !== undefined && before.kind !== "run") || (after !== undefined && after.kind !== "run"))
      return false;
    return isWordLike(lastOf(before)) || isWordLike(firstOf(after));
  }

  #run(run: Run, at: number): string {
    switch (run.kind) {
      case "text":
        return (run.marks & Mark.code) === 0 ? this.#text(run, at) : this.#code(run.text);
      case "mention":
        return `[${this.#label(`@${run.name}`)}](${run.user})`;
      case "group":
        return `[${this.#label(`#${run.name}`)}](${run.group})`;
      case "emoji":
        return `![${this.#label(`:${run.name}:`)}](${this.#destination(run.source ?? "")})`;
      case "broadcast":
        return "";
    }
  }

  #label(text: string): string {
    const cell = this.#place === "cell";
    return escapeText(text, { lineStart: false, label: true, cell, heading: false, follows: "other" });
  }

  /** A text whose first and last character are references where a delimiter beside them would otherwise not count. */
  #text(run: TextRun, at: number): string {
    const first = this.#closingNeedsHelp(at) ? firstOf(this.#steps[at]) : "";
    const rest = run.text.slice(first.length);
    const last =
      rest !== "" && this.#openingNeedsHelp(at) ? lastOf({ kind: "run", run: { ...run, text: rest } }) : "";
    const escaped = escapeText(rest.slice(0, rest.length - last.length), {
      lineStart: first === "" && this.#place === "line" && this.#isLineStart(at),
      label: this.#inLabel,
      cell: this.#place === "cell",
      heading: this.#place === "heading",
      follows: last === "" ? followedBy(this.#steps[at + 1]) : "other",
    });
    this.#isReference = escaped === "" && last === "";
    return `${reference(first)}${escaped}${reference(last)}`;
  }

  #isLineStart(at: number): boolean {
    if (this.#out.length === 0) return true;
    const before = this.#steps[at - 1];
    return before?.kind === "run" && before.run.kind === "text" && before.run.text.endsWith("\n");
  }

  /** Whether spans were closed right before a word that keeps one of the delimiters from closing. */
  #closingNeedsHelp(at: number): boolean {
    let start = at - 1;
    while (this.#steps[start]?.kind === "close") start--;
    if (start === at - 1 || !isWordLike(firstOf(this.#steps[at]))) return false;
    if (at - 1 - start > 1 || !this.#isPlainDelimiter(at - 1)) return true;
    return this.#isReference || isPunctuationLike(lastOf(this.#steps[start]));
  }

  /** Whether spans are opened right after a word that keeps one of the delimiters from opening. */
  #openingNeedsHelp(at: number): boolean {
    let end = at + 1;
    while (this.#steps[end]?.kind === "open") end++;
    if (end === at + 1 || !isWordLike(lastOf(this.#steps[at]))) return false;
    if (end - at - 1 > 1 || !this.#isPlainDelimiter(at + 1)) return true;
    return isPunctuationLike(firstOf(this.#steps[end])) || this.#becomesReference(end);
  }

  /** Whether a text of one character is written as a reference, which begins like punctuation; at most three deep. */
  #becomesReference(at: number): boolean {
    const step = this.#steps[at];
    if (step?.kind !== "run" || step.run.kind !== "text" || step.run.text !== firstOf(step)) return false;
    return this.#openingNeedsHelp(at);
  }

  /** Whether the delimiter at a step works within words. */
  #isPlainDelimiter(at: number): boolean {
    const step = this.#steps[at];
    if (step?.kind === "open" && step.span === Mark.italic) return this.#isPartOfWord(at);
    return !(step?.kind === "close" && step.span === Mark.italic) || this.#starred;
  }

  #code(text: string): string {
    this.#isReference = false;
    const fence = "`".repeat(freeLength(text));
    const padding = needsPadding(text) ? " " : "";
    const content = this.#place === "cell" ? text.replaceAll("|", "\\|") : text;
    return `${fence}${padding}${content}${padding}${fence}`;
  }

  #isAutolink(at: number): boolean {
    const link = this.#steps[at];
    const run = this.#steps[at + 1];
    if (link?.kind !== "link" || run?.kind !== "run" || run.run.kind !== "text") return false;
    const isLabel = run.run.text === link.url && (run.run.marks & Mark.code) === 0;
    return isLabel && this.#steps[at + 2]?.kind === "unlink" && isAutolinkable(link.url);
  }

  #destination(url: string): string {
    const escaped = url.replaceAll(REFERENCE, "&amp;").replaceAll(/[\\()<>]/g, String.raw`\$&`);
    return this.#place === "cell" ? escaped.replaceAll("|", "\\|") : escaped;
  }
}

/** Whether every parser takes `<url>` for this URL: some replace references there, and some do not. */
function isAutolinkable(url: string): boolean {
  return SAFE_AUTOLINK.test(url) && url.search(REFERENCE) === -1;
}

/** How many backticks no run of them in the text has. */
function freeLength(text: string): number {
  const lengths = new Set((text.match(/`+/g) ?? []).map((run) => run.length));
  let length = 1;
  while (lengths.has(length)) length++;
  return length;
}

/** A parser removes one space from both edges of code, where it isn't only spaces. */
function needsPadding(text: string): boolean {
  if (text.startsWith("`") || text.endsWith("`")) return true;
  return text.startsWith(" ") && text.endsWith(" ") && /[^ ]/.test(text);
}

function reference(character: string): string {
  return character === "" ? "" : `&#x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`;
}

/** The first character that a step writes; for what is not text one that counts as punctuation. */
function firstOf(step: Step | undefined): string {
  if (step === undefined) return "";
  if (step.kind !== "run" || step.run.kind !== "text" || (step.run.marks & Mark.code) !== 0) return "*";
  return String.fromCodePoint(step.run.text.codePointAt(0) ?? 32);
}

function lastOf(step: Step | undefined): string {
  if (step === undefined) return "";
  if (step.kind !== "run" || step.run.kind !== "text" || (step.run.marks & Mark.code) !== 0) return "*";
  return /.$/su.exec(step.run.text.slice(-2))?.[0] ?? "";
}

function isWordLike(character: string): boolean {
  return character !== "" && !SPACE.test(character) && !PUNCTUATION.test(character);
}

function isPunctuationLike(character: string): boolean {
  return PUNCTUATION.test(character) || UNSURE.test(character);
}

function followedBy(step: Step | undefined): "bracket" | "other" | "nothing" {
  if (step === undefined) return "nothing";
  return step.kind === "link" || (step.kind === "run" && step.run.kind !== "text") ? "bracket" : "other";
}
