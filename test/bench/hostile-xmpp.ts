/** Stanzas that are made to be slow. */
import { mimiHtmlReader } from "../../mappings/markup/html/dialects/mimi.ts";
import { readXhtmlIm } from "../../mappings/markup/html/xhtml-im.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { LONGEST_MARKED_UP } from "../../mappings/xmpp/text-read.ts";
import { fromAl, read as readStanza } from "../mappings/xmpp/room.ts";
import { families, type HostileReader, READER_GOAL } from "./hostile-family.ts";

const dialect = mimiHtmlReader(null);

const STYLINGS = {
  asterisks: "*",
  "strong between letters": "a**b",
  "openers of all marks": "*a _b ~c ",
  pairs: "*a* ",
  "crossing marks": "*a _b* c_ ",
  underscores: "_ _",
  tildes: "~~a",
  backticks: "`a``",
  quotes: ">",
  "lines of nested quotes": ">>>>>>>>>>>>>>>>a\n",
  fences: "```\n",
  "fences in quotes": "> ```\n",
  lines: "\n",
  addresses: "http://a.b ",
  "halves of addresses": "http://",
  brackets: "(http://a.b(",
  directives: "*_~`",
};

export const styling: HostileReader = {
  name: "XMPP styling",
  goal: READER_GOAL,
  limit: LONGEST_MARKED_UP,
  families: families(STYLINGS, (piece) => (size) => {
    const stanza = said([{ name: "body", attrs: {}, children: [piece.repeat(size / piece.length)] }]);
    return () => readStanza(stanza);
  }),
};

const MARKUP = "urn:xmpp:markup:0";
const REFERENCE = "urn:xmpp:reference:0";

export const stanzas: HostileReader = {
  name: "XMPP elements",
  goal: READER_GOAL,
  limit: 10_000,
  families: {
    "spans of markup": (size) => {
      const spans = entries(size, (at) => ({ start: `${at}`, end: `${at + 5}` }), "span", [
        { name: "emphasis", attrs: {}, children: [] },
      ]);
      return marked(size, spans);
    },
    "quotes of markup in each other": (size) =>
      marked(
        size,
        entries(size, (at) => ({ start: `${Math.floor(at / 2)}`, end: `${size - at / 2}` }), "bquote"),
      ),
    mentions: (size) => {
      const uri = "xmpp:eng@muc.example?;node=Al";
      const references = entries(
        size,
        (at) => ({ xmlns: REFERENCE, type: "mention", begin: `${at}`, end: `${at + 2}`, uri }),
        "reference",
      );
      const stanza = said([body("@Al ".repeat(size)), ...references]);
      return () => readStanza(stanza);
    },
    "nested XHTML": (size) => {
      let element: XmlElement = { name: "b", attrs: {}, children: ["x"] };
      // Deeper than the parser of the stream lets pass is not read.
      for (let depth = 0; depth < Math.min(size, 60); depth++)
        element = { name: "p", attrs: {}, children: [element, "y"] };
      const root = { name: "body", attrs: {}, children: Array.from({ length: size / 60 }, () => element) };
      return () => readXhtmlIm(root, dialect);
    },
    fallbacks: (size) => {
      const inner = entries(size, (at) => ({ start: `${at}`, end: `${at + 1}` }), "body");
      const fallback = {
        name: "fallback",
        attrs: { xmlns: "urn:xmpp:fallback:0", for: "x" },
        children: inner,
      };
      const stanza = said([body("a".repeat(size)), fallback]);
      return () => readStanza(stanza);
    },
  },
};

const body = (text: string): XmlElement => ({ name: "body", attrs: {}, children: [text] });

/** A message of Al's with these elements. */
function said(children: readonly XmlElement[]): XmlElement {
  const stanza = fromAl("");
  return { ...stanza, children: [...children, ...stanza.children] };
}

function entries(
  size: number,
  attrs: (at: number) => Readonly<Record<string, string>>,
  name: string,
  children: readonly XmlElement[] = [],
): XmlElement[] {
  return Array.from({ length: size }, (_, at) => ({ name, attrs: attrs(at), children }));
}

function marked(size: number, children: readonly XmlElement[]): () => unknown {
  const stanza = said([body("a".repeat(size + 6)), { name: "markup", attrs: { xmlns: MARKUP }, children }]);
  return () => readStanza(stanza);
}
