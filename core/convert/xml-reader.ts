/**
 * One stanza from its text (RFC 6120, section 11; XML 1.0): elements, attributes, text, CDATA and the references that
 * need no declaration. Comments, processing instructions and declarations have no place in XMPP and are refused.
 */
import { SaxesParser } from "saxes";
import type { XmlElement } from "../../mappings/xml.ts";
import { GatewayError } from "../errors.ts";

/** UTF-16 code units of a stanza's text. */
const LONGEST_STANZA = 1024 * 1024;
/** Levels of elements; the stanza itself is 1. */
const DEEPEST_STANZA = 64;

interface Open {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

/** The element that the text is. Throws GatewayError event_malformed or stanza_too_large. */
export function readXml(text: string): XmlElement {
  if (text.length > LONGEST_STANZA) throw tooLarge(`longer than ${LONGEST_STANZA} characters`);
  const parser = new SaxesParser({ xmlns: false, position: false });
  const open: Open[] = [];
  let root: XmlElement | null = null;
  const add = (child: XmlElement | string): void => {
    const children = open.at(-1)?.children;
    if (!children) return;
    const last = children.length - 1;
    const before = children[last];
    // References and CDATA come by themselves: what stands together is one text.
    if (typeof child === "string" && typeof before === "string") children[last] = before + child;
    else if (child !== "") children.push(child);
  };
  parser.on("error", ({ message }) => {
    throw malformed(message);
  });
  for (const event of ["comment", "processinginstruction", "doctype", "xmldecl"] as const)
    parser.on(event, () => {
      throw malformed(`no ${event} may stand in a stanza`);
    });
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length === DEEPEST_STANZA) throw tooLarge(`nested deeper than ${DEEPEST_STANZA} elements`);
    open.push({ name, attrs: { ...attributes }, children: [] });
  });
  parser.on("closetag", () => {
    const element = open.pop();
    if (!element) return;
    if (open.length === 0) root = element;
    else add(element);
  });
  parser.write(text.trim()).close();
  if (root === null) throw malformed("it ends within an element, or has none");
  return root;
}

const malformed = (reason: string): GatewayError =>
  new GatewayError("event_malformed", `the stanza is no XML as XMPP has it: ${reason}`);

const tooLarge = (reason: string): GatewayError =>
  new GatewayError("stanza_too_large", `the stanza is ${reason}`);
