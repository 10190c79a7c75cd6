/** HTML as the flat form: for Matrix, for the second alternative of mimi-content, and whoever else writes some. */
import { plainFlat } from "../flat.ts";
import { canonicalHtml } from "./canonical.ts";
import type { HtmlReadDialect } from "./dialect.ts";
import { stripTags } from "./strip.ts";
import { parseHtml } from "./tree.ts";
import { readTree } from "./walk.ts";
import type { ReadHtml } from "./walk-state.ts";

/**
 * What the HTML says, in the form that canonicalHtml gives. Reads the elements that Matrix allows in messages (client-
 * server API, section 11.2.1.1) and what mail and web pages use for the same; of others the text alone. Scripts, style
 * sheets and the reply fallback (`<mx-reply>`) are dropped with their content. Beyond the limits (limits.ts) the text
 * without tags is taken as plain, with the loss `markup_unread`. Never throws.
 */
export function readHtml(html: string, dialect: HtmlReadDialect): ReadHtml {
  const root = parseHtml(html);
  const read = root === null ? null : readTree(root, dialect);
  return read ?? unread(stripTags(html));
}

/** Text that is taken as plain, since its markup goes beyond the limits. */
export function unread(text: string): ReadHtml {
  return {
    text: canonicalHtml(plainFlat(text), null),
    losses: [{ code: "markup_unread", detail: "html" }],
    spoiler: null,
  };
}
