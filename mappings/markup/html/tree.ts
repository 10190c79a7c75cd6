/** HTML as a tree, by a parser of the HTML standard, within limits. */
import { parseFragment } from "parse5";
import type { TreeAdapter, TreeAdapterTypeMap } from "parse5";
import { DEEPEST_HTML, LONGEST_HTML, MOST_NODES } from "./limits.ts";
import type { MarkupElement } from "./markup-node.ts";
import type { Attributes, Namespace, TreeNode } from "./tree-nodes.ts";
import { TreeElement, TreeText, detachNode, insertNode } from "./tree-nodes.ts";

type TreeMap = TreeAdapterTypeMap<
  TreeNode,
  TreeElement,
  TreeNode,
  TreeElement,
  TreeElement,
  TreeElement,
  TreeText,
  TreeText,
  TreeElement,
  TreeText
>;

/** Thrown by the adapter to end a parse that goes beyond the limits, and caught where it began. */
class HtmlLimitError extends RangeError {}

/** The tree as a browser would build it within a `<div>`, or null where the HTML is beyond the limits. */
export function parseHtml(html: string): MarkupElement | null {
  if (html.length > LONGEST_HTML) return null;
  const treeAdapter = limitedAdapter();
  const context = treeAdapter.createElement("div", HTML_NAMESPACE, []);
  try {
    return parseFragment<TreeMap>(context, html, { treeAdapter, scriptingEnabled: false });
  } catch (error) {
    if (error instanceof HtmlLimitError) return null;
    throw error;
  }
}

const HTML_NAMESPACE = "http://www.w3.org/1999/xhtml" as Namespace;

/** Makes plain nodes; counts them and how deep they are. Comments are empty text; contents of templates are left out. */
function limitedAdapter(): TreeAdapter<TreeMap> {
  let made = 0;
  const count = (): void => {
    if (++made > MOST_NODES) throw new HtmlLimitError("too many nodes");
  };
  const text = (value: string): TreeText => {
    count();
    return new TreeText(value);
  };
  const element = (name: string, namespace: Namespace, list: Attributes): TreeElement => {
    count();
    return new TreeElement(name, namespace, list);
  };
  const addText = (parent: TreeElement, value: string, next: TreeNode | null): void => {
    const before = next?.parent === parent ? next.previous : parent.last;
    if (before?.kind === "text") before.value += value;
    else adopt(parent, text(value), next);
  };
  return {
    createDocument: () => element("#document", HTML_NAMESPACE, []),
    createDocumentFragment: () => element("#fragment", HTML_NAMESPACE, []),
    createElement: element,
    createCommentNode: () => text(""),
    createTextNode: text,
    appendChild: (parent, node) => adopt(parent, node, null),
    insertBefore: adopt,
    insertText: (parent, value) => addText(parent, value, null),
    insertTextBefore: addText,
    detachNode,
    adoptAttributes: () => undefined,
    setTemplateContent: () => undefined,
    getTemplateContent: () => element("#fragment", HTML_NAMESPACE, []),
    setDocumentType: () => undefined,
    setDocumentMode: () => undefined,
    getDocumentMode: () => "no-quirks" as ReturnType<TreeAdapter["getDocumentMode"]>,
    getFirstChild: (node) => node.first,
    getChildNodes: (node) => [...node.children],
    getParentNode: (node) => node.parent,
    getAttrList: (node) => node.list,
    getTagName: (node) => node.name,
    getNamespaceURI: (node) => node.namespace,
    getTextNodeContent: (node) => node.value,
    getCommentNodeContent: () => "",
    getDocumentTypeNodeName: () => "",
    getDocumentTypeNodePublicId: () => "",
    getDocumentTypeNodeSystemId: () => "",
    isTextNode: (node): node is TreeText => node.kind === "text",
    isCommentNode: (_node): _node is TreeText => false,
    isDocumentTypeNode: (_node): _node is TreeText => false,
    isElementNode: (node): node is TreeElement => node.kind === "element",
    setNodeSourceCodeLocation: () => undefined,
    getNodeSourceCodeLocation: () => null,
    updateNodeSourceCodeLocation: () => undefined,
  };
}

/** Puts a node before `next`, or at the end where that is not there. */
function adopt(parent: TreeElement, node: TreeNode, next: TreeNode | null): void {
  if (node.kind === "element") {
    node.depth = parent.depth + 1;
    if (node.depth > DEEPEST_HTML) throw new HtmlLimitError("too deep");
  }
  detachNode(node);
  insertNode(parent, node, next?.parent === parent ? next : null);
}
