/** XHTML-IM (XEP-0071), which clients should no longer send. */
import type { ReadText } from "../markup/context.ts";
import type { Block, FlatText, Run } from "../markup/flat.ts";
import type { HtmlReadDialect } from "../markup/html/dialect.ts";
import { readXhtmlIm } from "../markup/html/xhtml-im.ts";
import type { XmlElement } from "../xml.ts";
import { child } from "./elements.ts";
import { NS } from "./namespaces.ts";

const XHTML = "http://www.w3.org/1999/xhtml";
/** Links are links, and nobody is mentioned by one. */
const DIALECT: HtmlReadDialect = { link: () => ({ kind: "url" }), emoji: () => null, broadcast: null };

/** What XHTML-IM says, or null where there is none or its words are not those of the body: then the body counts. */
export function trustedXhtml(stanza: XmlElement, body: string): ReadText | null {
  const html = child(stanza, "html", NS.html);
  const content = html === null ? null : child(html, "body", XHTML);
  if (content === null) return null;
  const { text, losses } = readXhtmlIm(content, DIALECT);
  return words(textOf(text)) === words(body) ? { text, losses } : null;
}

/** Letters, digits and symbols alone: each side shows lists, quotes and images with signs of its own. */
function words(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{S}]/gu, "");
}

function textOf({ blocks }: FlatText): string {
  return blocks.map(blockText).join("\n");
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return block.runs.map(runText).join("");
    case "row":
      return block.cells.map((cell) => cell.map(runText).join("")).join(" ");
    case "code":
      return block.text;
    case "rule":
      return "";
  }
}

function runText(run: Run): string {
  return run.kind === "text" ? run.text : run.kind === "broadcast" ? run.scope : run.name;
}
