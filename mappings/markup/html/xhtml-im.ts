/** XHTML-IM (XEP-0071), deprecated but still sent: read from the stream's own tree, never written. */
import { Mark } from "../flat.ts";
import type { XmlElement } from "../../xml.ts";
import type { HtmlReadDialect } from "./dialect.ts";
import { textOf } from "./markup-node.ts";
import type { ReadHtml } from "./walk-state.ts";
import { unread } from "./read.ts";
import { readTree } from "./walk.ts";

/** UTF-16 code units of one `style` that are looked at. */
const LONGEST_STYLE = 1024;

/**
 * Reads the `<body/>` of XHTML-IM, or the `<html/>` around it, in the form that canonicalHtml gives. Of styles it takes
 * bold, italic, underline and strike. Beyond the limits the text alone is taken, with the loss `markup_unread`. Never
 * throws. Whether the text agrees with the message's own body is for the caller to compare.
 */
export function readXhtmlIm(element: XmlElement, dialect: HtmlReadDialect): ReadHtml {
  const body = element.children.find((child) => typeof child !== "string" && child.name === "body");
  const root = typeof body === "object" ? body : element;
  return readTree(root, dialect, styleMarks) ?? unread(textOf(root));
}

/** The marks that a `style` attribute gives. */
function styleMarks(style: string): number {
  if (style === "" || style.length > LONGEST_STYLE) return 0;
  let marks = 0;
  for (const declaration of style.toLowerCase().split(";")) {
    const colon = declaration.indexOf(":");
    if (colon >= 0)
      marks |= declarationMarks(declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim());
  }
  return marks;
}

function declarationMarks(property: string, value: string): number {
  switch (property) {
    case "font-weight":
      return value === "bold" || value === "bolder" || Number(value) >= 600 ? Mark.bold : 0;
    case "font-style":
      return value === "italic" || value === "oblique" ? Mark.italic : 0;
    case "text-decoration":
      return (
        (value.includes("underline") ? Mark.underline : 0) |
        (value.includes("line-through") ? Mark.strike : 0)
      );
    default:
      return 0;
  }
}
