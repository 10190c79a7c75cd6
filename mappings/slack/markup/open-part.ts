/** A part of a rich_text block that the next block may still belong to. */
import type { SlackElement, SlackPart } from "./blocks.ts";

/** `quote` is what Slack shows: 1 a quote or a border, 2 a quote with a border. */
export type OpenPart =
  | { readonly kind: "text"; readonly quote: number; readonly elements: SlackElement[] }
  | {
      readonly kind: "list";
      readonly quote: number;
      readonly ordered: boolean;
      readonly indent: number;
      /** The number of the first item. */
      readonly first: number;
      readonly items: SlackElement[][];
    };

const BLANK_LINE = "\n\n";

/** Adds a paragraph behind what is there: a blank line is what parts paragraphs on Slack. */
export function addParagraph(elements: SlackElement[], more: readonly SlackElement[]): void {
  const [first, ...rest] = more;
  if (first === undefined) return;
  if (elements.length > 0) addElement(elements, { type: "text", text: BLANK_LINE });
  addElement(elements, first);
  for (const element of rest) elements.push(element);
}

/** As Slack has it. */
export function closedPart(open: OpenPart): SlackPart {
  if (open.kind === "list") {
    return {
      type: "rich_text_list",
      style: open.ordered ? "ordered" : "bullet",
      indent: open.indent,
      ...(open.first > 1 ? { offset: open.first - 1 } : {}),
      ...border(open.quote > 0),
      elements: open.items.map((elements) => ({ type: "rich_text_section", elements })),
    };
  }
  if (open.quote === 0) return { type: "rich_text_section", elements: open.elements };
  return { type: "rich_text_quote", ...border(open.quote > 1), elements: open.elements };
}

export function border(shown: boolean): { readonly border?: 1 } {
  return shown ? { border: 1 } : {};
}

function addElement(elements: SlackElement[], element: SlackElement): void {
  const last = elements.at(-1);
  const joins =
    last?.type === "text" &&
    element.type === "text" &&
    last.style === undefined &&
    element.style === undefined;
  if (joins) elements[elements.length - 1] = { type: "text", text: last.text + element.text };
  else elements.push(element);
}
