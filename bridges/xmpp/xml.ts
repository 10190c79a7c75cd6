/**
 * Elements of XMPP: made, read and written here and nowhere else. The library takes only elements of its own
 * copy of the Element class, which is not the one that importing `ltx` or `@xmpp/xml` gives.
 */
import { xml as library } from "@xmpp/component";
import type { Element } from "@xmpp/xml";
import { GatewayError } from "../../core/errors.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { streamLimits } from "./stream-limits.ts";
import { StanzaParser } from "./xml-parser.ts";
import type { XmlLimits } from "./xml-parser.ts";

export type { Element };

/** The namespace of stanzas on a component's stream (XEP-0114). */
export const NS_COMPONENT = "jabber:component:accept";

/** An element of the name, its attributes and children in the order given; what is undefined is left out. */
export function xml(
  name: string,
  attrs: Readonly<Record<string, string | number | undefined>> = {},
  ...children: readonly (Element | string | undefined)[]
): Element {
  const element = new library.Element(name);
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) element.attrs[key] = String(value);
  }
  for (const child of children) {
    if (child !== undefined && child !== "") element.append(child);
  }
  return element;
}

/** The element that plain data stands for. */
export function elementOf(plain: XmlElement): Element {
  const children = plain.children.map((child) => (typeof child === "string" ? child : elementOf(child)));
  return xml(plain.name, plain.attrs, ...children);
}

/** The attribute's value, or undefined where the element has none of that name. */
export function attribute(element: Element, name: string): string | undefined {
  const value: unknown = element.attrs[name];
  return typeof value === "string" ? value : undefined;
}

/** The element as text. `parseXml` reads it back to the same element. */
export function serializeXml(element: Element): string {
  return element.toString();
}

/**
 * Reads one stanza that was stored as text. Namespaces come out as on the stream, so that a stored stanza cannot
 * be told from a live one; what the stream's limits let pass, passes here. Throws GatewayError event_malformed.
 */
export function parseXml(text: string, limits: XmlLimits = streamLimits): Element {
  const parser = new StanzaParser(limits);
  const stanzas: Element[] = [];
  let complete = false;
  parser.on("element", (element: Element) => stanzas.push(element));
  parser.on("end", () => {
    complete = true;
  });
  try {
    parser.write(`<stream:stream xmlns="${NS_COMPONENT}">`);
    parser.write(text);
    parser.write("</stream:stream>");
  } catch (thrown) {
    throw malformed(thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
  const [stanza] = stanzas;
  if (!complete || stanza === undefined || stanzas.length > 1) {
    throw malformed("the text is not one whole element", null);
  }
  return stanza;
}

function malformed(reason: string, cause: unknown): GatewayError {
  return new GatewayError("event_malformed", `a stored stanza cannot be read: ${reason}`, { cause });
}
