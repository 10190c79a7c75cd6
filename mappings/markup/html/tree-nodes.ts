/** Nodes that an HTML parser builds. They are chained, so that to put one anywhere or take it away costs the same always. */
import type { TreeAdapter } from "parse5";
import type { MarkupElement, MarkupText } from "./markup-node.ts";

export type Attributes = Parameters<TreeAdapter["createElement"]>[2];
export type Namespace = Parameters<TreeAdapter["createElement"]>[1];
export type TreeNode = TreeText | TreeElement;

/** What nodes of both kinds have: their place. */
class Placed {
  parent: TreeElement | null = null;
  previous: TreeNode | null = null;
  next: TreeNode | null = null;
}

export class TreeText extends Placed implements MarkupText {
  readonly kind = "text";
  value: string;

  constructor(value: string) {
    super();
    this.value = value;
  }
}

export class TreeElement extends Placed implements MarkupElement {
  readonly kind = "element";
  readonly name: string;
  readonly namespace: Namespace;
  readonly list: Attributes;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  /** How many elements it stood in when it was put in its place. */
  depth = 0;
  first: TreeNode | null = null;
  last: TreeNode | null = null;

  constructor(name: string, namespace: Namespace, list: Attributes) {
    super();
    this.name = name;
    this.namespace = namespace;
    this.list = list;
    this.attrs = Object.fromEntries(list.map((attribute) => [attribute.name, attribute.value]));
  }

  /** Made anew each time it is asked for. */
  get children(): readonly TreeNode[] {
    const nodes: TreeNode[] = [];
    for (let node = this.first; node !== null; node = node.next) nodes.push(node);
    return nodes;
  }
}

/** Puts a node that stands nowhere before `next`, which is a child of `parent`; null: at the end. */
export function insertNode(parent: TreeElement, node: TreeNode, next: TreeNode | null): void {
  const previous = next === null ? parent.last : next.previous;
  node.parent = parent;
  node.previous = previous;
  node.next = next;
  if (previous === null) parent.first = node;
  else previous.next = node;
  if (next === null) parent.last = node;
  else next.previous = node;
}

/** Takes a node from where it stands, if it stands anywhere. */
export function detachNode(node: TreeNode): void {
  const { parent, previous, next } = node;
  if (parent === null) return;
  if (previous === null) parent.first = next;
  else previous.next = next;
  if (next === null) parent.last = previous;
  else next.previous = previous;
  node.parent = null;
  node.previous = null;
  node.next = null;
}
