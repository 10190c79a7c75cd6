/** What the HTML of a Matrix message says, in the marks that people type elsewhere. */
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const MARKS: Readonly<Record<string, string>> = {
  strong: "*",
  b: "*",
  em: "_",
  i: "_",
  del: "~",
  s: "~",
  code: "`",
  h3: "*",
};
const BLOCKS: ReadonlySet<string> = new Set([
  "p",
  "blockquote",
  "ul",
  "ol",
  "li",
  "pre",
  "h3",
  "table",
  "tr",
]);
const USER = /^https:\/\/matrix\.to\/#\/((?:@|%40)[^?]+)/;

export interface ReadHtml {
  readonly text: string;
  /** What is to be said beside it. */
  readonly notes: readonly string[];
}

/** `nameOf`: how somebody is called in the room, by his id. */
export function readHtml(html: string, nameOf: (user: string) => string): ReadHtml {
  const notes: string[] = [];
  const read = (node: Node): string => {
    if ("value" in node) return words(node.value);
    if (!("childNodes" in node)) return "";
    const within = joined(node.childNodes, read);
    return "tagName" in node ? element(node, within, nameOf, notes) : within;
  };
  return { text: read(parseFragment(html)).trim(), notes };
}

/** A block begins a line, and ends one. */
function joined(nodes: readonly Node[], read: (node: Node) => string): string {
  let text = "";
  for (const node of nodes) {
    const part = read(node);
    const isBlock = BLOCKS.has(node.nodeName);
    if (isBlock && text !== "" && !text.endsWith("\n")) text += "\n";
    text += isBlock ? `${part.replace(/\n$/, "")}\n` : part;
  }
  return text;
}

function element(node: Element, within: string, nameOf: (user: string) => string, notes: string[]): string {
  const name = node.tagName;
  switch (name) {
    case "br":
      return "\n";
    case "pre":
      return `\`\`\`\n${within.replace(/^`|`$/g, "").replace(/\n$/, "")}\n\`\`\``;
    case "blockquote":
      return within.trimEnd().replace(/^/gm, "> ");
    case "tr":
      return within.replace(/ \| $/, "");
    case "td":
      return `${within} | `;
    case "li":
      return `- ${within}`;
    case "a":
      return link(node, within, nameOf, notes);
    case "img":
      return attribute(node, "alt") ?? "";
    case "span": {
      const reason = attribute(node, "data-mx-spoiler");
      if (reason !== null) notes.push(`hidden: ${reason}`);
      return within;
    }
    default:
      return `${MARKS[name] ?? ""}${within}${MARKS[name] ?? ""}`;
  }
}

function link(node: Element, label: string, nameOf: (user: string) => string, notes: string[]): string {
  const address = attribute(node, "href") ?? "";
  const user = USER.exec(address)?.[1];
  if (user === undefined) return label === address ? label : `${label} (${address})`;
  notes.push(`“${label}” is ${nameOf(decodeURIComponent(user))}`);
  return label;
}

/** Line ends between elements are nothing. */
const words = (text: string): string => (/^\s*\n\s*$/.test(text) ? "" : text);

const attribute = (node: Element, name: string): string | null =>
  node.attrs.find((one) => one.name === name)?.value ?? null;
