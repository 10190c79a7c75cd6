/** From the tree of a Markdown parser to the flat form: what stands in a block. */
import type { Definition, Image, ImageReference, Link, LinkReference, PhrasingContent } from "mdast";
import type { Loss } from "../../loss.ts";
import { tidyRuns } from "../flat-builder.ts";
import type { Run } from "../flat.ts";
import { Mark } from "../flat.ts";
import { allowedUrl, mimiTarget } from "../links.ts";
import { plainRuns } from "../plain.ts";
import { emojiImageName } from "./emoji-image.ts";

export interface InlineContext {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly losses: Loss[];
}

/** Where runs go. */
export interface RunSink {
  add(run: Run): void;
}

interface Style {
  readonly marks: number;
  readonly link: string | null;
}

/** Adds what `nodes` say to the block that is open. The tree's depth is bounded by the limits on delimiters. */
export function readInlines(nodes: readonly PhrasingContent[], sink: RunSink, context: InlineContext): void {
  readAll(nodes, { marks: 0, link: null }, sink, context);
}

function readAll(
  nodes: readonly PhrasingContent[],
  style: Style,
  sink: RunSink,
  context: InlineContext,
): void {
  for (const node of nodes) readInline(node, style, sink, context);
}

function readInline(node: PhrasingContent, style: Style, sink: RunSink, context: InlineContext): void {
  switch (node.type) {
    case "text":
    case "html":
      return sink.add({ kind: "text", text: node.value, ...style });
    case "inlineCode":
      return sink.add({ kind: "text", text: node.value, marks: style.marks | Mark.code, link: style.link });
    case "break":
      return sink.add({ kind: "text", text: "\n", ...style });
    case "strong":
      return readAll(node.children, marked(style, Mark.bold), sink, context);
    case "emphasis":
      return readAll(node.children, marked(style, Mark.italic), sink, context);
    case "delete":
      return readAll(node.children, marked(style, Mark.strike), sink, context);
    case "link":
    case "linkReference":
      return readLink(node, style, sink, context);
    case "image":
    case "imageReference":
      return readImage(node, style, sink, context);
    case "footnoteReference":
      return undefined;
  }
}

function marked(style: Style, mark: number): Style {
  return { marks: style.marks | mark, link: style.link };
}

function urlOf(node: Link | LinkReference | Image | ImageReference, context: InlineContext): string {
  return "url" in node ? node.url : (context.definitions.get(node.identifier)?.url ?? "");
}

function readLink(node: Link | LinkReference, style: Style, sink: RunSink, context: InlineContext): void {
  const url = urlOf(node, context);
  const target = mimiTarget(url);
  if (target !== null) {
    const label = labelOf(node, style, context);
    const sign = target.kind === "user" ? "@" : "#";
    const shown = label.text === url ? "" : label.text;
    const name = (shown.startsWith(sign) ? shown.slice(1) : shown).replaceAll("\n", " ").trim() || target.id;
    const marks = label.marks & ~Mark.code;
    if (target.kind === "user") sink.add({ kind: "mention", user: target.user, name, marks });
    else sink.add({ kind: "group", group: target.group, name, marks });
    return;
  }
  const link = allowedUrl(url);
  if (link === null) context.losses.push({ code: "link_refused", detail: schemeOf(url) });
  readAll(node.children, { marks: style.marks, link }, sink, context);
}

/** A label's characters, and the marks that all of it has. */
function labelOf(
  node: Link | LinkReference,
  style: Style,
  context: InlineContext,
): { text: string; marks: number } {
  const runs: Run[] = [];
  readAll(node.children, { marks: style.marks, link: null }, { add: (run) => runs.push(run) }, context);
  const tidy = tidyRuns(runs);
  const marks = tidy.reduce((all, run) => all & run.marks, tidy.length === 0 ? style.marks : -1);
  return { text: plainRuns(tidy), marks };
}

/** A picture is a link with its description; one within a link is its description alone. */
function readImage(node: Image | ImageReference, style: Style, sink: RunSink, context: InlineContext): void {
  const url = urlOf(node, context);
  const description = node.alt ?? "";
  const emoji = emojiImageName(description, url);
  if (emoji !== null) {
    sink.add({ kind: "emoji", name: emoji, source: url, marks: style.marks });
    return;
  }
  const link = style.link ?? allowedUrl(url);
  context.losses.push({ code: "image_dropped", detail: description });
  sink.add({ kind: "text", text: description === "" ? (link ?? "") : description, marks: style.marks, link });
}

function schemeOf(url: string): string {
  return url.slice(0, Math.max(0, url.slice(0, 32).indexOf(":")));
}
