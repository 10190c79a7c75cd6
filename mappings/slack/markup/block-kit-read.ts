/** The blocks that programs post (section, header, context, image, table, ...) to blocks of text in memory. */
import { z } from "zod";
import type { Block, Run } from "../../markup/flat.ts";
import { tidyRuns } from "../../markup/flat-builder.ts";
import { readMarkdown } from "../../markup/markdown/read.ts";
import { mrkdwnBlocks } from "./mrkdwn-read.ts";
import { paragraphs } from "./paragraphs.ts";
import type { Reading } from "./reading.ts";
import { linkRun, textRun } from "./references.ts";
import type { ElementReader } from "./rich-text-elements.ts";
import { readPart } from "./rich-text-parts.ts";

const list = z.array(z.unknown()).default([]).catch([]);
const word = z.string().default("").catch("");
const block = z.object({
  type: z.string(),
  text: z.unknown().optional(),
  fields: list,
  elements: list,
  title: z.unknown().optional(),
  alt_text: word,
  image_url: word,
  title_url: word,
  rows: z.array(list).default([]).catch([]),
});
type KitBlock = z.infer<typeof block>;
const textObject = z.object({ type: z.enum(["mrkdwn", "plain_text"]), text: z.string() });
const image = z.object({ type: z.literal("image"), alt_text: z.string() });
const cell = z.object({ type: z.string(), text: word, elements: list });

/** What one block says; a block without text is named as a loss. */
export function readKitBlock(raw: unknown, elements: ElementReader, reading: Reading): readonly Block[] {
  const parsed = block.safeParse(raw);
  if (!parsed.success) {
    reading.lose("event_unreadable", "block");
    return [];
  }
  const { data } = parsed;
  switch (data.type) {
    case "section":
      return [data.text, ...data.fields].flatMap((text) => objectBlocks(text, reading));
    case "header":
      return headings(objectBlocks(data.text, reading));
    case "context":
      return contextLine(data.elements, reading);
    case "divider":
      return [{ kind: "rule", quote: 0, list: 0 }];
    case "image":
    case "video":
      return picture(data, reading);
    case "markdown":
      return markdownBlocks(typeof data.text === "string" ? data.text : "", reading);
    case "table":
      return tableRows(data, elements, reading);
    default:
      reading.lose("content_unsupported", data.type);
      return [];
  }
}

function objectBlocks(raw: unknown, reading: Reading): readonly Block[] {
  const parsed = textObject.safeParse(raw);
  if (!parsed.success) return [];
  const { type, text } = parsed.data;
  return type === "mrkdwn" ? mrkdwnBlocks(text, reading) : paragraphs([textRun(text, 0)], 0);
}

function headings(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((found) =>
    found.kind === "paragraph" ? { ...found, kind: "heading", level: 1 } : found,
  );
}

/** All texts of a context in one line, as it is shown. */
function contextLine(elements: readonly unknown[], reading: Reading): readonly Block[] {
  const runs: Run[] = [];
  for (const raw of elements) {
    const picture = image.safeParse(raw);
    if (picture.success) reading.lose("image_dropped", "context");
    const found = picture.success
      ? [textRun(picture.data.alt_text, 0)]
      : objectBlocks(raw, reading).flatMap(runsOf);
    if (runs.length > 0 && found.length > 0) runs.push(textRun(" ", 0));
    for (const run of found) runs.push(run);
  }
  return paragraphs(runs, 0);
}

function runsOf(found: Block): readonly Run[] {
  if ("runs" in found) return found.runs;
  return found.kind === "code" ? [textRun(found.text, 0)] : [];
}

/** A picture or a film is a link to it, by its description. */
function picture(data: KitBlock, reading: Reading): readonly Block[] {
  reading.lose("image_dropped", data.type);
  const title = textObject.safeParse(data.title);
  const label = (title.success ? title.data.text : "") || data.alt_text;
  const url = data.image_url || data.title_url;
  return paragraphs([url === "" ? textRun(label, 0) : linkRun(reading, url, label, 0)], 0);
}

function markdownBlocks(text: string, reading: Reading): readonly Block[] {
  const read = readMarkdown(text);
  for (const { code, detail } of read.losses) reading.lose(code, detail);
  return read.text.blocks;
}

/** The first row of a table is shown as its header. */
function tableRows(data: KitBlock, elements: ElementReader, reading: Reading): readonly Block[] {
  return data.rows.map((cells, index) => ({
    kind: "row",
    quote: 0,
    list: 0,
    header: index === 0,
    cells: cells.map((raw) => tidyRuns(cellRuns(raw, elements, reading))),
  }));
}

function cellRuns(raw: unknown, elements: ElementReader, reading: Reading): readonly Run[] {
  const parsed = cell.safeParse(raw);
  if (!parsed.success) {
    reading.lose("event_unreadable", "table cell");
    return [];
  }
  if (parsed.data.type !== "rich_text") return [textRun(parsed.data.text, 0)];
  return parsed.data.elements.flatMap((part) => readPart(part, elements, reading)).flatMap(runsOf);
}
