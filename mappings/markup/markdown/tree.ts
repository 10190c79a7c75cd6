/** From the tree of a Markdown parser to the flat form: blocks. */
import type { Definition, List, ListItem, Nodes, Root, RootContent, Table } from "mdast";
import type { Loss } from "../../loss.ts";
import { FlatBuilder } from "../flat-builder.ts";
import type { FlatText } from "../flat.ts";
import type { InlineContext } from "./inlines.ts";
import { readInlines } from "./inlines.ts";

interface Place {
  readonly quote: number;
  readonly list: number;
}

interface Walk extends InlineContext {
  readonly builder: FlatBuilder;
}

/** The tree as flat text; what it can't hold is added to `losses`. */
export function flattenTree(root: Root, losses: Loss[]): FlatText {
  const builder = new FlatBuilder();
  const definitions = new Map<string, Definition>();
  collectDefinitions(root, definitions);
  walkBlocks(root.children, { quote: 0, list: 0 }, { builder, definitions, losses });
  return builder.finish();
}

/** The first of several definitions of one name counts. */
function collectDefinitions(node: Nodes, definitions: Map<string, Definition>): void {
  if (node.type === "definition") {
    if (!definitions.has(node.identifier)) definitions.set(node.identifier, node);
  } else if (
    node.type === "root" ||
    node.type === "blockquote" ||
    node.type === "list" ||
    node.type === "listItem"
  ) {
    for (const child of node.children) collectDefinitions(child, definitions);
  }
}

function walkBlocks(nodes: readonly RootContent[], place: Place, walk: Walk): void {
  for (const node of nodes) walkBlock(node, place, walk);
}

function walkBlock(node: RootContent, place: Place, walk: Walk): void {
  const { builder } = walk;
  switch (node.type) {
    case "paragraph":
      builder.open({ kind: "paragraph", ...place });
      readInlines(node.children, builder, walk);
      return builder.close();
    case "heading":
      builder.open({ kind: "heading", level: node.depth, ...place });
      readInlines(node.children, builder, walk);
      return builder.close();
    case "blockquote":
      return walkBlocks(node.children, { ...place, quote: place.quote + 1 }, walk);
    case "list":
      return walkList(node, { ...place, list: place.list + 1 }, walk);
    case "code":
      return builder.push({ kind: "code", language: node.lang ?? "", text: node.value, ...place });
    case "thematicBreak":
      return builder.push({ kind: "rule", ...place });
    case "table":
      return walkTable(node, place, walk);
    default:
      // Definitions are taken already; raw HTML and front matter are not parsed, and inlines stand in blocks.
      return undefined;
  }
}

function walkList(list: List, place: Place, walk: Walk): void {
  for (const [at, item] of list.children.entries()) {
    const number = list.ordered === true ? (list.start ?? 1) + at : null;
    walkItem(item, number, place, walk);
  }
}

/** An item's first paragraph is the item itself; where it begins with something else, that follows an empty one. */
function walkItem(item: ListItem, number: number | null, place: Place, walk: Walk): void {
  const [first, ...rest] = item.children;
  walk.builder.open({ kind: "item", marker: item.checked ?? number ?? "bullet", ...place });
  if (first?.type === "paragraph") readInlines(first.children, walk.builder, walk);
  walk.builder.close();
  walkBlocks(first?.type === "paragraph" ? rest : item.children, place, walk);
}

function walkTable(table: Table, place: Place, walk: Walk): void {
  for (const [at, row] of table.children.entries()) {
    const cells = row.children.map((cell) => {
      const inCell = new FlatBuilder();
      readInlines(cell.children, inCell, walk);
      return inCell.takeRuns();
    });
    walk.builder.push({ kind: "row", header: at === 0, cells, ...place });
  }
}
