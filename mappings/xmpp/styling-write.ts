/** A flat text as a body under message styling (XEP-0393). One pass; what the body can't show is named. */
import type { UserUri } from "../ids.ts";
import type { Loss, LossCode } from "../loss.ts";
import type { MarkupWriter } from "../markup/context.ts";
import { type Block, type CodeBlock, type FlatText, Mark, type RowBlock, type Run } from "../markup/flat.ts";
import { labelIsUrl } from "../markup/links.ts";
import { plainRuns } from "../markup/plain.ts";
import { bodyText } from "./elements.ts";
import { type Piece, plainLine, SHOWN_MARKS, styledLine } from "./styling-line.ts";
import {
  apart,
  indent,
  isLink,
  isMention,
  isMisread,
  lines,
  markerOf,
  oneLine,
  words,
} from "./styling-parts.ts";
import { PERHAPS_STYLED } from "./styling-read.ts";

const FENCE = "```";

/** Who is addressed, and where: UTF-16 offsets in the body, the end exclusive. */
export interface PlacedMention {
  /** null: everybody. */
  readonly user: UserUri | null;
  readonly from: number;
  readonly to: number;
}

export interface StyledBody {
  readonly text: string;
  /** Whether the characters would be read as styling that they are not: XEP-0393's `<unstyled/>` is to say so. */
  readonly unstyled: boolean;
  readonly mentions: readonly PlacedMention[];
  /** Whether some of the text was to be hidden. */
  readonly hidden: boolean;
  readonly losses: readonly Loss[];
}

/** The body that shows `flat`. */
export function writeStyling(flat: FlatText, context: MarkupWriter): StyledBody {
  const [only] = flat.blocks;
  const [run, second] = only?.kind === "paragraph" ? only.runs : [];
  if (flat.blocks.length === 1 && only?.quote === 0 && second === undefined && isPlain(run)) {
    const { text, removed } = bodyText(run.text);
    if (removed === 0 && !PERHAPS_STYLED.test(text))
      return { text, unstyled: false, mentions: [], hidden: false, losses: [] };
  }
  return new BodyWriter(flat, context).write();
}

function isPlain(run: Run | undefined): run is Run & { kind: "text" } {
  return run?.kind === "text" && run.marks === 0 && run.link === null;
}

const isAddress = (after: Run | undefined): boolean => after?.kind === "text" && /^[:,]/.test(after.text);

interface Line {
  readonly quote: number;
  /** Words, or code as it is. */
  readonly content: readonly Piece[] | string;
}

class BodyWriter {
  readonly #flat: FlatText;
  readonly #context: MarkupWriter;
  readonly #lines: Line[] = [];
  readonly #losses = new Map<LossCode, string>();
  #styled = false;
  #hidden = false;
  /** Whether the run before belongs to the same link. */
  #inLabel = false;
  #removed = 0;

  constructor(flat: FlatText, context: MarkupWriter) {
    this.#flat = flat;
    this.#context = context;
  }

  write(): StyledBody {
    let before: Block | null = null;
    for (const block of this.#flat.blocks) {
      if (before !== null && apart(before, block)) this.#lines.push({ quote: block.quote, content: [] });
      if (block.quote > 0) this.#styled = true;
      this.#block(block, before);
      before = block;
    }
    this.#closeTable(before, null);
    const body = this.#compose();
    if (this.#removed > 0) this.#lose("characters_removed", `${this.#removed} characters`);
    const losses = [...this.#losses].map(([code, detail]) => ({ code, detail }));
    return { ...body, unstyled: !this.#styled && isMisread(body.text), hidden: this.#hidden, losses };
  }

  #block(block: Block, before: Block | null): void {
    this.#closeTable(before, block);
    switch (block.kind) {
      case "paragraph":
        this.#runs(block.quote, indent(block.list), block.runs, 0);
        break;
      case "heading":
        this.#lose("block_flattened", "a heading");
        this.#runs(block.quote, "", block.runs, Mark.bold);
        break;
      case "item":
        this.#lose("block_flattened", "a list");
        this.#runs(block.quote, indent(block.list - 1) + markerOf(block.marker), block.runs, 0);
        break;
      case "code":
        this.#code(block);
        break;
      case "row":
        this.#row(block, before);
        break;
      case "rule":
        this.#lose("block_flattened", "a rule");
        this.#lines.push({ quote: block.quote, content: [words("---", 0)] });
    }
  }

  #code(block: CodeBlock): void {
    if (block.language !== "") this.#lose("mark_lost", "the language of code");
    const text = this.#clean(block.text);
    if (text.includes(FENCE)) {
      this.#lose("block_flattened", "code that holds a fence");
      for (const line of text.split("\n"))
        this.#lines.push({ quote: block.quote, content: [words(line, 0)] });
      return;
    }
    this.#fence(block.quote);
    for (const line of text.split("\n")) this.#lines.push({ quote: block.quote, content: line });
    this.#fence(block.quote);
  }

  #row(block: RowBlock, before: Block | null): void {
    this.#lose("block_flattened", "a table");
    if (before?.kind !== "row" || before.quote !== block.quote) this.#fence(block.quote);
    const cells = block.cells.map((cell) => this.#clean(plainRuns(cell)).replaceAll("\n", " "));
    this.#lines.push({ quote: block.quote, content: cells.join(" | ").replaceAll(FENCE, "'''") });
  }

  #closeTable(before: Block | null, block: Block | null): void {
    if (before?.kind === "row" && (block?.kind !== "row" || block.quote !== before.quote))
      this.#fence(before.quote);
  }

  #fence(quote: number): void {
    this.#styled = true;
    this.#lines.push({ quote, content: FENCE });
  }

  #runs(quote: number, prefix: string, runs: readonly Run[], extra: number): void {
    let line: Piece[] = prefix === "" ? [] : [words(prefix, 0)];
    for (const [at, run] of runs.entries()) {
      const marks = this.#marks(run.marks | extra);
      for (const piece of this.#pieces(run, runs[at + 1], marks)) {
        if (piece !== null) {
          line.push(piece);
          continue;
        }
        this.#lines.push({ quote, content: line });
        line = [];
      }
    }
    this.#lines.push({ quote, content: line });
  }

  #marks(marks: number): number {
    if ((marks & Mark.underline) !== 0) this.#lose("mark_lost", "underline");
    if ((marks & Mark.spoiler) !== 0) {
      this.#hidden = true;
      this.#lose("spoiler_widened", "a hidden part of the text");
    }
    if ((marks & SHOWN_MARKS) !== 0) this.#styled = true;
    return marks & SHOWN_MARKS;
  }

  /** What a run shows; null: a line break. */
  #pieces(run: Run, next: Run | undefined, marks: number): readonly (Piece | null)[] {
    switch (run.kind) {
      case "text":
        if (run.link === null) return lines(this.#clean(run.text), marks);
        return this.#linked(this.#clean(run.text), run.link, next, marks);
      case "mention": {
        const name = oneLine(this.#clean(this.#context.user(run.user).name || run.name));
        // As people of rooms address each other: the nick, and a colon.
        const sign = this.#lines.length === 0 && isAddress(next) ? "" : "@";
        return [{ text: sign + name, marks, what: { user: run.user } }];
      }
      case "group":
        return [words(`#${oneLine(this.#clean(this.#context.room(run.group)?.name ?? run.name))}`, marks)];
      case "broadcast":
        if (!this.#context.broadcasts) {
          this.#lose("broadcast_neutralised", run.scope);
          return [words(`@${run.scope}`, marks)];
        }
        return [{ text: `@${run.scope}`, marks, what: { user: null } }];
      case "emoji":
        this.#lose("emoji_named", run.name);
        return [words(`:${oneLine(this.#clean(run.name))}:`, marks)];
    }
  }

  /** The label, and the URL behind it where it says something else. A label of several runs never is the URL. */
  #linked(text: string, url: string, next: Run | undefined, marks: number): readonly (Piece | null)[] {
    const address: Piece = { text: oneLine(this.#clean(url)), marks, what: isLink(url) ? "link" : "text" };
    const goesOn = next?.kind === "text" && next.link === url;
    const isWhole = !goesOn && !this.#inLabel;
    this.#inLabel = goesOn;
    if (goesOn) return lines(text, marks);
    if (isWhole && labelIsUrl(text, url)) return [address];
    return [...lines(text, marks), words(" (", marks), address, words(")", marks)];
  }

  #clean(text: string): string {
    const { text: legal, removed } = bodyText(text);
    this.#removed += removed;
    return legal;
  }

  #lose(code: LossCode, detail: string): void {
    if (!this.#losses.has(code)) this.#losses.set(code, detail);
  }

  #compose(): { text: string; mentions: readonly PlacedMention[] } {
    const parts: string[] = [];
    const mentions: PlacedMention[] = [];
    let length = 0;
    for (const { quote, content } of this.#lines) {
      const prefix = "> ".repeat(quote);
      if (typeof content === "string") {
        parts.push(prefix + content);
      } else {
        const line = this.#styled ? styledLine(content) : plainLine(content);
        if (line.lostMarks !== 0) this.#lose("mark_lost", "marks where styling has no place for them");
        parts.push(content.length === 0 ? prefix.trimEnd() : prefix + line.text);
        const start = length + prefix.length;
        for (const { what, from, to } of line.placed) {
          if (isMention(what)) mentions.push({ user: what.user, from: start + from, to: start + to });
        }
      }
      length += (parts.at(-1) ?? "").length + "\n".length;
    }
    return { text: parts.join("\n"), mentions };
  }
}
