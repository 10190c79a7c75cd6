/**
 * One stanza from its text (RFC 6120, section 11; XML 1.0): elements, attributes, text, CDATA and the references that
 * need no declaration. Comments, processing instructions and declarations have no place in XMPP and are refused.
 */
import type { XmlElement } from "../../mappings/xml.ts";
import { GatewayError } from "../errors.ts";

/** UTF-16 code units of a stanza's text. */
const LONGEST_STANZA = 1024 * 1024;
/** Levels of elements; the stanza itself is 1. */
const DEEPEST_STANZA = 64;

const NAME = /[A-Za-z_\u00c0-\ufffd][\w.\-:\u00b7-\ufffd]*/y;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const REFERENCE = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,4}));|&/gi;
const ILLEGAL = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const CDATA = "<![CDATA[";

interface Open {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

/** The element that the text is. Throws GatewayError event_malformed or stanza_too_large. */
export function readXml(text: string): XmlElement {
  if (text.length > LONGEST_STANZA) throw tooLarge(`longer than ${LONGEST_STANZA} characters`);
  if (ILLEGAL.test(text)) throw malformed("it holds a character that XML does not allow");
  return new XmlReader(text.trim().replaceAll(/\r\n?/g, "\n")).read();
}

class XmlReader {
  readonly #text: string;
  #at = 0;
  readonly #open: Open[] = [];
  #root: XmlElement | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  read(): XmlElement {
    while (this.#at < this.#text.length) {
      if (this.#root !== null) throw malformed("something follows the element");
      this.#step();
    }
    if (this.#root === null) throw malformed("it ends within an element, or has none");
    return this.#root;
  }

  #step(): void {
    const text = this.#text;
    if (text.startsWith(CDATA, this.#at)) {
      const end = text.indexOf("]]>", this.#at);
      if (end < 0) throw malformed("a CDATA section does not end");
      this.#addText(text.slice(this.#at + CDATA.length, end));
      this.#at = end + 3;
    } else if (text.startsWith("</", this.#at)) {
      this.#at += 2;
      this.#close();
    } else if (text[this.#at] === "<") {
      this.#at += 1;
      this.#start();
    } else {
      const next = text.indexOf("<", this.#at);
      const end = next < 0 ? text.length : next;
      const characters = text.slice(this.#at, end);
      if (characters.includes("]]>")) throw malformed("a text holds ]]>");
      this.#addText(resolved(characters));
      this.#at = end;
    }
  }

  #addText(characters: string): void {
    const parent = this.#open.at(-1);
    if (!parent) throw malformed("it begins with text");
    if (characters === "") return;
    const last = parent.children.length - 1;
    const before = parent.children[last];
    if (typeof before === "string") parent.children[last] = before + characters;
    else parent.children.push(characters);
  }

  #start(): void {
    if (this.#open.length >= DEEPEST_STANZA) throw tooLarge(`nested deeper than ${DEEPEST_STANZA} elements`);
    const element: Open = { name: this.#name(), attrs: this.#attributes(), children: [] };
    if (this.#take("/>")) {
      this.#add(element);
    } else {
      if (!this.#take(">")) throw malformed(`the start of <${element.name}> does not end`);
      this.#open.push(element);
    }
  }

  #attributes(): Readonly<Record<string, string>> {
    const attrs = new Map<string, string>();
    for (;;) {
      const spaced = this.#match(SPACE) !== "";
      const next = this.#text[this.#at];
      if (next === undefined || next === ">" || next === "/") return Object.fromEntries(attrs);
      if (!spaced) throw malformed("no space before an attribute");
      const name = this.#name();
      this.#match(SPACE);
      if (!this.#take("=")) throw malformed(`the attribute ${name} has no value`);
      this.#match(SPACE);
      if (attrs.has(name)) throw malformed(`the attribute ${name} is there twice`);
      attrs.set(name, this.#value(name));
    }
  }

  #value(name: string): string {
    const quote = this.#text[this.#at];
    const end = quote === '"' || quote === "'" ? this.#text.indexOf(quote, this.#at + 1) : -1;
    if (end < 0) throw malformed(`the value of ${name} is not in quotes`);
    const value = this.#text.slice(this.#at + 1, end);
    if (value.includes("<")) throw malformed(`the value of ${name} holds <`);
    this.#at = end + 1;
    return resolved(value.replaceAll(/[\t\n]/g, " "));
  }

  #close(): void {
    const name = this.#name();
    this.#match(SPACE);
    const element = this.#open.pop();
    if (!this.#take(">") || element?.name !== name) throw malformed(`</${name}> closes nothing`);
    this.#add(element);
  }

  #add(element: XmlElement): void {
    const parent = this.#open.at(-1);
    if (parent) parent.children.push(element);
    else this.#root = element;
  }

  #name(): string {
    const name = this.#match(NAME);
    if (name === "") throw malformed("a < is not followed by a name");
    return name;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #take(characters: string): boolean {
    if (!this.#text.startsWith(characters, this.#at)) return false;
    this.#at += characters.length;
    return true;
  }
}

/** The text with the characters that its references stand for. */
function resolved(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(REFERENCE, (reference, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? refuse(reference);
    const digits = decimal ?? hexadecimal;
    if (digits === undefined) return refuse(reference);
    const code = Number.parseInt(digits, decimal === undefined ? 16 : 10);
    const character = code > 0x10ffff ? "" : String.fromCodePoint(code);
    return character === "" || ILLEGAL.test(character) ? refuse(reference) : character;
  });
}

function refuse(reference: string): never {
  throw malformed(`${reference} stands for no character`);
}

const malformed = (reason: string): GatewayError =>
  new GatewayError("event_malformed", `the stanza is no XML as XMPP has it: ${reason}`);
const tooLarge = (reason: string): GatewayError =>
  new GatewayError("stanza_too_large", `the stanza is ${reason}`);
