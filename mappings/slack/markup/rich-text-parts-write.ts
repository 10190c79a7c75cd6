/** Blocks of text in memory to the parts of rich_text blocks, with dividers between these. */
import type { MarkupWriter } from "../../markup/context.ts";
import { tidyRuns } from "../../markup/flat-builder.ts";
import { Mark } from "../../markup/flat.ts";
import type { Block, CodeBlock, ItemBlock, RowBlock, RuleBlock, Run } from "../../markup/flat.ts";
import type { Loss } from "../../loss.ts";
import type { SlackBlock, SlackPart } from "./blocks.ts";
import { DEEPEST_INDENT, LONGEST_MESSAGE, MOST_TEXT_BLOCKS } from "./limits.ts";
import { addParagraph, border, closedPart } from "./open-part.ts";
import type { OpenPart } from "./open-part.ts";
import { plainElement, slackElements } from "./rich-text-elements-write.ts";
import { tableText } from "./table-text.ts";

/** A divider within a section. */
const RULE = "———";
/** A quote in a quote is one with a border; deeper ones look the same. */
const DEEPEST_QUOTE = 2;
/** A divider may be between two blocks of text. */
const BESIDES_DIVIDER = 2;

export class PartWriter {
  readonly #context: MarkupWriter;
  readonly #blocks: SlackBlock[] = [];
  readonly #flattened = new Set<string>();
  #parts: SlackPart[] = [];
  #open: OpenPart | null = null;

  constructor(context: MarkupWriter) {
    this.#context = context;
  }

  write(blocks: readonly Block[]): void {
    let rows: RowBlock[] = [];
    for (const [index, block] of blocks.entries()) {
      if (block.kind !== "row") {
        this.#block(block);
        continue;
      }
      rows.push(block);
      if (blocks[index + 1]?.kind === "row") continue;
      this.#table(rows, block);
      rows = [];
    }
  }

  finish(): readonly SlackBlock[] {
    this.#endBlock();
    return this.#blocks;
  }

  losses(): readonly Loss[] {
    return [...this.#flattened].map((detail) => ({ code: "block_flattened", detail }));
  }

  #block(block: Exclude<Block, RowBlock>): void {
    switch (block.kind) {
      case "paragraph":
        return this.#paragraph(block, block.runs);
      case "heading":
        this.#flattened.add("heading");
        return this.#paragraph(block, block.runs.map(bold));
      case "item":
        return this.#item(block);
      case "code":
        return this.#code(block);
      case "rule":
        return this.#rule(block);
    }
  }

  #paragraph(place: Block, runs: readonly Run[]): void {
    const elements = slackElements(runs, this.#context);
    if (elements.length === 0) return;
    const open = this.#open;
    if (place.list > 0 && open?.kind === "list") {
      const item = open.items.at(-1);
      const isItems = place.list === open.indent + 1 && this.#border(place) === open.quote;
      if (isItems && item !== undefined) return addParagraph(item, elements);
    }
    if (place.list > 0) this.#flattened.add("in a list");
    const quote = this.#shownQuote(place);
    if (open?.kind === "text" && open.quote === quote) return addParagraph(open.elements, elements);
    this.#endPart();
    this.#open = { kind: "text", quote, elements: [...elements] };
  }

  #item(item: ItemBlock): void {
    const { marker } = item;
    const quote = this.#border(item);
    const indent = Math.min(item.list - 1, DEEPEST_INDENT);
    if (indent < item.list - 1) this.#flattened.add("list");
    const number = typeof marker === "number" ? Math.max(marker, 1) : null;
    if (number !== marker && number !== null) this.#flattened.add("number");
    const elements = [...slackElements(this.#itemRuns(item), this.#context)];
    const open = this.#open;
    const continues =
      open?.kind === "list" &&
      open.quote === quote &&
      open.indent === indent &&
      open.ordered === (number !== null) &&
      (number === null || number === open.first + open.items.length);
    if (continues) {
      open.items.push(elements);
      return;
    }
    this.#endPart();
    const first = number ?? 1;
    this.#open = { kind: "list", quote, ordered: number !== null, indent, first, items: [elements] };
  }

  /** A task begins with a box. */
  #itemRuns({ marker, runs }: ItemBlock): readonly Run[] {
    if (typeof marker !== "boolean") return runs;
    this.#flattened.add("task");
    return tidyRuns([{ kind: "text", text: marker ? "☑ " : "☐ ", marks: 0, link: null }, ...runs]);
  }

  #code(code: CodeBlock): void {
    if (code.text === "") return;
    if (code.list > 0) this.#flattened.add("in a list");
    this.#preformatted(code.text, this.#border(code), code.language);
  }

  #table(rows: readonly RowBlock[], place: RowBlock): void {
    this.#flattened.add("table");
    const text = tableText(rows).slice(0, LONGEST_MESSAGE).toWellFormed();
    if (text !== "") this.#preformatted(text, this.#border(place), "");
  }

  #preformatted(text: string, quote: number, language: string): void {
    this.#endPart();
    this.#parts.push({
      type: "rich_text_preformatted",
      ...border(quote > 0),
      ...(language === "" ? {} : { language }),
      elements: [plainElement(text)],
    });
  }

  /** A divider stands between blocks, as many as a message may have of them. */
  #rule(rule: RuleBlock): void {
    if (rule.quote === 0 && rule.list === 0 && this.#blocks.length < MOST_TEXT_BLOCKS - BESIDES_DIVIDER) {
      this.#endBlock();
      this.#blocks.push({ type: "divider" });
      return;
    }
    this.#flattened.add("rule");
    this.#paragraph(rule, [{ kind: "text", text: RULE, marks: 0, link: null }]);
  }

  /** How deep a paragraph's quote shows. */
  #shownQuote(place: Block): number {
    if (place.quote > DEEPEST_QUOTE) this.#flattened.add("quote");
    return Math.min(place.quote, DEEPEST_QUOTE);
  }

  /** Lists and code have a border or none. */
  #border(place: Block): number {
    if (place.quote > 1) this.#flattened.add("quote");
    return Math.min(place.quote, 1);
  }

  #endPart(): void {
    if (this.#open !== null) this.#parts.push(closedPart(this.#open));
    this.#open = null;
  }

  #endBlock(): void {
    this.#endPart();
    if (this.#parts.length > 0) this.#blocks.push({ type: "rich_text", elements: this.#parts });
    this.#parts = [];
  }
}

function bold(run: Run): Run {
  return { ...run, marks: run.marks | Mark.bold };
}
