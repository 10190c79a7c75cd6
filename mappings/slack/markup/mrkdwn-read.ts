/** Slack's mrkdwn to text in memory. */
import type { ReadText } from "../../markup/context.ts";
import { tidyBlocks, tidyCode } from "../../markup/flat-builder.ts";
import type { Block, Run, TextRun } from "../../markup/flat.ts";
import type { SlackReader } from "./context.ts";
import { unescapeText } from "./escape.ts";
import { LONGEST_TEXT } from "./limits.ts";
import { mrkdwnTokens } from "./mrkdwn-tokens.ts";
import type { MrkdwnToken } from "./mrkdwn-tokens.ts";
import { paragraphs } from "./paragraphs.ts";
import { Reading } from "./reading.ts";
import { textRun } from "./references.ts";

type LineToken = Extract<MrkdwnToken, { readonly kind: "run" | "mark" }>;

/**
 * Reads the `text` of a message, an attachment or a text object of type mrkdwn: tokens in angle brackets, the three
 * escapes, marks that begin and end at the edges of words of one line, code, quotes and short names of emoji. A text
 * longer than LONGEST_TEXT is taken as plain.
 */
export function readMrkdwn(text: string, context: SlackReader): ReadText {
  const reading = new Reading(context);
  const blocks = tidyBlocks(mrkdwnBlocks(text, reading));
  return { text: { blocks }, losses: reading.losses() };
}

/** The same as a part of a larger reading. */
export function mrkdwnBlocks(text: string, reading: Reading): readonly Block[] {
  if (text.length > LONGEST_TEXT) {
    reading.lose("markup_unread", "length");
    return paragraphs([textRun(unescapeText(text), 0)], 0);
  }
  const lines = new LineReader();
  for (const token of mrkdwnTokens(text, reading)) lines.take(token);
  return lines.finish();
}

/** Lines of one depth of quotes are one run of paragraphs. */
class LineReader {
  readonly #blocks: Block[] = [];
  #line: LineToken[] = [];
  #lineQuote = 0;
  #runs: Run[] = [];
  #quote = 0;
  #rest = 0;

  take(token: MrkdwnToken): void {
    switch (token.kind) {
      case "run":
      case "mark":
        this.#line.push(token);
        return;
      case "quote":
        this.#lineQuote = 1;
        if (token.rest) this.#rest = 1;
        return;
      case "line":
        this.#endLine();
        this.#add(textRun("\n", 0));
        this.#lineQuote = this.#rest;
        return;
      case "code":
        this.#endLine();
        this.#endParagraphs();
        this.#blocks.push(
          tidyCode({ kind: "code", quote: this.#lineQuote, list: 0, language: "", text: token.text }),
        );
    }
  }

  finish(): readonly Block[] {
    this.#endLine();
    this.#endParagraphs();
    return this.#blocks;
  }

  #endLine(): void {
    if (this.#lineQuote !== this.#quote) this.#endParagraphs();
    this.#quote = this.#lineQuote;
    for (const run of markedRuns(this.#line)) this.#add(run);
    this.#line = [];
  }

  /** Text without marks goes on where it can: a line is less work than a run. */
  #add(run: Run): void {
    const last = this.#runs.at(-1);
    if (isBare(last) && isBare(run)) {
      this.#runs[this.#runs.length - 1] = textRun(last.text + run.text, 0);
    } else this.#runs.push(run);
  }

  #endParagraphs(): void {
    for (const block of paragraphs(this.#runs, this.#quote)) this.#blocks.push(block);
    this.#runs = [];
  }
}

function isBare(run: Run | undefined): run is TextRun {
  return run?.kind === "text" && run.marks === 0 && run.link === null;
}

/** The runs of a line: a mark reaches from one that opens to the next of its kind that closes, and none is empty. */
function markedRuns(line: readonly LineToken[]): readonly Run[] {
  const halves = pairedMarks(line);
  const runs: Run[] = [];
  let marks = 0;
  for (const [index, token] of line.entries()) {
    if (token.kind === "run") runs.push({ ...token.run, marks: token.run.marks | marks });
    else if (halves.has(index)) marks ^= token.mark;
    else runs.push(textRun(token.character, marks));
  }
  return runs;
}

/** Which tokens of the line are the halves of marks. A mark that ends ends those that began in it and have no end. */
function pairedMarks(line: readonly LineToken[]): ReadonlySet<number> {
  const halves = new Set<number>();
  const open = new Map<number, number>();
  for (const [index, token] of line.entries()) {
    if (token.kind === "run") continue;
    const start = open.get(token.mark);
    if (token.closes && start !== undefined && start < index - 1) {
      halves.add(start).add(index);
      for (const [mark, began] of open) if (began >= start) open.delete(mark);
    } else if (token.opens && start === undefined) open.set(token.mark, index);
  }
  return halves;
}
