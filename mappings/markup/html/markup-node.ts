/** A tree of elements and text, as an HTML parser or an XML parser gives it. */

export interface MarkupText {
  readonly value: string;
}

export interface MarkupElement {
  /** In lower case. */
  readonly name: string;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  readonly children: readonly MarkupNode[];
}

export type MarkupNode = MarkupElement | MarkupText | string;

/** The element, or null where the node is text. */
export function elementOf(node: MarkupNode): MarkupElement | null {
  return typeof node !== "string" && "name" in node ? node : null;
}

/** The characters in a tree in document order; `<br>` is a line feed. Needs no call stack, however deep the tree is. */
export function textOf(root: MarkupNode, skipped: ReadonlySet<string> = new Set()): string {
  const out: string[] = [];
  const open: MarkupNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === "string") out.push(node);
    else if ("value" in node) out.push(node.value);
    else if (node.name === "br") out.push("\n");
    else if (!skipped.has(node.name)) for (const child of node.children.toReversed()) open.push(child);
  }
  return out.join("");
}
