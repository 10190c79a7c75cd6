/** Parts of a rich_text block (sections, lists, quotes, code) to blocks of text in memory. */
import { z } from "zod";
import { cleanText } from "../../markup/flat-builder.ts";
import type { Block, Run } from "../../markup/flat.ts";
import { DEEPEST_INDENT } from "./limits.ts";
import { paragraphs, paragraphsOf } from "./paragraphs.ts";
import type { Reading } from "./reading.ts";
import type { ElementReader } from "./rich-text-elements.ts";

const count = z.int().min(0).default(0).catch(0);
const word = z.string().default("").catch("");
const elements = z.array(z.unknown()).default([]).catch([]);
const item = z.object({ type: z.string(), elements });
const part = z.object({
  type: z.string(),
  elements,
  border: count,
  indent: count,
  offset: count,
  style: word,
  language: word,
});
type Part = z.infer<typeof part>;

/** What one part means. A border is the line of a quote. */
export function readPart(raw: unknown, elements: ElementReader, reading: Reading): readonly Block[] {
  const parsed = part.safeParse(raw);
  if (!parsed.success) {
    reading.lose("event_unreadable", "rich_text part");
    return [];
  }
  const quote = parsed.data.border > 0 ? 1 : 0;
  switch (parsed.data.type) {
    case "rich_text_section":
      return paragraphs(elements.runs(parsed.data.elements), 0);
    case "rich_text_quote":
      return paragraphs(elements.runs(parsed.data.elements), quote + 1);
    case "rich_text_list":
      return items(parsed.data, quote, elements, reading);
    case "rich_text_preformatted": {
      const text = codeText(elements.runs(parsed.data.elements));
      const [language = ""] = parsed.data.language.trim().split(/\s/, 1);
      return text === "" ? [] : [{ kind: "code", quote, list: 0, language, text }];
    }
    default:
      reading.lose("content_unsupported", parsed.data.type);
      return paragraphs(elements.runs(parsed.data.elements), 0);
  }
}

function items(list: Part, quote: number, reader: ElementReader, reading: Reading): readonly Block[] {
  const depth = Math.min(list.indent, DEEPEST_INDENT) + 1;
  const blocks: Block[] = [];
  for (const [index, raw] of list.elements.entries()) {
    const parsed = item.safeParse(raw);
    if (!parsed.success) {
      reading.lose("event_unreadable", "rich_text item");
      continue;
    }
    const [first = [], ...rest] = paragraphsOf(reader.runs(parsed.data.elements));
    const marker = list.style === "ordered" ? list.offset + index + 1 : "bullet";
    blocks.push({ kind: "item", quote, list: depth, marker, runs: first });
    for (const runs of rest) blocks.push({ kind: "paragraph", quote, list: depth, runs });
  }
  return blocks;
}

function codeText(runs: readonly Run[]): string {
  const text = cleanText(runs.map((run) => (run.kind === "text" ? run.text : "")).join(""), true);
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
