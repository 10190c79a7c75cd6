/** Reading GFM-MIMI Markdown (draft-ietf-mimi-content, section on GFM-MIMI): GFM 0.29 without raw HTML and bare links. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";
import type { Loss } from "../../loss.ts";
import type { ReadText } from "../context.ts";
import { tidyRuns } from "../flat-builder.ts";
import type { FlatText } from "../flat.ts";
import type { BroadcastScope } from "./broadcast.ts";
import { withBroadcast } from "./broadcast.ts";
import { isReadable, mayBeMarkup } from "./limits.ts";
import { flattenTree } from "./tree.ts";

export interface MarkdownOptions {
  /** Whom the message's extension addresses; null: nobody, and `@room` is text. */
  readonly broadcast: BroadcastScope | null;
}

const PARSER = {
  extensions: [
    gfmStrikethrough({ singleTilde: false }),
    gfmTable(),
    gfmTaskListItem(),
    { disable: { null: ["htmlFlow", "htmlText"] } },
  ],
  mdastExtensions: [gfmStrikethroughFromMarkdown(), gfmTableFromMarkdown(), gfmTaskListItemFromMarkdown()],
};

/**
 * Markdown as flat text. A soft break stays a line break, since people who type one mean it. Raw HTML is text, links
 * of schemes that are not allowed are their labels, and pictures are links with their description. Text beyond the
 * limits (see limits.ts) is one paragraph as it is, with the loss `markup_unread`.
 */
export function readMarkdown(markdown: string, options: MarkdownOptions = { broadcast: null }): ReadText {
  const losses: Loss[] = [];
  const text = readText(markdown, losses);
  return { text: options.broadcast === null ? text : withBroadcast(text, options.broadcast), losses };
}

function readText(markdown: string, losses: Loss[]): FlatText {
  if (!mayBeMarkup(markdown)) return paragraph(markdown);
  if (isReadable(markdown)) return flattenTree(fromMarkdown(markdown, PARSER), losses);
  losses.push({ code: "markup_unread", detail: `${markdown.length} characters of Markdown` });
  return paragraph(markdown);
}

function paragraph(text: string): FlatText {
  const runs = tidyRuns([{ kind: "text", text, marks: 0, link: null }]);
  return { blocks: runs.length === 0 ? [] : [{ kind: "paragraph", quote: 0, list: 0, runs }] };
}
