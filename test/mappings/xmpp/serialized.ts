import type { XmlElement } from "../../../mappings/xml.ts";

/** The element as XML 1.0. */
export function serialized(element: XmlElement): string {
  const attributes = Object.entries(element.attrs).map(([key, value]) => ` ${key}='${escaped(value ?? "")}'`);
  const children = element.children.map((child) =>
    typeof child === "string" ? escaped(child) : serialized(child),
  );
  return `<${element.name}${attributes.join("")}>${children.join("")}</${element.name}>`;
}

function escaped(characters: string): string {
  return characters
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("'", "&apos;")
    .replaceAll('"', "&quot;");
}
