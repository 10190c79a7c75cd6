/**
 * The reader of an XMPP stream, with limits. It builds on the library's parser and mends what that leaves open:
 * no limits, errors that do not stop it, stray text that piles up, and time that grows with the square of a text.
 */
import { xml as library } from "@xmpp/component";
import { GatewayError } from "../../core/errors.ts";

export interface XmlLimits {
  /** The length of a stanza's text form without escapes, in UTF-16 code units. */
  readonly stanzaLength: number;
  /** Levels of elements in a stanza; the stanza itself is 1. */
  readonly stanzaDepth: number;
}

/**
 * Emits `start` with the stream's root, `element` with each child of it, and `end`. `write` throws GatewayError
 * stanza_too_large, or an Error for what is not XML; nothing may be written after that.
 */
export class StanzaParser extends library.Parser {
  readonly #limits: XmlLimits;
  #depth = -1;
  #length = 0;
  /** What came after the last `>`: an unfinished tag, or text that goes on. */
  #held = "";

  constructor(limits: XmlLimits) {
    super();
    this.#limits = limits;
  }

  /**
   * Hands on what ends with a tag and keeps the rest: the tokenizer below searches a text anew from each of its
   * characters as long as no tag follows it.
   */
  override write(text: string): void {
    const end = text.lastIndexOf(">") + 1;
    if (end > 0) {
      super.write(this.#held + text.slice(0, end));
      this.#held = text.slice(end);
    } else {
      this.#held += text;
    }
    if (this.#depth === 0 && !this.#held.includes("<")) {
      this.onText(this.#held);
      this.#held = "";
    }
    if (this.#held.length > this.#limits.stanzaLength) throw this.#tooLong();
  }

  protected override onStartElement(name: string, attrs: Record<string, string>): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.stanzaDepth) throw this.#tooDeep();
    const element = new library.Element(name, attrs);
    if (this.root === null) {
      this.root = element;
      this.emit("start", element);
    } else if (this.#depth === 0) {
      throw new Error(`<${name}> comes after the end`);
    } else {
      let length = 2 * name.length + "<></>".length;
      for (const key in attrs) length += key.length + (attrs[key]?.length ?? 0) + ' =""'.length;
      this.#grow(length);
      // A stanza's parent is set when it is complete, so that the root does not collect its stanzas.
      if (this.#depth > 1) this.cursor?.append(element);
    }
    this.cursor = element;
  }

  protected override onEndElement(name: string): void {
    const element = this.cursor;
    if (element === null || element.name !== name) {
      throw new Error(`</${name}> closes ${element === null ? "nothing" : `<${element.name}>`}`);
    }
    this.#depth -= 1;
    if (this.#depth < 0) {
      this.cursor = null;
      this.emit("end", element);
    } else if (this.#depth === 0) {
      this.#length = 0;
      this.cursor = element.parent = this.root;
      this.emit("element", element);
    } else {
      this.cursor = element.parent;
    }
  }

  protected override onText(text: string): void {
    if (this.#depth > 0) {
      this.#grow(text.length);
      this.cursor?.t(text);
    } else if (/\S/.test(text)) {
      throw new Error("there is text outside of the stanzas");
    }
  }

  #grow(length: number): void {
    this.#length += length;
    if (this.#length > this.#limits.stanzaLength) throw this.#tooLong();
  }

  #tooLong(): GatewayError {
    return new GatewayError(
      "stanza_too_large",
      `a stanza is longer than ${this.#limits.stanzaLength} characters; lower the server's limit for stanzas`,
    );
  }

  #tooDeep(): GatewayError {
    return new GatewayError(
      "stanza_too_large",
      `a stanza is nested deeper than ${this.#limits.stanzaDepth} elements`,
    );
  }
}
