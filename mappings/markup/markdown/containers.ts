/**
 * Quotes and lists around blocks. The flat form says how many of each there are; here is decided in which order they
 * stand in each other, and which of them go on from one block to the next.
 */
import type { Block, ItemBlock } from "../flat.ts";

/** Quotes, and lists, that a block may stand in. What is deeper stands in so many. */
export const DEEPEST = 8;
/** CommonMark takes nine digits. */
const HIGHEST_NUMBER = 999_999_999;

export type Container =
  | { readonly kind: "quote" }
  /** An item: what its first line begins with, and the number that the next item of an ordered list has. */
  | { readonly kind: "item"; readonly marker: string; readonly next: number | null };

export interface Placement {
  /** The block with the depths that it really gets. */
  readonly block: Block;
  /** All containers that it stands in, outermost first. */
  readonly containers: readonly Container[];
  /** How many of them are those of the block before. */
  readonly kept: number;
  /** An item of the list that the item before it is of. */
  readonly sibling: boolean;
}

const QUOTE: Container = { kind: "quote" };

/**
 * Each block with its containers. An item can only be one level deeper than what it stands in, other blocks none. An
 * item without text takes a paragraph that would stand in it, and is left out where nothing does.
 */
export function placeBlocks(blocks: readonly Block[]): Placement[] {
  const placed: Placement[] = [];
  for (const block of blocks) push(block, placed);
  while (emptyItem(placed) !== null) placed.pop();
  return placed;
}

function push(block: Block, placed: Placement[]): void {
  let current = block;
  let placement = place(current, placed.at(-1)?.containers ?? []);
  for (let item = emptyItem(placed); item !== null; item = emptyItem(placed)) {
    const isInside = placement.kept >= (placed.at(-1)?.containers.length ?? 0);
    const inner = placement.block;
    if (isInside && inner.kind !== "paragraph") break;
    if (isInside && inner.kind === "paragraph") current = { ...item, quote: inner.quote, runs: inner.runs };
    placed.pop();
    placement = place(current, placed.at(-1)?.containers ?? []);
  }
  placed.push(placement);
}

function emptyItem(placed: readonly Placement[]): ItemBlock | null {
  const block = placed.at(-1)?.block;
  return block?.kind === "item" && block.runs.length === 0 ? block : null;
}

function place(block: Block, open: readonly Container[]): Placement {
  const quotes = depth(block.quote);
  const lists = depth(block.list);
  const inItems = block.kind === "item" ? Math.max(0, lists - 1) : lists;
  const kept = longestPrefix(open, quotes, inItems);
  const containers = open.slice(0, kept);
  for (let count = countOf("quote", containers); count < quotes; count++) containers.push(QUOTE);
  const list = countOf("item", containers);
  if (block.kind !== "item")
    return { block: { ...block, quote: quotes, list }, containers, kept, sibling: false };
  const before = containers.length === kept ? open[kept] : undefined;
  const previous = before?.kind === "item" ? before : null;
  const item = { ...block, quote: quotes, list: list + 1, marker: validMarker(block) };
  const container = itemContainer(item, previous);
  const sibling = previous !== null && listOf(previous) === listOf(container);
  return { block: item, containers: [...containers, container], kept, sibling };
}

function depth(value: number): number {
  return Number.isFinite(value) ? Math.min(DEEPEST, Math.max(0, Math.trunc(value))) : 0;
}

/** How many of the open containers go on, at most so many quotes and items. */
function longestPrefix(open: readonly Container[], quotes: number, items: number): number {
  let left = { quote: quotes, item: items };
  let kept = 0;
  for (const { kind } of open) {
    if (left[kind] === 0) break;
    left = { ...left, [kind]: left[kind] - 1 };
    kept++;
  }
  return kept;
}

function countOf(kind: Container["kind"], containers: readonly Container[]): number {
  return containers.filter((container) => container.kind === kind).length;
}

/** A task has text, and a number has up to nine digits; what is neither is a bullet. */
function validMarker(item: ItemBlock): ItemBlock["marker"] {
  if (typeof item.marker === "boolean") return item.runs.length === 0 ? "bullet" : item.marker;
  if (item.marker === "bullet") return "bullet";
  return Number.isInteger(item.marker) && item.marker >= 0 && item.marker <= HIGHEST_NUMBER
    ? item.marker
    : "bullet";
}

/** Items whose numbers do not follow each other are of two lists, told apart by the sign after the number. */
function itemContainer(item: ItemBlock, previous: (Container & { kind: "item" }) | null): Container {
  if (typeof item.marker !== "number") return { kind: "item", marker: "- ", next: null };
  const last = previous?.marker.at(-2);
  const goesOn = previous?.next === item.marker;
  const sign = goesOn ? last : last === "." ? ")" : ".";
  return { kind: "item", marker: `${item.marker}${sign ?? "."} `, next: item.marker + 1 };
}

/** The sign that tells a list from others. */
function listOf(container: Container): string {
  return container.kind === "item" ? (container.marker.at(-2) ?? "") : "";
}
