/** Elements as text. */
import type { XmlElement } from "../../mappings/xml.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** The element as XML 1.0; `readXml` gives it back. */
export function writeXml({ name, attrs, children }: XmlElement): string {
  const attributes = Object.entries(attrs)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(value ?? "")}"`);
  const start = `<${name}${attributes.join("")}`;
  if (children.length === 0) return `${start}/>`;
  const inner = children.map((child) => (typeof child === "string" ? escaped(child) : writeXml(child)));
  return `${start}>${inner.join("")}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
