/** Elements as plain data: found, made and measured. */
import type { XmlElement } from "../xml.ts";
import { xmlText } from "./xml-text.ts";

type Attributes = Readonly<Record<string, string | number | undefined>>;

const BREAKS = /[\t\n]/g;
const LINE_SEPARATORS = /[\u2028\u2029]/g;
const ESCAPED = /[&<>"']/g;
const ESCAPED_OCTETS: Readonly<Record<string, number>> = { "&": 5, "<": 4, ">": 4, '"': 6, "'": 6 };

/** An element; attributes without a value and empty texts are left out, and characters that XML can't hold. */
export function element(
  name: string,
  attributes: Attributes = {},
  ...children: readonly (XmlElement | string)[]
): XmlElement {
  const attrs: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) attrs[key] = xmlText(String(value)).text.replaceAll(BREAKS, " ");
  }
  const kept = children.map((child) => (typeof child === "string" ? bodyText(child).text : child));
  return { name, attrs, children: kept.filter((child) => child !== "") };
}

/** Text as a body may hold it: lines end in LF alone. `removed`: how many characters XML can't hold. */
export function bodyText(text: string): { text: string; removed: number } {
  const legal = xmlText(text);
  return { text: legal.text.replaceAll(LINE_SEPARATORS, "\n"), removed: legal.removed };
}

/** The first child of that name and namespace; `null`: of its parent's namespace. */
export function child(parent: XmlElement, name: string, namespace: string | null = null): XmlElement | null {
  for (const candidate of parent.children) {
    if (typeof candidate !== "string" && is(candidate, parent, name, namespace)) return candidate;
  }
  return null;
}

/** All children of that name and namespace; `null`: of their parent's namespace. */
export function children(
  parent: XmlElement,
  name: string,
  namespace: string | null = null,
): readonly XmlElement[] {
  return parent.children.filter(
    (candidate): candidate is XmlElement =>
      typeof candidate !== "string" && is(candidate, parent, name, namespace),
  );
}

/** The first child of that namespace, whatever its name. */
export function childOf(parent: XmlElement, namespace: string): XmlElement | null {
  for (const candidate of parent.children) {
    if (typeof candidate !== "string" && candidate.attrs["xmlns"] === namespace) return candidate;
  }
  return null;
}

function is(candidate: XmlElement, parent: XmlElement, name: string, namespace: string | null): boolean {
  if (candidate.name !== name) return false;
  const declared = candidate.attrs["xmlns"];
  return namespace === null
    ? declared === undefined || declared === parent.attrs["xmlns"]
    : declared === namespace;
}

/** The characters right in the element, without those of its children. */
export function textOf(parent: XmlElement): string {
  const [first] = parent.children;
  if (parent.children.length === 1 && typeof first === "string") return first;
  return parent.children.filter((part) => typeof part === "string").join("");
}

/** The text of the first child of that name and namespace; empty where there is none. */
export function childText(parent: XmlElement, name: string, namespace: string | null = null): string {
  const found = child(parent, name, namespace);
  return found === null ? "" : textOf(found);
}

/** A whole number from 0 to 2^53, or null. */
export function natural(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Octets of the elements as UTF-8 text with every escape, as large as any writer of XML makes them. */
export function octets(elements: readonly (XmlElement | string)[]): number {
  const open = [...elements];
  let sum = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === "string") {
      sum += escapedOctets(next);
      continue;
    }
    sum += 2 * Buffer.byteLength(next.name) + "<></>".length;
    for (const [key, value] of Object.entries(next.attrs)) {
      sum += Buffer.byteLength(key) + ' =""'.length + escapedOctets(value ?? "");
    }
    for (const part of next.children) open.push(part);
  }
  return sum;
}

/** Octets of a text as UTF-8 with every escape that XML knows. */
export function escapedOctets(text: string): number {
  let sum = Buffer.byteLength(text);
  for (const [character] of text.matchAll(ESCAPED)) sum += (ESCAPED_OCTETS[character] ?? 1) - 1;
  return sum;
}
